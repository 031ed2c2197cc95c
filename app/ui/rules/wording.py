"""How rules, their faults and their trials read."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale

from app.domain.intercepts import HeaderRule, HttpRule, MatchKind
from app.domain.rule_draft import Fault, Trouble
from app.domain.sample_request import BadPaste, PasteTrouble
from app.ui.translation import mark, tr

KIND_WORDS = {
    MatchKind.EXACT: mark("is"),
    MatchKind.PREFIX: mark("begins"),
    MatchKind.REGEX: mark("matches"),
    MatchKind.PRESENT: mark("is there"),
}
KIND_HELP = {
    MatchKind.EXACT: mark("The header has just this value."),
    MatchKind.PREFIX: mark("The header's value begins like this."),
    MatchKind.REGEX: mark("All of the header's value matches this regular expression (RE2)."),
    MatchKind.PRESENT: mark("The header is there, whatever its value."),
}
_FAULTS = {
    Trouble.EMPTY_RULE: mark("Say which requests come to you: add a header or a path."),
    Trouble.TOO_MANY: mark("A rule has {what} headers at most."),
    Trouble.NO_NAME: mark("The header's name is missing."),
    Trouble.BAD_NAME: mark("“{what}” is not the name of a header."),
    Trouble.NO_VALUE: mark("The value is missing. Choose “is there” if any will do."),
    Trouble.LONG_VALUE: mark("The value is longer than {what} characters."),
    Trouble.BREAK_IN_VALUE: mark("A header's value has no line breaks."),
    Trouble.BLANKS_AROUND: mark("Blanks around a value are not sent: no request will match."),
    Trouble.BAD_REGEX: mark("This pattern cannot be used: {what}."),
    Trouble.NEVER_BOTH: mark("A request that sends {what} once cannot have both values."),
    Trouble.EMPTY_VALUE: mark("Matches only a header that is sent without a value."),
    Trouble.PATH_START: mark("A path begins with /."),
    Trouble.PATH_QUERY: mark("Leave out ? and #: the query is not compared."),
    Trouble.PATH_BLANK: mark("A path has no blanks: write %20."),
    Trouble.LONG_PATH: mark("The path is longer than {what} characters."),
}
_PASTES = {
    PasteTrouble.EMPTY: mark("There is no request in this yet."),
    PasteTrouble.TOO_LONG: mark("This is too long to be a request's headers."),
    PasteTrouble.UNCLOSED_QUOTE: mark("The command ends inside a quotation: a closing {what} is missing."),
    PasteTrouble.OTHER_TOOL: mark("This is not curl: in the browser's developer tools, choose “Copy as cURL”."),
    PasteTrouble.NO_URL: mark("The command names no URL yet."),
    PasteTrouble.BAD_URL: mark("“{what}” is not the URL of a web server."),
    PasteTrouble.OPTION_WITHOUT_VALUE: mark("The option {what} has no value yet."),
    PasteTrouble.HEADERS_IN_A_FILE: mark("The headers are in the file {what}: paste what is in it."),
    PasteTrouble.ANSWER: mark("These are an answer's headers: paste those of the request."),
    PasteTrouble.NO_HEADER: mark("“{what}” is not a header: it has to look like “name: value”."),
}
_MAX_PIECE = 60
_DAY_S = 86_400


def fault_text(fault: Fault) -> str:
    return tr(_FAULTS[fault.trouble], what=fault.what)


def paste_text(error: BadPaste) -> str:
    return tr(_PASTES[error.trouble], what=shortened(error.what))


def header_text(header: HeaderRule) -> str:
    """ "x-user = alice", as it reads in a sentence."""
    value = shortened(header.value)
    match header.kind:
        case MatchKind.EXACT if not header.value:
            return tr("{name} is empty", name=header.name)
        case MatchKind.EXACT:
            return f"{header.name} = {value}"
        case MatchKind.PREFIX:
            return tr("{name} begins with {value}", name=header.name, value=value)
        case MatchKind.REGEX:
            return tr("{name} matches {value}", name=header.name, value=value)
        case MatchKind.PRESENT:
            return tr("{name} is there", name=header.name)


def rule_text(rule: HttpRule | None) -> str:
    """None: of a proxy."""
    if rule is None:
        return tr("all traffic")
    parts = [header_text(header) for header in rule.headers]
    if rule.path:
        parts.append(tr("path {path}", path=rule.path))
    if not parts:
        return tr("every request")
    found = parts[0]
    for part in parts[1:]:
        found = tr("{one} and {other}", one=found, other=part)
    return found


def shortened(text: str, at_most: int = _MAX_PIECE) -> str:
    return text if len(text) <= at_most else text[: at_most - 1] + "…"


def moment_text(since: float, now: float) -> str:
    """ "10:12" of today, else with the day. Seconds since the epoch."""
    moment, today = QDateTime.fromSecsSinceEpoch(int(since)), QDateTime.fromSecsSinceEpoch(int(now))
    time = moment.time().toString("HH:mm")
    if moment.date() == today.date():
        return time
    day = QLocale().toString(moment.date(), "d MMM" if abs(now - since) < 300 * _DAY_S else "d MMM yyyy")
    return tr("{day}, {time}", day=day, time=time)

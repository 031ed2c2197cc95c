"""A rule while it is being written: what is wrong with which part of it. The same limits as on the command line."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.errors import KubeferryError
from app.domain.intercept_options import MAX_HEADERS, MAX_VALUE, parse_header, parse_path
from app.domain.intercepts import HeaderRule, HttpRule, MatchKind
from app.domain.regexes import BadRegex, check_regex


class Trouble(enum.Enum):
    """`Fault.what` is the piece it is about."""

    EMPTY_RULE = enum.auto()
    TOO_MANY = enum.auto()
    NO_NAME = enum.auto()
    BAD_NAME = enum.auto()
    NO_VALUE = enum.auto()
    LONG_VALUE = enum.auto()
    BREAK_IN_VALUE = enum.auto()
    BLANKS_AROUND = enum.auto()
    BAD_REGEX = enum.auto()
    NEVER_BOTH = enum.auto()
    EMPTY_VALUE = enum.auto()
    PATH_START = enum.auto()
    PATH_QUERY = enum.auto()
    PATH_BLANK = enum.auto()
    LONG_PATH = enum.auto()


_HARMLESS = frozenset((Trouble.BLANKS_AROUND, Trouble.NEVER_BOTH, Trouble.EMPTY_VALUE))


@dataclass(frozen=True)
class Fault:
    trouble: Trouble
    what: str = ""

    @property
    def blocks(self) -> bool:
        """Else the rule can be started, though no ordinary request has it."""
        return self.trouble not in _HARMLESS


@dataclass(frozen=True)
class HeaderDraft:
    """One row, as it was typed."""

    name: str = ""
    kind: MatchKind = MatchKind.EXACT
    value: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.name.strip() and not self.value


@dataclass(frozen=True)
class CheckedRule:
    """`rule` None: there is a fault that blocks. `rows`: of each row, None where it is fine."""

    rule: HttpRule | None
    rows: tuple[Fault | None, ...] = ()
    path: Fault | None = None
    whole: Fault | None = None

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Those that block."""
        return tuple(fault for fault in (*self.rows, self.path, self.whole) if fault is not None and fault.blocks)


def check_rule(drafts: Sequence[HeaderDraft], path: str) -> CheckedRule:
    """Blank rows are not there. A row that is there twice counts once."""
    rows = [None if draft.is_blank else check_header(draft) for draft in drafts]
    headers = tuple(dict.fromkeys(_header(draft) for draft in drafts if not draft.is_blank))
    for at, draft in enumerate(drafts):
        if rows[at] is None and not draft.is_blank and _contradicted(_header(draft), drafts[:at]):
            rows[at] = Fault(Trouble.NEVER_BOTH, draft.name.strip().lower())
    path_fault = check_path(path) if path.strip() else None
    whole = None
    if all(draft.is_blank for draft in drafts) and not path.strip():
        whole = Fault(Trouble.EMPTY_RULE)
    elif len(headers) > MAX_HEADERS:
        whole = Fault(Trouble.TOO_MANY, str(MAX_HEADERS))
    checked = CheckedRule(None, tuple(rows), path_fault, whole)
    if checked.faults:
        return checked
    found = HttpRule(headers, parse_path(path.strip()) if path.strip() else "")
    return CheckedRule(found, tuple(rows))


def check_header(draft: HeaderDraft) -> Fault | None:
    name, value, kind = draft.name.strip().lower(), draft.value, draft.kind
    if not name:
        return Fault(Trouble.NO_NAME)
    if kind is MatchKind.PRESENT:
        return _bad_name(name)
    if any(letter in value for letter in "\r\n\0"):
        return Fault(Trouble.BREAK_IN_VALUE)
    if not value and kind is not MatchKind.EXACT:
        return Fault(Trouble.NO_VALUE)
    if len(value) > MAX_VALUE:
        return Fault(Trouble.LONG_VALUE, str(MAX_VALUE))
    if kind is MatchKind.REGEX:
        try:
            check_regex(value)
        except BadRegex as error:
            return Fault(Trouble.BAD_REGEX, str(error))
    return _bad_name(name) or _odd(value, kind)


def check_path(text: str) -> Fault | None:
    path = text.strip()
    if not path.startswith("/"):
        return Fault(Trouble.PATH_START)
    if "?" in path or "#" in path:
        return Fault(Trouble.PATH_QUERY)
    if len(path) > MAX_VALUE:
        return Fault(Trouble.LONG_PATH, str(MAX_VALUE))
    try:
        parse_path(path)
    except KubeferryError:
        return Fault(Trouble.PATH_BLANK)
    return None


def _bad_name(name: str) -> Fault | None:
    try:
        parse_header(name, MatchKind.PRESENT, "")
    except KubeferryError:
        return Fault(Trouble.BAD_NAME, name[:40])
    return None


def _odd(value: str, kind: MatchKind) -> Fault | None:
    """RFC 9110, 5.5: blanks around a value are no part of it."""
    if kind is MatchKind.REGEX:
        return None
    if not value:
        return Fault(Trouble.EMPTY_VALUE)
    sent = value.lstrip(" \t") if kind is MatchKind.PREFIX else value.strip(" \t")
    return Fault(Trouble.BLANKS_AROUND) if value != sent else None


def _header(draft: HeaderDraft) -> HeaderRule:
    value = "" if draft.kind is MatchKind.PRESENT else draft.value
    return HeaderRule(draft.name.strip().lower(), draft.kind, value)


def _contradicted(header: HeaderRule, before: Sequence[HeaderDraft]) -> bool:
    """Of a header that comes several times one value has to match, but who sends it once cannot mean two values."""
    if header.kind is not MatchKind.EXACT:
        return False
    alike = (_header(draft) for draft in before if not draft.is_blank)
    return any(
        other.name == header.name and other.kind is MatchKind.EXACT and other.value != header.value for other in alike
    )

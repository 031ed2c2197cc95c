"""What the inspector says about switches and intercepts."""

from __future__ import annotations

import time

from app.controllers.inspector_view import Mode, ModeView, Setting, WhyNot
from app.controllers.intercept_views import Health, InterceptRow
from app.ui.translation import mark, tr
from app.ui.wording import working_line

MODE_TITLES = {Mode.PROXY: mark("Proxy"), Mode.MESH: mark("Mesh")}
MODE_HINTS = {
    Mode.PROXY: mark("Brings all of its traffic to this machine."),
    Mode.MESH: mark("Brings only the requests that match the rule below."),
}
_HEALTH = {
    Health.WAITING: mark("waiting for its sidecars"),
    Health.PARTIAL: mark("not on all pods yet"),
    Health.ACTIVE: mark("active"),
    Health.ABSENT: mark("its laptop is away: the workload answers"),
    Health.SUPERSEDED: mark("somebody newer has this traffic"),
    Health.REMOVED: mark("taken out of the workload by somebody"),
}


def health_words(one: InterceptRow) -> str:
    if one.trouble:
        return one.trouble
    if one.health is Health.SUPERSEDED and one.superseded_by:
        return tr("{who} has this traffic now", who=one.superseded_by)
    if one.health is Health.PARTIAL:
        return tr("on {applied} of {sidecars} pods so far", applied=one.applied, sidecars=one.sidecars)
    return tr(_HEALTH[one.health])


def what_words(one: InterceptRow) -> str:
    """The traffic it takes: its rule, or all of it."""
    if one.mode == Mode.MESH:
        return one.rule
    return tr("everything") if one.other_ports else tr("ports {ports}", ports=", ".join(one.ports))


def since_words(one: InterceptRow) -> str:
    """The hour today, the day before."""
    then, now = time.localtime(one.since), time.localtime()
    is_today = (then.tm_year, then.tm_yday) == (now.tm_year, now.tm_yday)
    return time.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M", then)


def mode_line(view: ModeView) -> str:
    """Under the switch: what is being done, how it is, or why it cannot be used."""
    if view.setting is Setting.WORKING:
        return f"{working_line(view.step, stops_then=view.stops_then)} …"
    if view.why_not is not WhyNot.NONE and not view.mine:
        return why_not_words(view)
    if view.setting is Setting.ON:
        return tr("On: the traffic comes to this machine.")
    if view.setting is Setting.UNHEALTHY:
        return tr("On, but {trouble}.", trouble="; ".join(dict.fromkeys(health_words(one) for one in view.mine)))
    return tr(MODE_HINTS[view.mode])


def why_not_words(view: ModeView) -> str:
    match view.why_not:
        case WhyNot.NOT_CONNECTED:
            return tr("Possible once this machine is connected.")
        case WhyNot.OTHER_CLUSTER:
            return tr("This machine is connected to {context}.", context=view.reason)
        case WhyNot.FORBIDDEN | WhyNot.IMPOSSIBLE:
            return view.reason
        case WhyNot.BUSY:
            return f"{view.reason} …" if view.reason else tr("Something else is being done to this workload.")
        case WhyNot.NONE:
            return ""

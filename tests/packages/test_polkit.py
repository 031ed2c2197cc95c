"""Who may use the installed helper: a real polkitd, logind and system bus decide."""

from __future__ import annotations

import pytest

from tests.packages.machine import PYTHONPATH, Machine
from tests.packages.test_deb_life import add_member, install

pytestmark = pytest.mark.built

_RULE = """\
polkit.addRule(function(action, subject) {
    if (action.id == "io.kubeferry.helper.use") return polkit.Result.NO;
});
"""


def ask(machine: Machine, user: str, place: str, *arguments: str) -> str:
    """In a session of this user's, at the machine (`local`) or from afar (`remote`)."""
    asking = ("/usr/bin/python3", "-m", "tests.packages.ask_helper", *arguments)
    in_session = ("/usr/bin/python3", "-m", "tests.packages.login_session", user, place, *asking)
    return machine.run(*in_session, timeout_s=60, PYTHONPATH=PYTHONPATH).strip()


@pytest.fixture
def installed(fresh: Machine) -> Machine:
    install(fresh)
    add_member(fresh, "ann")
    fresh.run("useradd", "-m", "bob")
    fresh.run("useradd", "-m", "carl")
    fresh.run("useradd", "-m", "dora")
    fresh.run("sh", "-c", "echo root:secret | chpasswd")
    return fresh


def test_members_active_local_users_and_who_knows_the_password(installed: Machine) -> None:
    uid = installed.run("id", "-u", "bob").strip()
    assert ask(installed, "ann", "remote").startswith("welcome"), "a member, from afar"
    assert ask(installed, "bob", "local") == f"welcome {uid}", "nobody special, at the machine"
    assert ask(installed, "bob", "remote") == "refused not_allowed", "nobody special, from afar, nobody to ask"
    assert ask(installed, "carl", "remote", "--agent", "wrong") == "refused not_allowed"
    assert ask(installed, "dora", "remote", "--agent", "secret").startswith("welcome"), "with the password"


def test_an_administrator_can_take_it_from_all_but_the_group(installed: Machine) -> None:
    installed.run("sh", "-c", f"cat > /etc/polkit-1/rules.d/10-kubeferry.rules <<'END'\n{_RULE}END")
    installed.run("systemctl", "restart", "polkit.service")
    assert ask(installed, "bob", "local") == "refused not_allowed"
    assert ask(installed, "ann", "remote").startswith("welcome")


def test_without_polkit_the_group_decides_alone(installed: Machine) -> None:
    installed.run("systemctl", "mask", "--now", "polkit.service")
    assert ask(installed, "bob", "local") == "refused not_allowed"
    assert ask(installed, "ann", "remote").startswith("welcome")


def test_the_words_are_there_in_every_language(installed: Machine) -> None:
    shown = installed.run("pkaction", "--verbose", "--action-id", "io.kubeferry.helper.use")
    assert "Connect this machine to a Kubernetes cluster's network" in shown
    assert "implicit active:   yes" in shown
    assert "implicit any:      auth_admin_keep" in shown

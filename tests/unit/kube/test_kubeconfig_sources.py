"""What the user added stands beside kubectl's files, and is never mixed with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.kubeconfig_cautions import Caution, CautionKind
from app.kube import kubeconfig_sources as sources
from app.kube.contexts import load_kubeconfig
from app.kube.kubeconfig import KubeconfigError, parse_kubeconfig
from app.kube.kubeconfig_check import look_at, require_whole
from app.kube.kubeconfig_sources import (
    HeldTexts,
    fetch_texts,
    file_reference,
    text_reference,
    usable_name,
    without_added,
)
from tests.unit.platform.memory_keyring import MemoryKeyring


def kubeconfig(server: str, *, name: str = "default", extra_user: str = "token: t") -> str:
    return f"""
apiVersion: v1
kind: Config
current-context: {name}
clusters: [{{name: {name}, cluster: {{server: "https://{server}"}}}}]
users: [{{name: {name}, user: {{{extra_user}}}}}]
contexts: [{{name: {name}, context: {{cluster: {name}, user: {name}}}}}]
"""


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> HeldTexts:
    held = HeldTexts(MemoryKeyring())
    monkeypatch.setattr(sources, "HELD", held)
    return held


def environ(*entries: str) -> dict[str, str]:
    return {"KUBECONFIG": ":".join(entries)}


def test_the_same_names_in_three_sources_stay_three_clusters(tmp_path: Path, held: HeldTexts) -> None:
    first, second = tmp_path / "config", tmp_path / "k3s.yaml"
    first.write_text(kubeconfig("one.example"))
    second.write_text(kubeconfig("two.example", extra_user="token: second"))
    held.hold("lab", kubeconfig("three.example", extra_user="token: third"))
    loaded = load_kubeconfig(environ(str(first), file_reference(str(second)), text_reference("lab")))
    assert [context.name for context in loaded.contexts()] == ["default", "default (k3s.yaml)", "default (lab)"]
    assert loaded.current_context == "default"
    for name, server, token in (
        ("default", "one.example", "t"),
        ("default (k3s.yaml)", "two.example", "second"),
        ("default (lab)", "three.example", "third"),
    ):
        chosen = loaded.select(name)
        assert (chosen.server_url, chosen.user.token) == (f"https://{server}", token)


def test_added_sources_lend_nothing_to_kubectls_files(tmp_path: Path, held: HeldTexts) -> None:
    """A context whose cluster is missing does not find that of a pasted text, and the other way round."""
    broken = tmp_path / "config"
    broken.write_text("contexts: [{name: a, context: {cluster: default, user: default}}]")
    held.hold("lab", kubeconfig("three.example"))
    loaded = load_kubeconfig(environ(str(broken), text_reference("lab")))
    with pytest.raises(KubeferryError) as raised:
        loaded.select("a")
    assert raised.value.code is ErrorCode.KUBECONFIG_INVALID


def test_a_text_is_fetched_from_the_keyring_once(held: HeldTexts) -> None:
    keyring = held.store
    assert isinstance(keyring, MemoryKeyring)
    keyring.set("lab", kubeconfig("three.example"))
    fetch_texts(f"/nowhere:{text_reference('lab')}:{text_reference('gone')}")
    keyring.is_locked = True
    assert load_kubeconfig(environ(text_reference("lab"))).select().server_url == "https://three.example"


@pytest.mark.parametrize(("is_locked", "words"), [(False, "does not have it any more"), (True, "cannot be read")])
def test_a_text_that_cannot_be_had_is_a_problem_of_its_own(held: HeldTexts, is_locked: bool, words: str) -> None:
    assert isinstance(held.store, MemoryKeyring)
    held.store.is_locked = is_locked
    with pytest.raises(KubeferryError) as raised:
        load_kubeconfig(environ(text_reference("lab"))).select()
    assert raised.value.code is ErrorCode.KUBECONFIG_INVALID
    assert words in raised.value.params["problem"]


def test_names_for_the_keyring() -> None:
    assert usable_name("Prod EU/1", ()) == "prod-eu-1"
    assert usable_name("中文", ()) == "pasted"
    assert usable_name("a", ("a", "a-2")) == "a-3"


def test_what_a_text_has_is_not_in_its_repr(held: HeldTexts) -> None:
    held.hold("lab", "planted-secret")
    assert "planted" not in repr(held)


def test_cautions() -> None:
    text = """
clusters:
- {name: plain, cluster: {server: "http://a.example"}}
- {name: blind, cluster: {server: "https://b.example", insecure-skip-tls-verify: true}}
users:
- {name: cloud, user: {exec: {command: aws, args: [secret-argument], apiVersion: client.authentication.k8s.io/v1}}}
contexts:
- {name: a, context: {cluster: plain, user: cloud}}
- {name: b, context: {cluster: elsewhere, user: cloud}}
- {name: c, context: {cluster: blind, user: nobody}}
"""
    file = parse_kubeconfig(text.encode(), "x")
    looked = look_at(file)
    assert looked.contexts == ("a", "b", "c")
    assert set(looked.cautions) == {
        Caution(CautionKind.NO_CLUSTER, "b", "elsewhere"),
        Caution(CautionKind.NO_USER, "c", "nobody"),
        Caution(CautionKind.RUNS_COMMAND, "cloud", "aws"),
        Caution(CautionKind.NOT_ENCRYPTED, "plain", "http://a.example"),
        Caution(CautionKind.NOT_VERIFIED, "blind", "https://b.example"),
    }


@pytest.mark.parametrize("text", ["", "just words", "a: 1", "contexts: []"])
def test_what_is_no_kubeconfig(text: str) -> None:
    with pytest.raises(KubeconfigError):
        look_at(parse_kubeconfig(text.encode(), "x"))


def test_a_text_names_no_files_beside_it() -> None:
    text = "users: [{name: u, user: {client-key: keys/my.key}}]"
    with pytest.raises(KubeconfigError) as raised:
        require_whole(parse_kubeconfig(text.encode(), "x", folder="/nonexistent"), "/nonexistent")
    assert "keys/my.key" in raised.value.problem.problem
    absolute = "users: [{name: u, user: {client-key: /etc/my.key}}]"
    require_whole(parse_kubeconfig(absolute.encode(), "x", folder="/nonexistent"), "/nonexistent")


def test_a_keyring_that_refused_is_asked_once_until_the_user_looks(held: HeldTexts) -> None:
    keyring = held.store
    assert isinstance(keyring, MemoryKeyring)
    keyring.set("lab", kubeconfig("three.example"))
    keyring.is_locked = True
    for _ in range(3):
        assert load_kubeconfig(environ(text_reference("lab"))).problems
    assert keyring.asked == 1, "each could have opened a prompt"
    keyring.is_locked = False
    assert load_kubeconfig(environ(text_reference("lab"))).problems
    held.ask_again()
    assert not load_kubeconfig(environ(text_reference("lab"))).problems


def test_other_programs_see_only_files() -> None:
    mixed = {"KUBECONFIG": "/a:@/b:@keyring/c:/d", "HOME": "/h"}
    assert without_added(mixed) == {"KUBECONFIG": "/a:/d", "HOME": "/h"}
    assert without_added({"KUBECONFIG": "@keyring/c"}) == {}
    assert without_added({}) == {}

"""The library of kubeconfigs: what is read, what is remembered, and that no secret reaches a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.controllers.first_run_views import SourceKind
from app.controllers.kubeconfigs import KubeconfigLibrary, NotTaken
from app.domain.kubeconfig_cautions import CautionKind
from app.kube.contexts import load_kubeconfig
from app.kube.kubeconfig_sources import MAX_TEXT_BYTES, HeldTexts
from tests.unit.kube.test_kubeconfig_sources import kubeconfig
from tests.unit.platform.memory_keyring import MemoryKeyring

SECRET = "planted-5ecret-pa55word"


class Home:
    """A home folder with a keyring; `library` is what a start of the program makes of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keyring = MemoryKeyring()
        self.environ = {"HOME": str(folder), "PATH": "/usr/bin"}

    def library(self) -> KubeconfigLibrary:
        return KubeconfigLibrary(self.folder / "state/kubeconfigs.json", self.environ, HeldTexts(self.keyring))

    def write(self, name: str, text: str) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return str(path)

    def everything_written(self) -> str:
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return "".join(path.read_text(encoding="utf-8") for path in files)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_nothing_there_is_the_default_file(home: Home) -> None:
    library = home.library()
    assert library.value() is None
    assert library.sources() == ()
    assert "KUBECONFIG" not in library.environ
    assert dict(library.environ) == home.environ


def test_kubectls_files_are_found_and_stay_as_they_are(home: Home) -> None:
    path = home.write(".kube/config", kubeconfig("one.example", name="one"))
    before = Path(path).stat().st_mtime_ns
    (source,) = home.library().sources()
    assert (source.kind, source.title, source.contexts) == (SourceKind.KUBECTL, path, ("one",))
    assert Path(path).stat().st_mtime_ns == before


def test_the_environments_list_is_made_absolute(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.folder)
    home.write("a.yaml", kubeconfig("a.example", name="a"))
    home.environ["KUBECONFIG"] = "a.yaml:/nowhere/b"
    assert home.library().value() == f"{home.folder}/a.yaml:/nowhere/b"


def test_an_opened_file_is_remembered_by_its_path(home: Home) -> None:
    path = home.write("lab.yaml", kubeconfig("lab.example", name="lab"))
    added = home.library().add_file(path)
    assert (added.source.kind, added.source.contexts, added.cautions) == (SourceKind.OPENED, ("lab",), ())
    again = home.library()
    assert [source.contexts for source in again.sources()] == [("lab",)]
    assert load_kubeconfig(again.environ).select("lab").server_url == "https://lab.example"
    again.forget(added.source.reference)
    assert home.library().sources() == ()
    assert Path(path).exists()


def test_an_opened_file_that_went_away_is_told(home: Home) -> None:
    path = home.write("lab.yaml", kubeconfig("lab.example"))
    library = home.library()
    library.add_file(path)
    Path(path).unlink()
    (source,) = library.sources()
    assert "not there any more" in source.problem


def test_files_that_are_not_taken(home: Home) -> None:
    library = home.library()
    config = home.write(".kube/config", kubeconfig("one.example"))
    for path, words in (
        (config, "read already"),
        (str(home.folder / "missing"), "no such file"),
        (home.write("a:b.yaml", kubeconfig("x.example")), "has a : in it"),
        (home.write("broken.yaml", "a: [1"), "line"),
        (home.write("notes.txt", "hello"), "not a kubeconfig"),
        (home.write("empty.yaml", ""), "no contexts"),
        (str(home.folder), "cannot be read"),
    ):
        with pytest.raises(NotTaken, match=words):
            library.add_file(path)
    assert len(library.sources()) == 1


def test_a_pasted_text_is_in_the_keyring_and_in_no_file(home: Home) -> None:
    library = home.library()
    added = library.add_text(kubeconfig("prod.example", name="Prod", extra_user=f"username: u, password: {SECRET}"))
    assert (added.source.title, added.unkept, added.source.kept) == ("prod", "", True)
    assert SECRET in home.keyring.kept["prod"]
    assert SECRET not in home.everything_written()
    assert SECRET not in (library.value() or "")
    assert [message.name for message in library.texts_for_session()] == ["prod"]
    again = home.library()
    assert load_kubeconfig({"KUBECONFIG": str(again.value())}).problems, "another process's texts are not these"
    assert again.texts_for_session() == (), "not before it was read, which may take its owner's leave"
    assert [source.contexts for source in again.sources()] == [("Prod",)]
    assert len(again.texts_for_session()) == 1
    again.forget(added.source.reference)
    assert home.keyring.kept == {}
    assert home.library().sources() == ()


def test_without_a_keyring_a_text_lives_until_the_end(home: Home) -> None:
    home.keyring.is_locked = True
    library = home.library()
    added = library.add_text(kubeconfig("prod.example", name="prod", extra_user=f"token: {SECRET}"))
    assert added.unkept == "it is locked"
    assert not added.source.kept
    (message,) = library.texts_for_session()
    assert (message.name, SECRET in message.text) == ("prod", True)
    assert [source.contexts for source in library.sources()] == [("prod",)]
    assert SECRET not in home.everything_written()
    assert home.library().sources() == ()
    library.forget(added.source.reference)
    assert library.texts_for_session() == ()


def test_a_locked_keyring_is_told_of_each_text(home: Home) -> None:
    home.library().add_text(kubeconfig("prod.example", name="prod"))
    home.keyring.is_locked = True
    (source,) = home.library().sources()
    assert "keyring" in source.problem


def test_a_taken_name_is_told_and_told_apart(home: Home) -> None:
    home.write(".kube/config", kubeconfig("one.example"))
    library = home.library()
    first = library.add_text(kubeconfig("two.example"))
    second = library.add_text(kubeconfig("three.example"))
    assert first.source.contexts == ("default (default)",)
    assert second.source.contexts == ("default (default-2)",)
    assert [caution.kind for caution in second.cautions] == [CautionKind.RENAMED]
    assert [name for source in library.sources() for name in source.contexts] == [
        "default",
        "default (default)",
        "default (default-2)",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no contexts"),
        ("hello", "not a kubeconfig"),
        (f"users: [{SECRET}", "not valid YAML"),
        (f"users: {{name: {SECRET}}}", "users"),
        (kubeconfig("x.example", extra_user="client-key: my.key"), "open the file instead"),
        ("x" * (MAX_TEXT_BYTES + 1), "larger than"),
    ],
)
def test_texts_that_are_not_taken_and_not_quoted(home: Home, text: str, words: str) -> None:
    library = home.library()
    with pytest.raises(NotTaken, match=words) as raised:
        library.add_text(text)
    assert SECRET not in str(raised.value)
    assert library.sources() == ()
    assert home.keyring.kept == {}


def test_a_list_that_is_broken_is_as_if_there_were_none(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    home.write("state/kubeconfigs.json", "{")
    assert home.library().sources() == ()
    assert "not usable" in caplog.text

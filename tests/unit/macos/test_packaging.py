"""What is packed for macOS, read with the tools that there are everywhere: it agrees with the code and with itself."""

import ast
import importlib.util
import os
import plistlib
import re
import shutil
import struct
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from app.platform.app_service import DAEMON_PLIST
from helper.version import VERSION

ROOT = Path(__file__).resolve().parents[3]
MACOS = ROOT / "packaging/macos"
SCRIPTS = sorted([*MACOS.glob("*.sh"), *(MACOS / "pkg-scripts").iterdir()])
SPEC = MACOS / "kubeferry.spec"


def module(path: Path) -> ModuleType:
    found = importlib.util.spec_from_file_location(path.stem, path)
    assert found is not None
    assert found.loader is not None
    made = importlib.util.module_from_spec(found)
    found.loader.exec_module(made)
    return made


def plist(name: str) -> dict[str, Any]:
    told: dict[str, Any] = plistlib.loads((MACOS / name).read_bytes())
    return told


def test_the_daemon_is_the_bundles_helper() -> None:
    told = plist(DAEMON_PLIST)
    contents = module(MACOS / "bundle_contents.py")
    assert told["Label"] == DAEMON_PLIST.removesuffix(".plist")
    assert told["AssociatedBundleIdentifiers"] == [contents.BUNDLE_ID]
    program = Path(told["BundleProgram"])
    assert program.parent == Path("Contents/MacOS")
    assert f'name="{program.name}"' in SPEC.read_text()
    assert told["KeepAlive"] == {"SuccessfulExit": False}
    assert told["Umask"] == 0o022
    assert not {"Program", "ProgramArguments", "UserName"} & told.keys(), "BundleProgram is all that SMAppService takes"


def test_the_bundle_says_what_it_is() -> None:
    told = module(MACOS / "bundle_contents.py").info_plist(VERSION)
    assert told["CFBundleShortVersionString"] == VERSION
    assert told["CFBundleExecutable"] == "kubeferry"
    assert told["LSMinimumSystemVersion"] == "13.0", "SMAppService"
    assert told["LSBackgroundOnly"] is False


def test_root_has_no_exception_from_the_hardened_runtime() -> None:
    assert plist("helper.entitlements") == {}
    assert plist("app.entitlements") == {"com.apple.security.cs.allow-unsigned-executable-memory": True}


def test_what_stays_out_of_the_bundle() -> None:
    is_needed = module(MACOS / "bundle_contents.py").is_needed
    assert not is_needed("PySide6/Qt/lib/QtQml.framework/Versions/A/QtQml")
    assert not is_needed("PySide6/Qt/plugins/platforms/libqminimal.dylib")
    assert not is_needed("PySide6/Qt/translations/qtbase_de.qm")
    for name in ("lib/QtGui.framework/QtGui", "plugins/platforms/libqcocoa.dylib", "translations/qtbase_zh_CN.qm"):
        assert is_needed(f"PySide6/Qt/{name}")


def test_the_spec_reads_and_finds_its_files() -> None:
    tree = ast.parse(SPEC.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("bundle_contents", "contents"):
            folder = MACOS if node.module == "bundle_contents" else ROOT / "packaging/pyinstaller"
            source = (folder / f"{node.module}.py").read_text()
            for alias in node.names:
                assert re.search(rf"^(def {alias.name}\b|{alias.name} = )", source, re.MULTILINE), alias.name
    for name in ("app_entry.py", "helper_entry.py"):
        assert (ROOT / "packaging/pyinstaller" / name).is_file()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_whole(script: Path) -> None:
    text = script.read_text()
    assert text.startswith("#!/bin/sh\n")
    assert "\nset -eu\n" in text
    assert os.access(script, os.X_OK)
    done = subprocess.run(["sh", "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    checker = shutil.which("shellcheck")
    if checker is not None:
        assert subprocess.run([checker, str(script)], capture_output=True, text=True).stdout == ""


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("build-app.sh --identity", "--identity needs a name"),
        ("build-app.sh --verbose", "unknown option --verbose"),
        ("make-dmg.sh --identity", "--identity needs a name"),
        ("make-pkg.sh x", "unknown option x"),
        ("sign.sh", "usage: sign.sh --identity NAME APP"),
        ("sign.sh --identity - /nowhere", "/nowhere is no application"),
        ("check-app.sh", "usage: check-app.sh APP"),
        ("notarise.sh", "usage: notarise.sh FILE"),
        ("notarise.sh /nowhere", "there is no file /nowhere"),
        (f"notarise.sh {SPEC}", "no credentials: set NOTARY_PROFILE"),
    ],
)
def test_what_is_asked_wrongly_is_answered_in_a_sentence(script: str, words: str) -> None:
    name, *arguments = script.split()
    done = subprocess.run(
        [str(MACOS / name), *arguments], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 1
    assert words in done.stderr


def test_the_icon_has_every_size(tmp_path: Path) -> None:
    icon = module(MACOS / "make_icon.py")
    content = icon.icon_file(icon.SOURCE)
    assert content[:8] == b"icns" + struct.pack(">I", len(content))
    position, found = 8, {}
    while position < len(content):
        kind, size = content[position : position + 4], int.from_bytes(content[position + 4 : position + 8], "big")
        picture = content[position + 8 : position + size]
        assert picture.startswith(b"\x89PNG")
        found[kind] = struct.unpack(">II", picture[16:24])
        position += size
    assert found == {kind: (edge, edge) for kind, edge in icon.KINDS.items()}


def test_the_workflow_names_files_that_are_there() -> None:
    text = (ROOT / ".github/workflows/macos.yml").read_text()
    told = yaml.safe_load(text)
    assert told["permissions"] == {"contents": "read"}
    for name in set(re.findall(r"(?:packaging|tests)/[\w./-]*[\w]", text)):
        assert (ROOT / name).exists(), name
    named = {job["architecture"] for job in told["jobs"]["bundle"]["strategy"]["matrix"]["include"]}
    assert named == {"arm64", "x86_64"}

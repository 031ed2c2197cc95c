"""Image archives that are made without a registry, and the command that makes the base."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

from tests.cluster import images
from tests.cluster.image_archive import Image, layer_of_file, write_images

DEB822 = "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\n"


def test_two_images_of_one_layer(tmp_path: Path) -> None:
    program, layer, archive = tmp_path / "program", tmp_path / "layer.tar", tmp_path / "images.tar"
    program.write_text("#!/bin/sh\n")
    layer_of_file(program, layer)
    write_images(archive, layer, [Image("a:1", command=("x",)), Image("b:1", entrypoint=("/program",))])
    with tarfile.open(archive) as made:
        files = {member.name: (made.extractfile(member) or pytest.fail(member.name)).read() for member in made}
    first, second = json.loads(files["manifest.json"])
    assert (first["RepoTags"], second["RepoTags"]) == (["a:1"], ["b:1"])
    assert first["Layers"] == second["Layers"]
    digest = hashlib.sha256(files[first["Layers"][0]]).hexdigest()
    config = json.loads(files[second["Config"]])
    assert config["rootfs"]["diff_ids"] == [f"sha256:{digest}"]
    assert config["config"]["Entrypoint"] == ["/program"]
    assert len(config["history"]) == 1
    with tarfile.open(layer) as opened:
        assert [(member.name, member.mode, member.uid) for member in opened] == [("program", 0o755, 0)]


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        ("sources.list.d/debian.sources", DEB822, True),
        ("sources.list.d/debian.sources", DEB822.replace("bookworm", "trixie"), False),
        ("sources.list", "deb http://mirror.example/debian bookworm main\n", True),
        ("sources.list.d/other.list", "deb [signed-by=/k.gpg] http://mirror.example/debian bookworm main\n", True),
        ("sources.list.d/other.list", "deb http://mirror.example/debian bookworm-backports main\n", False),
        ("sources.list.d/other.list", "deb http://vendor.example/apt bookworm stable\n", False),
    ],
)
def test_the_machines_own_mirror(tmp_path: Path, file: str, text: str, found: bool) -> None:
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    assert images.sources(tmp_path, "bookworm") == (path if found else None)


def test_without_a_mirror_of_the_suite_it_is_debians_own() -> None:
    argv = images.debootstrap_argv(Path("/x/layer.tar"), None)
    assert argv[-2:] == ["bookworm", "/x/layer.tar"]
    assert images.debootstrap_argv(Path("/x/layer.tar"), Path("/etc/apt/sources.list"))[-1] == "/etc/apt/sources.list"


def test_a_pause_container_ends_when_it_is_told() -> None:
    with subprocess.Popen(["/bin/sh", "-c", images.PAUSE], start_new_session=True) as pause:
        # The shell sets its trap before it starts the sleep.
        children = Path(f"/proc/{pause.pid}/task/{pause.pid}/children")
        while not children.read_text():
            time.sleep(0.01)
        pause.terminate()
        assert pause.wait(5) == 0
        subprocess.run(["pkill", "-s", str(pause.pid), "sleep"], check=True)

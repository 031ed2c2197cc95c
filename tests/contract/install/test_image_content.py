"""What the built images hold: a licence and a description for every package, and nothing that was left out."""

from __future__ import annotations

import importlib.util
import json
import sys
import tarfile
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import IO

import pytest

from tests.lab.processes import ROOT

IMAGES = ("manager", "sidecar")
MOST_MB = {"manager": 50, "sidecar": 160}
"""They were 188 and 295; Envoy alone is 107."""


def sbom() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sbom", ROOT / "packaging" / "sbom" / "sbom.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["sbom"] = module
    spec.loader.exec_module(module)
    return module


def archive_of(image: str) -> Path:
    path = ROOT / "build" / "image" / f"{image}.tar"
    if not path.exists():
        pytest.skip(f"{path} is not there (make image)")
    return path


@cache
def names_in(image: str) -> frozenset[str]:
    with tarfile.open(archive_of(image)) as outer:
        manifest = json.load(_file(outer, "manifest.json"))[0]
        found: set[str] = set()
        for name in manifest["Layers"]:
            with tarfile.open(fileobj=_file(outer, name)) as layer:
                found.update(member.name.removeprefix("./").rstrip("/") for member in layer)
    return frozenset(found)


def _file(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    file = archive.extractfile(name)
    assert file is not None, name
    return file


@pytest.mark.parametrize("image", IMAGES)
def test_size(image: str) -> None:
    assert archive_of(image).stat().st_size < MOST_MB[image] * 1e6


@pytest.mark.parametrize("image", IMAGES)
def test_what_was_left_out(image: str) -> None:
    names = names_in(image)
    programs = {Path(name).name for name in names if name.startswith(("usr/bin/", "usr/sbin/"))}
    assert programs == {"python3", "python3.11", "ip", "nft", "sh", "dash", "sleep"}
    parts = {part for name in names for part in Path(name).parts}
    assert not parts & {"pip", "ensurepip", "idlelib", "tkinter", "perl", "apt", "daemon", "app", "PySide6"}
    assert not [name for name in names if name.endswith((".pyx", ".pxd", ".pyi"))]


@pytest.mark.parametrize("image", IMAGES)
def test_every_package_has_its_licence(image: str) -> None:
    names = names_in(image)
    packages = {Path(name).name for name in names if name.startswith("var/lib/dpkg/status.d/")}
    assert {"libc6", "nftables", "iproute2", "libssl3"} <= packages
    assert [package for package in packages if f"usr/share/doc/{package}/copyright" not in names] == []
    assert "usr/share/doc/kubeferry/copyright" in names
    assert ("usr/share/doc/envoy/copyright" in names) == (image == "sidecar")
    wheels = {name for name in names if name.endswith(".dist-info/METADATA")}
    for wheel in wheels:
        assert any(name.startswith(f"{Path(wheel).parent}/licenses/") for name in names)


@pytest.mark.parametrize("image", IMAGES)
def test_the_list_is_of_what_is_there(image: str, tmp_path: Path) -> None:
    module = sbom()
    components = list(module.image_components(module.read_image(archive_of(image))))
    listing = module.document(f"kubeferry-{image}", components)
    assert listing == module.document(f"kubeferry-{image}", components[::-1]), "the same input gives the same text"
    assert (listing["bomFormat"], listing["specVersion"]) == ("CycloneDX", "1.6")
    named = {component["name"] for component in listing["components"]}
    assert {"libc6", "python3.11-minimal", "msgspec", "uvloop"} <= named
    assert ("envoy" in named) == (image == "sidecar")
    refs = [component["bom-ref"] for component in listing["components"]]
    assert len(set(refs)) == len(refs)
    assert listing["dependencies"][0]["dependsOn"] == refs


def test_the_applications_list_is_the_lock() -> None:
    module = sbom()
    components = list(module.app_components())
    lock = (ROOT / "packaging" / "requirements" / "app.txt").read_text()
    assert len(components) == lock.count("==") - lock.count(" == "), "one each, markers left out"
    assert all(component["purl"].startswith("pkg:pypi/") for component in components)
    assert "licenses" in next(component for component in components if component["name"].lower() == "click")

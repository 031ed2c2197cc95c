"""Programs of others that judge what we render. They are not part of what the tests need: no program, no such test."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.processes import ROOT

CHART = ROOT / "packaging" / "helm" / "kubeferry"
KUSTOMIZE = ROOT / "packaging" / "kustomize"
TIMEOUT_S = 60.0


def tool(name: str) -> str:
    """Where it is; skips the test where it is not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kubeferry-tools"
    found = shutil.which(name, path=f"{cache}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        pytest.skip(f"{name} is not there (packaging/manifests/build-tools builds it)")
    return found


def output_of(*argv: str | Path, stdin: str = "") -> str:
    done = subprocess.run(
        [str(word) for word in argv], input=stdin, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if done.returncode:
        raise AssertionError(f"{argv[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout


def helm_objects(namespace: str, *settings: str) -> list[dict[str, Any]]:
    """What the chart renders to. `settings`: as `--set` takes them."""
    words = [word for setting in settings for word in ("--set", setting)]
    return objects_in(output_of(tool("helm"), "template", "kubeferry", CHART, "--namespace", namespace, *words))


def objects_in(text: str) -> list[dict[str, Any]]:
    return [item for item in yaml.safe_load_all(text) if item]


def by_identity(objects: Sequence[dict[str, Any]]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """By kind, namespace and name; helm and kustomize have an order of their own."""
    named = {(o["kind"], o["metadata"].get("namespace", ""), o["metadata"]["name"]): o for o in objects}
    assert len(named) == len(objects)
    return named

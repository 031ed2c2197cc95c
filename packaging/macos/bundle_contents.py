"""What goes into the bundle besides the programs, and what of Qt stays out. Read by the .spec file."""

from __future__ import annotations

import plistlib
import re
from pathlib import Path
from typing import Any

BUNDLE_ID = "io.kubeferry.app"
HERE = Path(__file__).resolve().parent

_NOT_NEEDED = re.compile(
    r"""
      PySide6/Qt/lib/Qt(Qml|Quick|VirtualKeyboard|Pdf|OpenGLWidgets)\w*\.framework(/|$)
    | PySide6/Qt/plugins/(generic|networkinformation|tls|qmltooling|virtualkeyboard|position|
        platforms/libq(minimal|offscreen)|
        platforminputcontexts|imageformats/libq(gif|icns|tga|tiff|wbmp|webp|jpeg|pdf|macheif|macjp2))
    | PySide6/Qt/translations/(?!qtbase_zh_CN)
    """,
    re.VERBOSE,
)


def is_needed(destination: str) -> bool:
    """`destination`: where a file would go in the bundle, with slashes."""
    return _NOT_NEEDED.match(destination) is None


def info_plist(version: str) -> dict[str, Any]:
    """The keys of Info.plist beside it and those that say which version it is."""
    told: dict[str, Any] = plistlib.loads((HERE / "Info.plist").read_bytes())
    return {**told, "CFBundleShortVersionString": version, "CFBundleVersion": version}

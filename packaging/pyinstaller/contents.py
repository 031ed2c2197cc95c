"""What goes into the frozen folders, and what must not. Read by the two .spec files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from helper.version import VERSION

_NOT_NEEDED = re.compile(
    r"""
    # Plugins for machines without a desktop, for input methods of devices, and for parts of Qt that are not used.
      PySide6/Qt/plugins/(egldeviceintegrations|generic|networkinformation|tls|qmltooling|virtualkeyboard|position|
        platforms/libq(eglfs|linuxfb|minimal|minimalegl|vnc|vkkhrdisplay)|
        platforminputcontexts/libqtvirtualkeyboard|imageformats/libq(gif|icns|tga|tiff|wbmp|webp|jpeg|pdf))
    | PySide6/Qt/lib/libQt6(Qml|Quick|VirtualKeyboard|Pdf|EglFS|OpenGLWidgets)
    | libQt6(Qml|Quick|VirtualKeyboard|Pdf|EglFS)
    # Qt's own words: English is built in, and the window has one more language.
    | PySide6/Qt/translations/(?!qtbase_zh_CN)
    """,
    re.VERBOSE,
)
# Of the system: what has to fit its drivers, fonts, bus and C++ libraries (the packages depend on them); and what only
# GTK's file dialogs would need, which Qt gets from the desktop's portal instead.
_OF_THE_SYSTEM = re.compile(
    r"""
    (PySide6/Qt/plugins/platformthemes/)?lib(
      qgtk3|gtk-3|gdk-3|gdk_pixbuf-2\.0|cairo|cairo-gobject|pango.*|atk.*|atspi|epoxy|pixman-1|harfbuzz|thai|datrie|fribidi|
      graphite2|jpeg|tiff|png16|webp|deflate|Lerc|jbig|Xi|Xcursor|Xdamage|Xfixes|Xinerama|Xrandr|Xrender|Xcomposite|
      Xext|X11|X11-xcb|xcb|Xau|Xdmcp|bsd|md|
      stdc\+\+|gcc_s|freetype|fontconfig|brotli.*|glib-2\.0|gthread-2\.0|gio-2\.0|gobject-2\.0|gmodule-2\.0|pcre2-8|
      dbus-1|systemd|gcrypt|gpg-error|cap|lz4|zstd|selinux|mount|blkid|
      krb5|gssapi_krb5|k5crypto|krb5support|com_err|keyutils
    )\.so.*
    """,
    re.VERBOSE,
)
_NOT_IN_THE_HELPER = re.compile(r"^(app|PySide6|shiboken6|kubernetes|yaml|click|keyring|cryptography|qasync)(\.|/|$)")

Entry = tuple[str, str, str]
"""PyInstaller's: where it goes in the folder, where it is now, of what kind it is."""


def is_of_the_app(destination: str) -> bool:
    return _NOT_NEEDED.match(destination) is None and _OF_THE_SYSTEM.fullmatch(destination) is None


def own_metadata(work: Path) -> list[tuple[str, str]]:
    """The version as `importlib.metadata` reads it, made from helper/version.py: an editable install's may be old."""
    name = f"kubeferry-{VERSION}.dist-info"
    folder = work / "metadata" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: kubeferry\nVersion: {VERSION}\n", encoding="ascii")
    return [(str(folder / "METADATA"), name)]


def require_small(*tables: Iterable[Entry]) -> None:
    """Raises SystemExit when the helper would bring something of the app."""
    found = sorted({entry[0] for table in tables for entry in table if _NOT_IN_THE_HELPER.match(entry[0])})
    if found:
        raise SystemExit(
            f"The helper must not contain {', '.join(found[:5])}: see the import contracts in pyproject.toml."
        )

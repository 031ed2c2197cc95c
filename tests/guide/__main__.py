"""python -m tests.guide [--into FOLDER] [--language LANGUAGE] [NAME...]: draws the guide's pictures; NAME is a file's,
without .png. Another language than English (zh_CN) is for looking at a translation: give it a folder of its own."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "resources" / "docs"


def settle_surroundings() -> None:
    """Before Qt starts: the same picture on every machine that has the same fonts."""
    os.environ |= {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "2", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    time.tzset()


def main() -> int:
    from PySide6.QtWidgets import QApplication

    from app.ui.language import LANGUAGES, install_language
    from app.ui.theme import Theme, ThemeChoice
    from tests.guide.pictures import PICTURES, draw

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER)
    parser.add_argument("--language", default="en", choices=[name for name in LANGUAGES if name])
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*PICTURES, []])
    arguments = parser.parse_args()
    app = QApplication(sys.argv[:1])
    app.setStyle("Fusion")
    install_language(app, arguments.language)
    theme = Theme(app, ThemeChoice.LIGHT)
    for name in arguments.names or PICTURES:
        path = arguments.into / f"{name}.png"
        if not draw(PICTURES[name](theme)).save(str(path)):
            print(f"{path} cannot be written", file=sys.stderr)
            return 1
        print(path)
    return 0


if __name__ == "__main__":
    settle_surroundings()
    sys.exit(main())

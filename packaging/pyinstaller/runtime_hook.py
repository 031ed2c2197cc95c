"""Runs in a frozen program before anything else: what PyInstaller's start leaves behind is put right.

1. The boot loader has set LD_LIBRARY_PATH and variables of its own. Programs that we start (kubectl's login plugins,
   pkexec, a browser) must not load our libraries, and our own program started again must not think that it is the same
   process still. The loader of this process has read the variable already: it finds what it needs.
2. Modules are read from the program's file when they are first used. A package that is upgraded puts another file in
   its place, with other offsets, under a process that runs (a session with a connection). /proc/self/exe stays the old
   one until the process ends: proc_pid_exe(5).
"""

import os

import pyimod02_importers

_LIBRARY_PATH = "LD_LIBRARY_PATH"


def _restore_environment() -> None:
    before = os.environ.pop(f"{_LIBRARY_PATH}_ORIG", None)
    if before is None:
        os.environ.pop(_LIBRARY_PATH, None)
    else:
        os.environ[_LIBRARY_PATH] = before
    for name in [name for name in os.environ if name.startswith("_PYI_")]:
        del os.environ[name]


def _stay_with_this_file() -> None:
    archive = pyimod02_importers.pyz_archive
    if os.path.samefile(archive._filename, "/proc/self/exe"):
        archive._filename = "/proc/self/exe"


_restore_environment()
_stay_with_this_file()

"""Runs in a frozen program before anything else: PyInstaller's own variables are not for the programs that we start.

Our own program, started again with them, would think that it is the same process still.
"""

import os

for name in [name for name in os.environ if name.startswith("_PYI_")]:
    del os.environ[name]

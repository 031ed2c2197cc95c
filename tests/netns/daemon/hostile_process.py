"""The real helper program with the hostile worker: `python -m tests.netns.daemon.hostile_process OPTIONS`."""

import sys
from pathlib import Path

from tests.netns.daemon import helper_process

if __name__ == "__main__":
    helper_process.WORKER = Path(__file__).with_name("hostile_worker.py")
    sys.exit(helper_process.main())

"""What the frozen `kubeferry-helper` runs: the daemon, or what the daemon starts itself again as.

See `own_command` in helper/daemon/commands.py: the module's name is the first argument then.
"""

import sys


def main() -> int:
    if sys.argv[1:2] == ["helper.tunnel"]:
        del sys.argv[1]
        from helper.tunnel.__main__ import main as run_worker

        return run_worker()
    if sys.argv[1:2] == ["helper.daemon"]:
        del sys.argv[1]
    from helper.daemon.__main__ import main as run_daemon

    return run_daemon()


sys.exit(main())

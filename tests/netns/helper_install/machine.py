"""A machine to install on: this one's /usr, /etc, /var/lib under a layer that vanishes, its own /run, no network.

`unshare --mount --net … python -m tests.netns.helper_install.machine SCENARIO` prints what was seen as JSON.
systemctl is a stand-in that records its calls and, on `restart`, starts what the unit says with the rights that the
unit leaves it. pkexec is a stand-in that keeps pkexec(1)'s contract: PATH and PKEXEC_UID are all the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.platform.helper_install import InstallPlan, Machine, plan_install, run_install
from tests.lab import kernel

UID = 54321
USER = "kf-dev"
LAYERS = Path("/run/layers")
CALLS = Path("/run/systemctl-calls")
HOME = Path("/usr/lib/kubeferry")
UNIT = Path("/etc/systemd/system/kubeferry-helper.service")
CLEANUP = Path("/etc/systemd/system/kubeferry-helper-cleanup.service")
POLICY = Path("/usr/share/polkit-1/actions/io.kubeferry.helper.policy")

_SYSTEMCTL = f"""#!/bin/sh
echo "$@" >> {CALLS}
[ "$1" = restart ] || exit 0
value() {{ sed -n "s/^$1=//p" {UNIT}; }}
bounding=-all
for name in $(value CapabilityBoundingSet); do
    bounding="$bounding,+$(echo "${{name#CAP_}}" | tr A-Z a-z)"
done
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "$(value Environment)" \\
    setpriv --bounding-set "$bounding" --inh-caps=-all --no-new-privs $(value ExecStart) >/run/helper.log 2>&1 &
echo $! > /run/helper.pid
"""
_PKEXEC = f"""#!/bin/sh
exec env -i PATH=/usr/bin:/bin PKEXEC_UID={UID} "$@"
"""
_ASK = """
import asyncio
from helper.client import HelperClient
async def ask():
    client = await HelperClient.connect()
    opened = await client.open_connection("test")
    print(opened.interface)
    client.close()
asyncio.run(ask())
"""


def enter(*, systemd: bool = True) -> None:
    """Makes the machine. Needs root, and a mount namespace that is not shared."""
    kernel.mount("tmpfs", "/run", "tmpfs", options="mode=755")
    for folder in ("usr", "etc", "var/lib"):
        upper, work = LAYERS / folder / "upper", LAYERS / folder / "work"
        upper.mkdir(parents=True)
        work.mkdir()
        layers = f"lowerdir=/{folder},upperdir={upper},workdir={work}"
        kernel.mount("overlay", f"/{folder}", "overlay", options=layers)
    _write("/usr/bin/systemctl", _SYSTEMCTL)
    _write("/run/bin/pkexec", _PKEXEC)
    Path("/usr/share/polkit-1/actions").mkdir(parents=True, exist_ok=True)
    with open("/etc/passwd", "a", encoding="utf-8") as file:
        file.write(f"{USER}:x:{UID}:{UID}::/nonexistent:/bin/sh\n")
    if systemd:
        Path("/run/systemd/system").mkdir(parents=True)
    CALLS.touch()


def written() -> list[str]:
    """Files that are ours, in every layer."""
    ours = [path for path in LAYERS.rglob("*") if "kubeferry" in str(path.relative_to(LAYERS)).lower()]
    return sorted(str(path) for path in ours if HOME.name + "/lib" not in str(path))


def plan() -> InstallPlan:
    return plan_install(Machine(find=lambda _: "/run/bin/pkexec"))


def install() -> dict[str, Any]:
    done = asyncio.run(run_install(plan(), {"PATH": "/run/bin:/usr/bin:/bin"}))
    return {"outcome": done.outcome, "detail": done.detail}


def ask(uid: int) -> dict[str, Any]:
    """A connection by this user, with the code that was installed: it must be readable for everybody."""
    who = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]
    environ = {"PYTHONPATH": str(HOME / "lib"), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [*who, "/usr/bin/python3", "-c", _ASK], env=environ, capture_output=True, text=True, timeout=20, cwd="/"
    )
    return {"interface": done.stdout.strip(), "error": done.stderr.strip()[-300:]}


def whole() -> dict[str, Any]:
    """Installed by pkexec, asked by who installed and by a stranger, installed again, uninstalled."""
    enter()
    seen: dict[str, Any] = {"first": install()}
    seen["group"] = subprocess.run(["getent", "group", "kubeferry"], capture_output=True, text=True).stdout.strip()
    modes = {oct(path.stat().st_mode & 0o022) for path in HOME.rglob("*")}
    owners = {path.stat().st_uid for path in HOME.rglob("*")}
    seen["loose"] = [sorted(modes), sorted(owners)]
    seen["member"] = _until(lambda: ask(UID), lambda found: bool(found["interface"]))
    seen["stranger"] = ask(UID + 1)
    seen["log"] = Path("/run/helper.log").read_text()[-2000:]
    _stop_helper()
    seen["again"] = install()
    seen["member_again"] = _until(lambda: ask(UID), lambda found: bool(found["interface"]))
    seen["installed"] = written()
    seen["calls"] = CALLS.read_text().splitlines()
    _stop_helper()
    done = subprocess.run([str(HOME / "install-helper"), "--uninstall"], capture_output=True, text=True)
    seen["uninstall"] = [done.returncode, done.stdout.strip(), done.stderr.strip()]
    places = (Path("/run/kubeferry"), Path("/var/lib/kubeferry"), HOME, UNIT, CLEANUP, POLICY)
    seen["left"] = [str(path) for path in places if path.exists()]
    seen["group_left"] = subprocess.run(["getent", "group", "kubeferry"], capture_output=True, text=True).stdout
    return seen


def no_systemd() -> dict[str, Any]:
    enter(systemd=False)
    found = plan()
    done = subprocess.run(list(found.command), capture_output=True, text=True, env={"SUDO_UID": str(UID)})
    return {"obstacle": found.obstacle, "code": done.returncode, "said": done.stdout, "unit": UNIT.exists()}


def refusals() -> dict[str, Any]:
    """Odd input, each with what was said; and nothing of it is on the machine afterwards."""
    enter()
    script, *rest = plan().command
    good = dict(zip(rest[::2], rest[1::2], strict=True))
    bad = Path("/run/bad")
    (bad / "helper/daemon").mkdir(parents=True)
    (bad / "helper/daemon/__main__.py").touch()
    (bad / "helper/stolen.py").symlink_to("/etc/shadow")
    loose = Path("/run/loose/python3")
    _write(str(loose), "#!/bin/sh\nexit 0\n")
    loose.chmod(0o777)
    others = Path("/run/others/python3")
    _write(str(others), "#!/bin/sh\nexit 0\n")
    os.chown(others, UID, UID)
    tried = {
        "no arguments": [],
        "unknown": ["--frobnicate"],
        "no value": ["--code"],
        "relative": _options(good | {"--code": "helper"}),
        "parent": _options(good | {"--code": "/usr/../work"}),
        "line break": _options(good | {"--code": "/run/a\nb"}),
        "quotes": _options(good | {"--packages": "/run/$(id)"}),
        "no helper": _options(good | {"--code": "/usr"}),
        "no packages": _options(good | {"--packages": "/usr"}),
        "link": _options(good | {"--code": str(bad)}),
        "loose": _options(good | {"--python": str(loose)}),
        "others": _options(good | {"--python": str(others)}),
        "user": _options(good | {"--user": "0; id"}),
        "nobody": _options(good | {"--user": "4040404"}),
    }
    seen: dict[str, Any] = {}
    for name, options in tried.items():
        done = subprocess.run([script, *options], capture_output=True, text=True)
        seen[name] = [done.returncode, done.stderr.strip().splitlines()[-1:]]
    linked = Path("/run/linked")
    shutil.copytree(Path(script).parent, linked)
    (linked / "kubeferry-helper.socket").unlink()
    (linked / "kubeferry-helper.socket").symlink_to("/etc/shadow")
    done = subprocess.run([str(linked / "install-helper"), *rest], capture_output=True, text=True)
    seen["linked unit"] = [done.returncode, done.stderr.strip().splitlines()[-1:]]
    user = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
    copy = Path("/run/copy/install-helper")
    _write(str(copy), Path(script).read_text(encoding="utf-8"))
    done = subprocess.run([*user, str(copy), *rest], capture_output=True, text=True, cwd="/")
    seen["not root"] = [done.returncode, done.stderr.strip().splitlines()[-1:]]
    return {"seen": seen, "written": written(), "calls": CALLS.read_text()}


def _options(options: dict[str, str]) -> list[str]:
    return [word for pair in options.items() for word in pair]


def _until(act: Callable[[], dict[str, Any]], holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The helper was only started: the stand-in does not wait for READY=1 as systemd does."""
    found = act()
    for _ in range(20):
        if holds(found):
            break
        found = act()
    return found


def _stop_helper() -> None:
    """As systemd would: the stand-in's `disable --now` does nothing."""
    pid = int(Path("/run/helper.pid").read_text())
    os.kill(pid, 15)
    for _ in range(200):
        if not os.path.exists("/run/kubeferry/helper.sock"):
            return
        subprocess.run(["sleep", "0.05"], check=True)


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(path).unlink(missing_ok=True)
    Path(path).write_text(text, encoding="utf-8")
    os.chmod(path, 0o755)  # noqa: S103 (programs that every user of the machine runs)


if __name__ == "__main__":
    json.dump({"whole": whole, "no_systemd": no_systemd, "refusals": refusals}[sys.argv[1]](), sys.stdout)

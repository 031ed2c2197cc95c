"""python -m tests.lab up [--laptops N] [--resolvconf]     a cluster, a lab on it, and some workloads
python -m tests.lab exec [-u USER] [-l N] COMMAND...    run a command in a laptop, as dev, eve, mallory or root
python -m tests.lab helper [-l N]                        start the helper daemon in a laptop
python -m tests.lab status | down [--cluster]"""

from __future__ import annotations

import argparse
import subprocess
import sys

from tests.lab.cluster import LocalCluster, open_cluster
from tests.lab.kubeconfig import for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV, EVE, MALLORY, Laptop
from tests.lab.processes import ROOT, ROOT_USER
from tests.lab.workloads import deploy

IDENTITIES = {identity.name: identity for identity in (DEV, EVE, MALLORY, ROOT_USER)}
IMAGES = tuple(ROOT / "build" / "image" / f"{name}.tar" for name in ("manager", "sidecar"))


def chosen(lab: Lab, number: int) -> Laptop:
    laptops = lab.opened_laptops()
    if not 0 < number <= len(laptops):
        raise SystemExit(f"lab {lab.name} has {len(laptops)} laptops: is it up?")
    return laptops[number - 1]


def up(arguments: argparse.Namespace) -> int:
    cluster = open_cluster()
    for image in IMAGES:
        if isinstance(cluster, LocalCluster) and image.exists():
            cluster.load_image(image)
    lab = Lab()
    lab.up(cluster, dies_with_parent=False)
    for _ in range(arguments.laptops):
        laptop = lab.add_laptop(resolved=not arguments.resolvconf)
        for identity in (DEV, EVE, MALLORY):
            laptop.write_file(f"{identity.home}/.kube/config", for_user(cluster), identity)
        print(f"{laptop.name}: python -m tests.lab exec -l {len(lab.laptops)} COMMAND")
    deploy(cluster)
    return 0


def execute(arguments: argparse.Namespace) -> int:
    laptop = chosen(Lab(), arguments.laptop)
    process = laptop.popen(arguments.command, identity=IDENTITIES[arguments.user], stdin=sys.stdin)
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.send_signal(2)


def helper(arguments: argparse.Namespace) -> int:
    laptop = chosen(Lab(), arguments.laptop)
    print(f"helper: process {laptop.start_helper().pid}, log {laptop.logs}/{laptop.name}-helper.log")
    return 0


def status(_: argparse.Namespace) -> int:
    lab = Lab()
    for laptop in lab.opened_laptops():
        print(laptop.name)
        for pid, uid, argv in laptop.processes():
            print(f"  {pid:7} uid {uid:<5} {' '.join(argv)[:140]}")
    return 0


def down(arguments: argparse.Namespace) -> int:
    Lab().down()
    if arguments.cluster:
        cluster = open_cluster()
        if isinstance(cluster, LocalCluster):
            cluster.down()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("up")
    verb.add_argument("--laptops", type=int, default=1)
    verb.add_argument("--resolvconf", action="store_true")
    verb.set_defaults(call=up)
    verb = verbs.add_parser("exec")
    verb.add_argument("-u", "--user", choices=IDENTITIES, default="dev")
    verb.add_argument("-l", "--laptop", type=int, default=1)
    verb.add_argument("command", nargs=argparse.REMAINDER)
    verb.set_defaults(call=execute)
    verb = verbs.add_parser("helper")
    verb.add_argument("-l", "--laptop", type=int, default=1)
    verb.set_defaults(call=helper)
    verbs.add_parser("status").set_defaults(call=status)
    verb = verbs.add_parser("down")
    verb.add_argument("--cluster", action="store_true", help="the cluster too")
    verb.set_defaults(call=down)
    arguments = parser.parse_args()
    try:
        return int(arguments.call(arguments))
    except subprocess.CalledProcessError as error:
        return error.returncode


if __name__ == "__main__":
    sys.exit(main())

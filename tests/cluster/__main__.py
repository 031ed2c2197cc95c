"""python -m tests.cluster up [--nodes N]             start a cluster; nothing when it is up already
python -m tests.cluster down                       take it away, whole
python -m tests.cluster status                     which clusters are up
python -m tests.cluster check                      try, on the one that is up, everything that the tests rely on
python -m tests.cluster kubectl ARGUMENT...        as its administrator
python -m tests.cluster exec [--node NAME] COMMAND...   inside a node, as root
python -m tests.cluster load-image ARCHIVE...      onto all nodes
python -m tests.cluster prepare                    programs and images only; what takes long, once
python -m tests.cluster base-image                 the path of the base image's archive, made if it is not there

KUBEFERRY_CLUSTER_NAME names another cluster; several can be up at once. KUBEFERRY_NODE_BINARIES: a folder with the
programs of a node, in place of those that are found or built."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.cluster import images
from tests.cluster.binaries import find_binaries
from tests.cluster.lifecycle import DEFAULT_NAME, TestCluster
from tests.cluster.locations import STATES
from tests.cluster.progress import say

NAME = "KUBEFERRY_CLUSTER_NAME"
NODES = "KUBEFERRY_CLUSTER_NODES"

Arguments = argparse.Namespace


def chosen() -> TestCluster:
    return TestCluster(os.environ.get(NAME) or DEFAULT_NAME)


def up(arguments: Arguments) -> int:
    cluster = chosen()
    if not cluster.up(arguments.nodes):
        say(f"is up already: export KUBECONFIG={cluster.plan.kubeconfig}")
    return 0


def down(_: Arguments) -> int:
    chosen().down()
    say("down")
    return 0


def status(_: Arguments) -> int:
    for folder in sorted(STATES.glob("*/state.json")):
        cluster = TestCluster(folder.parent.name)
        plan = cluster.plan
        words = "up" if cluster.is_up() else "not up, but not taken down either"
        print(
            f"{cluster.name}: {words}, {plan.node_count} nodes, API server {plan.api_addresses[0]}, {plan.kubeconfig}"
        )
    return 0


def check(_: Arguments) -> int:
    from tests.cluster.self_check import run

    return run(chosen())


def kubectl(arguments: Arguments) -> int:
    return subprocess.run([*chosen().kubectl_argv(), *arguments.command], check=False).returncode


def execute(arguments: Arguments) -> int:
    return subprocess.run([*chosen().exec_argv(arguments.node), *arguments.command], check=False).returncode


def load_image(arguments: Arguments) -> int:
    chosen().load_images(arguments.archive)
    return 0


def prepare(_: Arguments) -> int:
    programs = find_binaries()
    images.base_archive()
    images.dns_archive(programs)
    return 0


def base_image(_: Arguments) -> int:
    print(images.base_archive())
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m tests.cluster", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = made.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, call: Callable[[Arguments], int]) -> argparse.ArgumentParser:
        added = verbs.add_parser(name)
        added.set_defaults(call=call)
        return added

    verb("up", up).add_argument("--nodes", type=int, default=int(os.environ.get(NODES) or 2))
    for name, call in (("down", down), ("status", status), ("check", check), ("prepare", prepare)):
        verb(name, call)
    verb("base-image", base_image)
    verb("kubectl", kubectl).add_argument("command", nargs=argparse.REMAINDER)
    inside = verb("exec", execute)
    inside.add_argument("--node", default="node1")
    inside.add_argument("command", nargs=argparse.REMAINDER)
    verb("load-image", load_image).add_argument("archive", nargs="+", type=Path)
    return made


def main() -> int:
    arguments = parser().parse_args()
    try:
        return int(arguments.call(arguments))
    except (RuntimeError, TimeoutError, ValueError) as error:
        say(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())

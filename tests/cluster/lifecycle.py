"""Starting a cluster and taking it away. Both can be called at any time, also after a crash in the middle of either.

Everything that a cluster makes follows from its name and what `state.json` says, which is written first; so that
whatever an earlier run left is found without its help.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import msgspec

from tests.cluster import addons, certificates, images, network, node
from tests.cluster.binaries import find_binaries
from tests.cluster.locations import STATES, locked
from tests.cluster.node_daemons import CONTAINERD_SOCKET
from tests.cluster.plan import MAX_NUMBER, Node, Plan
from tests.cluster.progress import say
from tests.lab.network import NetworkNamespace
from tests.lab.processes import check, wait_until

DEFAULT_NAME = "tests"
_API_TIMEOUT_S = 90.0
_NODE_TIMEOUT_S = 90.0


class State(msgspec.Struct, frozen=True):
    number: int
    node_count: int
    ipv6: bool
    programs: str
    ready: bool = False


class TestCluster:
    """One cluster of this machine, up or not. `name` tells it from others that are up at the same time."""

    __test__ = False

    def __init__(self, name: str = DEFAULT_NAME, states: Path = STATES) -> None:
        self.name = name
        self.states = states
        self.folder = states / name
        self._lock = states / f"{name}.lock"
        self._numbers = states / "numbers.lock"

    @property
    def plan(self) -> Plan:
        """Raises RuntimeError when the cluster is not up."""
        state = self._state()
        if state is None:
            raise RuntimeError(f"the test cluster {self.name} is not up: start it with `make cluster-up`")
        return self._plan(state)

    def is_up(self) -> bool:
        state = self._state()
        return state is not None and state.ready and node.init_pid(self._plan(state).nodes[0]) is not None

    def up(self, node_count: int = 1) -> bool:
        """False: it was up already, as it is wanted. A further node that ended is started again, as after a reboot.

        Raises RuntimeError or TimeoutError that say what did not work."""
        if os.geteuid():
            raise RuntimeError("a test cluster is made of namespaces and mounts: run this as root")
        with self._locked():
            if self.is_up():
                plan = self.plan
                if plan.node_count != node_count:
                    raise RuntimeError(
                        f"the test cluster {self.name} is up with {plan.node_count} nodes, not {node_count}: take it "
                        "down first (`make cluster-down`)"
                    )
                self._start_again(plan)
                return False
            if self.folder.exists():
                self._remove()
            programs = find_binaries()
            archives = [images.base_archive(), images.dns_archive(programs)]
            try:
                self._create(programs, archives, node_count)
            except BaseException:
                self._keep_logs()
                self._remove()
                raise
            return True

    def down(self) -> None:
        """Raises RuntimeError with what is left behind. The cache stays, for the next one."""
        with self._locked():
            self._remove()
            self._lock.unlink()
        with self._numbers_locked():
            if not any(
                path.is_dir() or path.suffix == ".lock" for path in self.states.iterdir() if path != self._numbers
            ):
                self._numbers.unlink()
        with suppress(OSError):  # it is not empty
            self.states.rmdir()

    def exec_argv(self, node_name: str = "node1") -> list[str]:
        """The beginning of a command line that runs inside a node."""
        plan = self.plan
        wanted = next((one for one in plan.nodes if one.name == node_name), None)
        if wanted is None:
            raise RuntimeError(f"no {node_name}: the cluster has {', '.join(one.name for one in plan.nodes)}")
        return node.enter(plan, wanted)

    def kubectl_argv(self) -> list[str]:
        """Through the first node's network namespace, whatever becomes of the link."""
        plan = self.plan
        path = NetworkNamespace(plan.nodes[0].netns).path
        kubectl = [str(plan.programs / "kubectl"), "--kubeconfig", str(plan.kubeconfig)]
        return ["nsenter", f"--net={path}", *kubectl, "--cache-dir", str(self.folder / "kubectl-cache")]

    def load_images(self, archives: list[Path]) -> None:
        plan = self.plan
        for one in plan.nodes:
            self._import(plan, one, archives)

    def _create(self, programs: Path, archives: list[Path], node_count: int) -> None:
        began, since = time.monotonic(), time.time()
        ipv6 = Path("/proc/net/if_inet6").exists()
        with self._numbers_locked():
            state = State(self._free_number(), node_count, ipv6, str(programs))
            self._save(state)
            plan = self._plan(state)
            network.create(plan)
        # Where those who know a kit's folders look for kubectl.
        (plan.folder / "cache").mkdir()
        (plan.folder / "cache" / "bin").symlink_to(programs)
        certificates.make(plan)
        for one in plan.nodes:
            node.write_configuration(plan, one)
        for one in plan.nodes:
            node.start(plan, one)
        with ThreadPoolExecutor(plan.node_count) as pool:
            imports = [pool.submit(self._import, plan, one, archives) for one in plan.nodes]
            wait_until("the API server of the test cluster", self._api_is_ready, _API_TIMEOUT_S, every_s=0.2)
            self._create_addons(plan)
            for done in imports:
                done.result()
        self._wait_ready(plan, plan.nodes, since)
        self._save(msgspec.structs.replace(state, ready=True))
        say(f"up in {time.monotonic() - began:.1f} s: export KUBECONFIG={plan.kubeconfig}")

    def _import(self, plan: Plan, one: Node, archives: list[Path]) -> None:
        enter = node.enter(plan, one)
        ctr = plan.programs / "ctr"

        def answers() -> bool:
            argv = [*enter, str(ctr), "--address", CONTAINERD_SOCKET, "version"]
            return subprocess.run(argv, capture_output=True, check=False).returncode == 0

        wait_until(f"containerd on {one.name}", answers, 30, every_s=0.1)
        images.import_archives(enter, ctr, CONTAINERD_SOCKET, archives)

    def _api_is_ready(self) -> bool:
        try:
            return self._kubectl("get", "--raw", "/readyz").strip() == "ok"
        except RuntimeError:
            return False

    def _create_addons(self, plan: Plan) -> None:
        wait_until(
            "the namespace kube-system", lambda: self._succeeds("get", "namespace", "kube-system"), 30, every_s=0.1
        )
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": addons.objects(plan)})
        check([*self.kubectl_argv(), "create", "--validate=false", "-f", "-"], stdin=text)

    def _wait_ready(self, plan: Plan, nodes: tuple[Node, ...], since: float) -> None:
        """`since`: what was said before that does not count, of a node that may have died meanwhile."""
        for one in nodes:
            spec = json.dumps({"spec": {"podCIDR": one.pods[0], "podCIDRs": list(one.pods)}})
            patched = functools.partial(self._succeeds, "patch", "node", one.name, "-p", spec)
            wait_until(f"{one.name} to register", patched, _NODE_TIMEOUT_S, every_s=0.2)
        wait_until("the nodes to be Ready", lambda: self._nodes_are_ready(nodes, since), _NODE_TIMEOUT_S, every_s=0.2)
        wait_until("the cluster's DNS", self._dns_is_ready, _NODE_TIMEOUT_S, every_s=0.2)
        account = ("get", "serviceaccount", "default")
        wait_until("the default service account", lambda: self._succeeds(*account), 30, every_s=0.2)

    def _nodes_are_ready(self, nodes: tuple[Node, ...], since: float) -> bool:
        items = {item["metadata"]["name"]: item for item in self._get("nodes")["items"]}
        return all(is_ready(items.get(one.name, {}), since) for one in nodes)

    def _dns_is_ready(self) -> bool:
        status = self._get("deployment", "coredns", "-n", "kube-system").get("status", {})
        return bool(status.get("availableReplicas") == 1)

    def _start_again(self, plan: Plan) -> None:
        ended = tuple(one for one in plan.nodes if node.init_pid(one) is None)
        since = time.time()
        for one in ended:
            node.end((one,))
            node.start(plan, one)
        if ended:
            self._wait_ready(plan, ended, since)
            say(f"{', '.join(one.name for one in ended)} started again")

    def _kubectl(self, *arguments: str) -> str:
        return check([*self.kubectl_argv(), *arguments])

    def _succeeds(self, *arguments: str) -> bool:
        try:
            self._kubectl(*arguments)
        except RuntimeError:
            return False
        return True

    def _get(self, *arguments: str) -> Any:
        return json.loads(self._kubectl("get", *arguments, "-o", "json"))

    def _remove(self) -> None:
        """Of a state that cannot be read only the folder: nothing is made before it is written whole."""
        state = self._state()
        left: list[str] = []
        if state is not None:
            plan = self._plan(state)
            left += map(str, node.end(plan.nodes))
            left += network.remove(plan)
        if not left:
            # Tens of thousands of files of images: rm(1) takes half of rmtree's time.
            subprocess.run(["rm", "-rf", "--one-file-system", str(self.folder)], check=False)
            if self.folder.exists():
                left.append(str(self.folder))
        if left:
            raise RuntimeError(f"the test cluster {self.name} left behind: {' '.join(left)}")

    def _keep_logs(self) -> None:
        """Of a start that failed, for whoever wants to know why."""
        kept = self.states / f"{self.name}-failed-logs"
        shutil.rmtree(kept, ignore_errors=True)
        for logs in self.folder.glob("node*/log"):
            shutil.copytree(logs, kept / logs.parent.name, ignore=shutil.ignore_patterns("var-log"))
        if kept.exists():
            say(f"the start failed; the logs are in {kept}")

    def _free_number(self) -> int:
        """Neither another cluster's nor that of a link which somebody else has made here."""
        others = [TestCluster(folder.name, self.states)._state() for folder in self.states.iterdir() if folder.is_dir()]
        taken = {state.number for state in others if state is not None}
        here = network.addresses_here()
        for number in range(MAX_NUMBER + 1):
            if number not in taken and f"10.214.{number}.1" not in here:
                return number
        raise RuntimeError(f"there are {len(taken)} test clusters already: take some down")

    def _state(self) -> State | None:
        try:
            return msgspec.json.decode((self.folder / "state.json").read_bytes(), type=State)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def _save(self, state: State) -> None:
        self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        fresh = self.folder / "state.json.new"
        fresh.write_bytes(msgspec.json.encode(state))
        fresh.replace(self.folder / "state.json")

    def _plan(self, state: State) -> Plan:
        return Plan(self.name, state.number, state.node_count, state.ipv6, Path(state.programs), self.states)

    def _locked(self) -> AbstractContextManager[None]:
        return locked(self._lock, f"another process starts or stops {self.name}: waiting for it")

    def _numbers_locked(self) -> AbstractContextManager[None]:
        """While a number is chosen, and its link made."""
        return locked(self._numbers, "another test cluster is being started: waiting for it")


def is_ready(item: dict[str, Any], since: float) -> bool:
    """Of a node's object: Ready, said after `since`, and nothing keeps pods from it."""
    if item.get("spec", {}).get("taints"):
        return False
    earliest = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(since))
    for condition in item.get("status", {}).get("conditions", []):
        if condition["type"] == "Ready":
            return bool(condition["status"] == "True" and condition["lastHeartbeatTime"] >= earliest)
    return False

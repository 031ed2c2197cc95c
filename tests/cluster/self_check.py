"""Tries on a running cluster what the tests rely on, from outside, and says of each whether it works."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable
from typing import Any

from tests.cluster.lifecycle import TestCluster, is_ready
from tests.cluster.plan import API_PORT, BASE_IMAGE, DOMAIN
from tests.lab.processes import check, wait_until

NAMESPACE = "cluster-self-check"
_PORT = 8080
_SERVER = (
    "import http.server,os,socket\n"
    "class Server(http.server.ThreadingHTTPServer):\n"
    "    address_family = socket.AF_INET6\n"
    "class Answer(http.server.BaseHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        text = os.environ['HOSTNAME'].encode()\n"
    "        self.send_response(200); self.send_header('Content-Length', str(len(text))); self.end_headers()\n"
    "        self.wfile.write(text)\n"
    "    def log_message(self, *_): pass\n"
    f"Server(('::', {_PORT}), Answer).serve_forever()\n"
)
Object = dict[str, Any]


def _pod(name: str, node: str, **spec: Any) -> Object:
    probe = {"httpGet": {"path": "/", "port": _PORT}, "periodSeconds": 1}
    server = {"name": "server", "image": BASE_IMAGE, "command": ["python3", "-c", _SERVER], "readinessProbe": probe}
    pinned = {"kubernetes.io/hostname": node}
    spec = {"nodeSelector": pinned, "terminationGracePeriodSeconds": 0, "containers": [server]} | spec
    metadata = {"name": name, "namespace": NAMESPACE, "labels": {"app": "check"}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


class SelfCheck:
    def __init__(self, cluster: TestCluster) -> None:
        self.cluster = cluster
        self.plan = cluster.plan
        self.first, self.last = self.plan.nodes[0].name, self.plan.nodes[-1].name

    def prepare(self) -> None:
        self._apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        wait_until("the service account", lambda: self._account_is_there(), 30, every_s=0.2)
        native = {"name": "beside", "image": BASE_IMAGE, "command": ["sleep", "1000"], "restartPolicy": "Always"}
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "check", "namespace": NAMESPACE},
            "spec": {"ipFamilyPolicy": "PreferDualStack", "selector": {"app": "check"}, "ports": [{"port": _PORT}]},
        }
        self._apply(_pod("one", self.first), _pod("two", self.last, initContainers=[native]), service)
        self._kubectl("wait", "--for=condition=Ready", "pod", "--all", "--timeout=90s")

    def remove(self) -> None:
        check([*self.cluster.kubectl_argv(), "delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false"])

    def nodes_are_ready(self) -> None:
        items = json.loads(check([*self.cluster.kubectl_argv(), "get", "nodes", "-o", "json"]))["items"]
        _equal(sorted(item["metadata"]["name"] for item in items), [node.name for node in self.plan.nodes])
        _equal([is_ready(item, 0) for item in items], [True] * len(items))

    def version_is_said(self) -> None:
        version = json.loads(check([*self.cluster.kubectl_argv(), "get", "--raw", "/version"]))
        _equal(bool(re.fullmatch(r"v\d+\.\d+\.\d+", version["gitVersion"])), True)

    def pods_have_both_families(self) -> None:
        _equal([":" in address for address in self._addresses("two")], [False, True][: len(self.plan.families)])

    def pods_reach_each_other(self) -> None:
        for source, target in (("one", "two"), ("two", "one")):
            for address in self._addresses(target):
                _equal(self._fetch(source, _host(address)), target)

    def pods_reach_services(self) -> None:
        service = json.loads(self._kubectl("get", "service", "check", "-o", "json"))
        for address in service["spec"]["clusterIPs"]:
            # One answer in 2^19 runs would be the same 20 times.
            loop = f"for n in $(seq 20); do curl -s -m 5 http://{_host(address)}:{_PORT}/; echo; done"
            _equal(set(self._exec("one", "sh", "-c", loop).split()), {"one", "two"})

    def names_resolve(self) -> None:
        for source in ("one", "two"):
            for name in ("check", f"check.{NAMESPACE}", f"check.{NAMESPACE}.svc.{DOMAIN}"):
                _equal(self._fetch(source, name) in {"one", "two"}, True)

    def other_names_do_not_exist(self) -> None:
        lookup = "try: print(socket.getaddrinfo('nowhere.example.com', 80))\nexcept socket.gaierror: print('none')"
        _equal(self._exec("one", "python3", "-c", f"import socket\n{lookup}").strip(), "none")

    def port_forward_works(self) -> None:
        """From here, over the link: a WebSocket to the API server, and from there to the kubelet of the last node."""
        argv = [str(self.plan.programs / "kubectl"), "--kubeconfig", str(self.plan.kubeconfig), "-n", NAMESPACE]
        argv += ["port-forward", "pod/two", f":{_PORT}"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                assert process.stdout is not None
                line = process.stdout.readline()
                port = line.split("->")[0].rsplit(":", 1)[1].strip()
                _equal(_get(f"http://127.0.0.1:{port}/"), "two")
            finally:
                process.kill()

    def a_native_sidecar_runs(self) -> None:
        status = json.loads(self._kubectl("get", "pod", "two", "-o", "json"))["status"]
        _equal([one["started"] for one in status["initContainerStatuses"]], [True])

    def nothing_else_is_reachable(self) -> None:
        """From here: neither pods nor kubelets, also with a route to them; so from a namespace the link is in."""
        targets = [(address, _PORT) for address in self._addresses("one")]
        targets += [(address, 10250) for address in self.plan.api_addresses]
        for address, port in targets:
            _equal(_connects(address, port), False)
        for address in self.plan.api_addresses:
            _equal(_connects(address, API_PORT), True)

    def pods_do_not_get_out(self) -> None:
        for address in self.plan.caller_addresses:
            attempt = f"import socket; socket.create_connection(({address!r}, 22), 1)"
            done = self._exec("one", "python3", "-c", f"try:\n {attempt}\nexcept OSError as e: print('refused')")
            _equal(done.strip(), "refused")

    def _account_is_there(self) -> bool:
        try:
            return bool(self._kubectl("get", "serviceaccount", "default", "-o", "name"))
        except RuntimeError:
            return False

    def _kubectl(self, *arguments: str) -> str:
        return check([*self.cluster.kubectl_argv(), "-n", NAMESPACE, *arguments])

    def _apply(self, *objects: Object) -> None:
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
        check([*self.cluster.kubectl_argv(), "apply", "-f", "-"], stdin=text)

    def _exec(self, pod: str, *argv: str) -> str:
        return self._kubectl("exec", pod, "-c", "server", "--", *argv)

    def _fetch(self, source: str, host: str) -> str:
        return self._exec(source, "curl", "-s", "-m", "5", f"http://{host}:{_PORT}/")

    def _addresses(self, pod: str) -> list[str]:
        return [one["ip"] for one in json.loads(self._kubectl("get", "pod", pod, "-o", "json"))["status"]["podIPs"]]


CHECKS: tuple[Callable[[SelfCheck], None], ...] = (
    SelfCheck.nodes_are_ready,
    SelfCheck.version_is_said,
    SelfCheck.pods_have_both_families,
    SelfCheck.pods_reach_each_other,
    SelfCheck.names_resolve,
    SelfCheck.pods_reach_services,
    SelfCheck.other_names_do_not_exist,
    SelfCheck.port_forward_works,
    SelfCheck.a_native_sidecar_runs,
    SelfCheck.nothing_else_is_reachable,
    SelfCheck.pods_do_not_get_out,
)


class UnexpectedError(Exception):
    pass


def _equal(found: object, expected: object) -> None:
    if found != expected:
        raise UnexpectedError(f"{found!r}, not {expected!r}")


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _get(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as answer:
        return str(answer.read().decode())


def _connects(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), 1).close()
    except OSError:
        return False
    return True


def run(cluster: TestCluster) -> int:
    """Prints a line for each check, and `N passed, N failed`. The exit code is 0 when all passed."""
    checks, failed = SelfCheck(cluster), 0
    try:
        checks.prepare()
        for one in CHECKS:
            began, words = time.monotonic(), ""
            try:
                one(checks)
            except (UnexpectedError, RuntimeError, OSError, IndexError, KeyError) as error:
                failed += 1
                words = f": {error}"
            print(
                f"{'FAILED' if words else 'ok    '} {one.__name__} ({time.monotonic() - began:.1f} s){words}",
                flush=True,
            )
    finally:
        checks.remove()
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0

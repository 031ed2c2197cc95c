"""kubeconfig as kubectl reads it, and a sentence of its own for each way in which it does not get anywhere."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e import accounts
from tests.e2e.driver import RECOVERY_S, Kubeferry
from tests.lab.cluster import Cluster
from tests.lab.internet import DNS_ADDRESS
from tests.lab.kubeconfig import document, for_user
from tests.lab.lab import Lab
from tests.lab.laptop import DEV

HTTP_PROXY_PORT, SOCKS_PORT = 3128, 1080
ROUTER = "198.51.100.1"
HIDDEN = "api.hidden.example"
FILE = "/home/dev/kube/config"

EXEC_PLUGIN = """#!/bin/sh
echo called >> /home/dev/kube/calls
cat <<END
{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
 "status": {"token": "$(cat /home/dev/kube/exec-token)",
            "expirationTimestamp": "$(date -u -d '+4 seconds' +%Y-%m-%dT%H:%M:%SZ)"}}
END
"""


@pytest.fixture(scope="module")
def token(cluster: Cluster) -> Iterator[str]:
    yield accounts.create(cluster, "admin", role="cluster-admin")
    accounts.remove(cluster)


@pytest.fixture
def alias(lab: Lab) -> str:
    if not lab.api_alias:
        pytest.skip("only a kit's API server has a second address")
    return lab.api_alias


def connects(kubeferry: Kubeferry, text: str) -> dict[str, Any]:
    kubeferry.laptop.write_file(FILE, text)
    status = kubeferry.connect("--kubeconfig", FILE)
    assert kubeferry.reach("http", "http://productpage:9080")["body"]["service"] == "productpage"
    return status


def fails(kubeferry: Kubeferry, text: str) -> tuple[int, str]:
    kubeferry.laptop.write_file(FILE, text)
    code, error = kubeferry.refused("--kubeconfig", FILE)
    assert error["what"]
    assert error["next_step"]
    return code, error["code"]


def test_several_files(kubeferry: Kubeferry, cluster: Cluster) -> None:
    config = document(cluster)
    parts = [{"contexts": config["contexts"], "current-context": config["current-context"]}]
    parts += [{"clusters": config["clusters"]}, {"users": config["users"]}]
    names = []
    for number, part in enumerate(parts):
        names.append(f"/home/dev/kube/part{number}")
        kubeferry.laptop.write_file(names[-1], yaml.safe_dump({"apiVersion": "v1", "kind": "Config"} | part))
    both = Kubeferry(kubeferry.laptop, DEV, {"KUBECONFIG": ":".join([*names, "/home/dev/kube/absent"])})
    both.connect()
    both.disconnect()


def test_token(kubeferry: Kubeferry, cluster: Cluster, token: str) -> None:
    connects(kubeferry, for_user(cluster, user={"token": token}))


def test_token_file(kubeferry: Kubeferry, cluster: Cluster, token: str) -> None:
    kubeferry.laptop.write_file("/home/dev/kube/token", token + "\n")
    connects(kubeferry, for_user(cluster, user={"tokenFile": "/home/dev/kube/token"}))


def test_certificate_files_beside_the_kubeconfig(kubeferry: Kubeferry, cluster: Cluster) -> None:
    user = document(cluster)["users"][0]["user"]
    ca = document(cluster)["clusters"][0]["cluster"]["certificate-authority-data"]
    for name, data in (
        ("cert.pem", user["client-certificate-data"]),
        ("key.pem", user["client-key-data"]),
        ("ca.pem", ca),
    ):
        kubeferry.laptop.write_file(f"/home/dev/kube/{name}", base64.b64decode(data).decode())
    changes = {"certificate-authority-data": None, "certificate-authority": "ca.pem"}
    files = {"client-certificate": "cert.pem", "client-key": "key.pem"}
    connects(kubeferry, for_user(cluster, user=files, cluster_changes=changes))


def test_exec_plugin_is_asked_again_when_its_answer_has_expired(
    kubeferry: Kubeferry, cluster: Cluster, token: str, lab: Lab
) -> None:
    kubeferry.laptop.write_file("/home/dev/kube/exec-token", token)
    kubeferry.laptop.write_file("/home/dev/kube/calls", "")
    kubeferry.laptop.write_file("/home/dev/kube/plugin", EXEC_PLUGIN, mode=0o700)
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./plugin", "interactiveMode": "Never"}
    connects(kubeferry, for_user(cluster, user={"exec": plugin}))
    calls = kubeferry.laptop.path("/home/dev/kube/calls")
    before = len(calls.read_text().splitlines())
    assert before >= 1
    time.sleep(4)  # the credential's life
    with lab.router.resetting(lab.router_link(kubeferry.laptop.name)):
        kubeferry.wait_for("not connected", lambda status: status["state"] != "connected", 5)
    kubeferry.works_within(RECOVERY_S)
    assert len(calls.read_text().splitlines()) > before


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_proxy(kubeferry: Kubeferry, cluster: Cluster, lab: Lab, scheme: str) -> None:
    """By a name that nobody but the proxy knows."""
    lab.start_proxy(ROUTER, HTTP_PROXY_PORT, SOCKS_PORT, {HIDDEN: cluster.api_address})
    port = HTTP_PROXY_PORT if scheme == "http" else SOCKS_PORT
    changes = {
        "server": f"https://{HIDDEN}:{cluster.api_port}",
        "tls-server-name": cluster.api_address,
        "proxy-url": f"{scheme}://{ROUTER}:{port}",
    }
    connects(kubeferry, for_user(cluster, cluster_changes=changes))


def test_tls_server_name(kubeferry: Kubeferry, cluster: Cluster, alias: str) -> None:
    changes = {"server": f"https://{alias}:6443", "tls-server-name": "kubernetes.default"}
    connects(kubeferry, for_user(cluster, cluster_changes=changes))


def test_insecure_skip_tls_verify(kubeferry: Kubeferry, cluster: Cluster, alias: str) -> None:
    changes = {
        "server": f"https://{alias}:6443",
        "insecure-skip-tls-verify": True,
        "certificate-authority-data": None,
    }
    connects(kubeferry, for_user(cluster, cluster_changes=changes))


def test_impersonation(kubeferry: Kubeferry, cluster: Cluster, token: str) -> None:
    subject = {"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "e2e-person"}
    cluster.apply([accounts.binding(f"{accounts.NAMESPACE}-person", "cluster-admin", subject)])
    connects(kubeferry, for_user(cluster, user={"token": token, "as": "e2e-person"}))


def test_impersonated_user_without_rights_is_forbidden(kubeferry: Kubeferry, cluster: Cluster, token: str) -> None:
    code, error = fails(kubeferry, for_user(cluster, user={"token": token, "as": "nobody-at-all"}))
    assert (code, error) == (20, "api_forbidden")


def test_namespace_of_the_context(kubeferry: Kubeferry, cluster: Cluster) -> None:
    kubeferry.laptop.write_file(FILE, for_user(cluster, namespace="dev"))
    done = kubeferry.run("connect", "--kubeconfig", FILE, "-o", "json").checked()
    assert json.loads(done.out)["facts"]["namespace"] == "dev"
    assert kubeferry.reach("http", "http://backend:9080")["body"]["service"] == "backend"


def test_no_kubeconfig(kubeferry: Kubeferry) -> None:
    code, error = kubeferry.refused("--kubeconfig", "/home/dev/kube/not-there")
    assert (code, error["code"]) == (10, "no_kubeconfig")


def test_not_yaml(kubeferry: Kubeferry) -> None:
    assert fails(kubeferry, "{ this is [ not yaml") == (10, "kubeconfig_invalid")


def test_unknown_context(kubeferry: Kubeferry, cluster: Cluster) -> None:
    code, error = kubeferry.refused("--context", "elsewhere")
    assert (code, error["code"]) == (10, "context_unknown")
    assert cluster.context in error["what"] + error["next_step"]


def test_expired_login(kubeferry: Kubeferry, cluster: Cluster) -> None:
    assert fails(kubeferry, for_user(cluster, user={"token": "expired"})) == (10, "login_expired")


def test_login_command_missing(kubeferry: Kubeferry, cluster: Cluster) -> None:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-login", "interactiveMode": "Never"}
    assert fails(kubeferry, for_user(cluster, user={"exec": plugin})) == (10, "login_command_missing")


def test_forbidden_verb(kubeferry: Kubeferry, cluster: Cluster) -> None:
    poor = accounts.create(cluster, "poor", role=None)
    assert fails(kubeferry, for_user(cluster, user={"token": poor})) == (20, "api_forbidden")


def test_unreachable_server(kubeferry: Kubeferry, cluster: Cluster) -> None:
    changes = {"server": f"https://{DNS_ADDRESS}:6443"}
    assert fails(kubeferry, for_user(cluster, cluster_changes=changes)) == (30, "api_unreachable")


def test_untrusted_certificate(kubeferry: Kubeferry, cluster: Cluster, alias: str) -> None:
    changes = {"server": f"https://{alias}:6443"}
    _, error = fails(kubeferry, for_user(cluster, cluster_changes=changes))
    assert error == "api_tls_untrusted"


def test_proxy_that_is_not_there(kubeferry: Kubeferry, cluster: Cluster) -> None:
    changes = {"proxy-url": f"http://{ROUTER}:9"}
    assert fails(kubeferry, for_user(cluster, cluster_changes=changes)) == (30, "proxy_failed")

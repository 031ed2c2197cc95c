"""The tests' own way of looking at objects says what kubectl says."""

from __future__ import annotations

import json

import pytest

from tests.lab.api_reader import ApiReader
from tests.lab.cluster import Cluster


@pytest.mark.parametrize(
    "arguments",
    [
        ("namespaces",),
        ("pods", "-n", "kube-system"),
        ("service/kubernetes", "-n", "default"),
        ("deployments,services", "-n", "kube-system"),
        ("serviceaccount/default", "service/kubernetes", "-n", "default"),
    ],
)
def test_as_kubectl(running_cluster: Cluster, arguments: tuple[str, ...]) -> None:
    found = ApiReader(running_cluster.kubeconfig, running_cluster.node).get(arguments)
    told = json.loads(running_cluster.kubectl("get", *arguments, "-o", "json"))
    assert _identities(found) == _identities(told)
    assert found["kind"] == told["kind"]


def test_what_is_not_there_fails_as_kubectl_does(running_cluster: Cluster) -> None:
    with pytest.raises(RuntimeError, match="404"):
        ApiReader(running_cluster.kubeconfig, running_cluster.node).get(("pod/no-such", "-n", "default"))


def _identities(found: dict[str, object]) -> list[tuple[object, ...]]:
    items = found.get("items", [found])
    assert isinstance(items, list)
    return sorted((one["apiVersion"], one["kind"], one["metadata"]["uid"]) for one in items)

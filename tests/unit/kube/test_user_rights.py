"""The roles for users grant what the program asks for, and no more than that in kind."""

from __future__ import annotations

from typing import Any

import pytest

from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.permissions import create_pods, injection_permissions
from app.kube.manager_manifest import Keys, ManagerSpec, manifest_text
from app.kube.preflight import PORTFORWARD_CREATE_SINCE, Permission, connect_permissions, install_permissions
from app.kube.user_rights import CONNECT_RULES, INTERCEPT_RULES, NETWORK_RULES, Rule, UserRights, rights_objects

LABELS = {"a": "b"}
BY_HAND: dict[str, Any] = {"spec": {"updateStrategy": {"type": "OnDelete"}}}


def grants(rules: list[Rule], permission: Permission) -> bool:
    """Rules of all objects of a kind only: what names single objects grants no list."""
    resource = permission.resource + (f"/{permission.subresource}" if permission.subresource else "")
    return any(
        permission.group in rule["apiGroups"] and resource in rule["resources"] and permission.verb in rule["verbs"]
        for rule in rules
        if "resourceNames" not in rule
    )


@pytest.mark.parametrize("version", [(1, 20), PORTFORWARD_CREATE_SINCE])
def test_connecting(version: tuple[int, int]) -> None:
    assert all(grants(CONNECT_RULES, permission) for permission in connect_permissions("kubeferry", version))


@pytest.mark.parametrize("kind", [k for k in WorkloadKind if k is not WorkloadKind.REPLICA_SET])
@pytest.mark.parametrize("workload", [None, BY_HAND])
def test_intercepting(kind: WorkloadKind, workload: dict[str, Any] | None) -> None:
    asked = [*injection_permissions(WorkloadRef(kind, "shop", "web"), workload), create_pods("shop")]
    # A bare pod is replaced by another one; its own patch is not among what users get.
    needed = [p for p in asked if not (kind is WorkloadKind.POD and p.verb == "patch" and p.resource == "pods")]
    assert [str(p) for p in needed if not grants(INTERCEPT_RULES, p)] == []


def test_no_more_than_that() -> None:
    every = [*CONNECT_RULES, *NETWORK_RULES, *INTERCEPT_RULES]
    assert all("*" not in rule["verbs"] + rule["resources"] + rule["apiGroups"] for rule in every)
    changing = {"create", "patch", "update", "delete", "deletecollection", "escalate", "bind", "impersonate"}
    assert not any(changing & set(rule["verbs"]) for rule in NETWORK_RULES)
    assert not any(grants(CONNECT_RULES, p) for p in install_permissions("kubeferry", namespace_exists=True)[:4])
    assert not any("secrets" in rule["resources"] for rule in [*CONNECT_RULES, *NETWORK_RULES])


def test_bindings_for_the_groups_that_are_named() -> None:
    assert [o["kind"] for o in rights_objects("tools", UserRights(), LABELS)] == ["Role", "ClusterRole", "ClusterRole"]
    objects = rights_objects("tools", UserRights(("a", "b"), ("shop", "tools")), LABELS)
    identities = [(o["kind"], o["metadata"].get("namespace"), o["metadata"]["name"]) for o in objects]
    assert identities[3:] == [
        ("RoleBinding", "tools", "kubeferry-user"),
        ("ClusterRoleBinding", None, "kubeferry-user-network"),
        ("RoleBinding", "shop", "kubeferry-user-intercept"),
        ("RoleBinding", "tools", "kubeferry-user-intercept"),
    ]
    assert len(set(identities)) == len(identities)
    for binding in objects[3:]:
        role = binding["roleRef"]
        assert any((role["kind"], role["name"]) == (o["kind"], o["metadata"]["name"]) for o in objects[:3])
        assert [subject["name"] for subject in binding["subjects"]] == ["a", "b"]
    assert all(o["metadata"]["labels"] == LABELS for o in objects)


def test_a_manifest_for_a_repository_has_no_keys() -> None:
    text = manifest_text(ManagerSpec(), with_keys=Keys.WITHOUT)
    assert "kind: Secret" not in text
    assert text == manifest_text(ManagerSpec(), with_keys=Keys.WITHOUT)
    only = manifest_text(ManagerSpec("tools"), with_keys=Keys.ONLY)
    assert only.count("kind:") == 1
    assert "kind: Secret" in only
    assert "namespace: tools" in only


def test_no_anchors() -> None:
    text = manifest_text(ManagerSpec(), rights=UserRights(("a",), ("b", "c")))
    assert "&id" not in text
    assert "*id" not in text

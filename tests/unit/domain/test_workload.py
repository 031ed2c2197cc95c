from __future__ import annotations

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.workload import WorkloadKind, WorkloadRef, parse_workload


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("deploy/web", WorkloadKind.DEPLOYMENT),
        ("deployment/web", WorkloadKind.DEPLOYMENT),
        ("Deployments/web", WorkloadKind.DEPLOYMENT),
        ("deployments.apps/web", WorkloadKind.DEPLOYMENT),
        ("deployment.v1.apps/web", WorkloadKind.DEPLOYMENT),
        ("sts/web", WorkloadKind.STATEFUL_SET),
        ("statefulsets/web", WorkloadKind.STATEFUL_SET),
        ("ds/web", WorkloadKind.DAEMON_SET),
        ("rs/web", WorkloadKind.REPLICA_SET),
        ("replicaset/web", WorkloadKind.REPLICA_SET),
        ("po/web", WorkloadKind.POD),
        (" pod/web ", WorkloadKind.POD),
        ("pods/web", WorkloadKind.POD),
    ],
)
def test_kinds(text: str, kind: WorkloadKind) -> None:
    ref = parse_workload(text, "shop")
    assert ref == WorkloadRef(kind, "shop", "web")
    assert parse_workload(str(ref), "shop") == ref


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web", "deploy/web"),
        ("", "kind is missing"),
        ("svc/web", "svc is none of the kinds"),
        ("/web", "none of the kinds"),
        ("deployments.extensions/web", "none of the kinds"),
        ("deploy/", "the name is missing: say deploy/reviews"),
        ("deploy/Web", "Web is not the name"),
        ("deploy/a/b", "a/b is not the name"),
        ("deploy/-a", "-a is not the name"),
        ("deploy/" + "a" * 254, "is not the name"),
    ],
)
def test_what_is_none(text: str, words: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        parse_workload(text, "shop")
    assert failure.value.code is ErrorCode.INVALID_OPTION
    assert words in failure.value.params["problem"]


@pytest.mark.parametrize("namespace", ["", "Bad Name", "a.b", "-a", "a" * 64])
def test_what_is_no_namespace(namespace: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        parse_workload("deploy/web", namespace)
    assert failure.value.code is ErrorCode.INVALID_OPTION
    assert failure.value.params["option"] == f"namespace {namespace}"


@pytest.mark.parametrize(("text", "word"), [("job/seed", "Job"), ("jobs/seed", "Job"), ("cj/seed", "CronJob")])
def test_what_ends_by_itself(text: str, word: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        parse_workload(text, "shop")
    assert failure.value.code is ErrorCode.WORKLOAD_UNSUITABLE
    assert f"a {word} " in failure.value.params["problem"]

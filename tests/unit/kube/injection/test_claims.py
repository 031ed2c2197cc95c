from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, HeaderRule, HttpRule, MatchKind, PortMap
from app.domain.workload import WorkloadKind, WorkloadRef
from app.kube.injection.claims import MAX_BYTES, read_claims, with_claim, with_claims
from helper.cluster.injection.record import CLAIMS
from tests.unit.kube.injection.workloads import any_workload, deployment

REF = WorkloadRef(WorkloadKind.DEPLOYMENT, "shop", "web")
RULE = HttpRule((HeaderRule("x-user", MatchKind.PREFIX, "al"), HeaderRule("x-b", MatchKind.PRESENT)), "/api")
MESH = Claim("0123456789ab", "a" * 12, "alice@laptop", 1750000000.25, RULE, (PortMap(9080, 8080),))
PROXY = Claim("ba9876543210", "b" * 12, "bob@büro", 1750000001.0, None, (PortMap(1, 2),), only_ports=True)

_CLAIMS = st.lists(st.sampled_from([MESH, PROXY]), unique=True).map(tuple)


@given(any_workload(), _CLAIMS)
def test_what_is_written_is_read(workload: dict[str, object], claims: tuple[Claim, ...]) -> None:
    before = copy.deepcopy(workload)
    written = with_claims(REF, workload, claims)
    assert read_claims(REF, written) == claims
    assert workload == before
    assert (written == workload) == (not claims)


@given(_CLAIMS)
def test_the_last_claim_takes_its_annotation_along(claims: tuple[Claim, ...]) -> None:
    for workload in (deployment(), deployment(annotations={"team": "x"})):
        assert with_claims(REF, with_claims(REF, workload, claims), ()) == workload


@pytest.mark.parametrize(
    "text", ["", "{", "{}", '[{"intercept_id": 3}]', '["x"]', "null", '[{"intercept_id":"a"}]', "[" * 5000]
)
def test_garbage_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(KubeferryError) as failure:
        read_claims(REF, deployment(annotations={CLAIMS: text}))
    assert failure.value.code is ErrorCode.CLAIMS_UNREADABLE
    assert failure.value.params["workload"] == "deployment/web"


def test_what_a_later_version_adds_is_no_obstacle() -> None:
    written = with_claims(REF, deployment(), (MESH,))
    text = written["metadata"]["annotations"][CLAIMS].replace('"owner_id"', '"colour":"red","owner_id"')
    assert read_claims(REF, deployment(annotations={CLAIMS: text})) == (MESH,)


def test_no_claims_at_all() -> None:
    assert read_claims(REF, deployment()) == ()
    assert read_claims(REF, deployment(annotations=None)) == ()


def test_too_many_claims() -> None:
    many = tuple(Claim(f"{number:012x}", "a" * 12, "n" * 100, 0.0, RULE) for number in range(MAX_BYTES // 200))
    with pytest.raises(KubeferryError):
        with_claims(REF, deployment(), many)


def test_a_claim_takes_the_place_of_its_former_self() -> None:
    renewed = Claim(MESH.intercept_id, MESH.owner_id, MESH.owner, 5.0)
    assert with_claim((MESH, PROXY), renewed) == (renewed, PROXY)
    assert with_claim((PROXY,), MESH) == (PROXY, MESH)
    assert with_claim((PROXY, MESH), renewed, without={PROXY.intercept_id}) == (renewed,)
    assert with_claim((MESH,), renewed, without={MESH.intercept_id}) == (renewed,)

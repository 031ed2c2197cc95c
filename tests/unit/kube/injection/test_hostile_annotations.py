"""Annotations that a colleague made up, who may change the workload: no reader of ours breaks, stalls or believes."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from app.domain.errors import ErrorCode, KubeferryError
from app.domain.intercepts import Claim, HeaderRule, HttpRule, conflicts
from app.kube.injection.claims import read_claims
from helper.cluster.injection.record import (
    CLAIMS,
    INJECTION_ID,
    RECORD,
    injection_of,
    injection_of_pod,
    is_injected,
    probe_ports,
    read_record,
)
from tests.unit.kube.injection.test_claims import MESH, REF
from tests.unit.kube.injection.workloads import deployment

GOOD: dict[str, Any] = {"intercept_id": "0" * 12, "owner_id": "a" * 12, "owner": "eve", "since": 1.0}


def read(*claims: dict[str, Any]) -> Any:
    return read_claims(REF, deployment(annotations={CLAIMS: json.dumps(claims)}))


@pytest.mark.parametrize(
    "bad",
    [
        {"since": 1e300},
        {"since": -1e9},
        {"since": 1e11 + 1},
        {"ports": [{"remote": 0, "local": 80}]},
        {"ports": [{"remote": 80, "local": 10**30}]},
        {"ports": [{"remote": 80, "local": 80}] * 65},
        {"owner": "x" * 1025},
        {"rule": {"headers": [{"name": "x", "kind": "regex", "value": "[" * 100_000}]}},
        {"rule": {"headers": [{"name": "x" * 2000}]}},
        {"rule": {"headers": [{"name": "x"}] * 17}},
        {"rule": {"path": "/" * 2000}},
    ],
)
def test_beyond_all_measure(bad: dict[str, Any]) -> None:
    assert len(read(GOOD)) == 1
    with pytest.raises(KubeferryError) as failure:
        read(GOOD, {**GOOD, **bad})
    assert failure.value.code is ErrorCode.CLAIMS_UNREADABLE


@pytest.mark.parametrize("regex", ["(a+)+$", "(a|a)*b", "(.*)*x", "a{1000}", "[[[[", "(" * 500, ".*.*.*.*.*=", "\\"])
def test_an_expression_that_takes_for_ever_elsewhere_takes_no_time_here(regex: str) -> None:
    """600 of them, as many as an annotation holds, against a value that is the worst for most."""
    rule = {"headers": [{"name": "x-user", "kind": "regex", "value": regex}]}
    claims = read(*({**GOOD, "intercept_id": f"{n:012x}", "rule": rule} for n in range(600)))
    rule_of_mine = HttpRule((HeaderRule("x-user", value="a" * 40 + "!"),))
    wanted = Claim("f" * 12, "b" * 12, "me", 2.0, rule_of_mine, MESH.ports)
    begin = time.process_time()
    conflicts(wanted, claims)
    assert time.process_time() - begin < 1.0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "7", '{"injection_id":7}', '{"x":' + "[" * 100_000, '{"probes":[{}]}']
)
def test_a_record_that_is_none_is_no_record(text: str) -> None:
    workload = deployment(annotations={RECORD: text})
    assert read_record(workload) is None
    assert is_injected(workload), "something of ours is there: it can be repaired"
    assert injection_of(workload) is None


@pytest.mark.parametrize(
    "arguments",
    [(), ("=",), ("15700=-1",), ("1=2=3",), ("²=³",), ("9" * 5000 + "=1",), ("15700=80\n",), (" 15700=80",)],
)
def test_arguments_of_a_sidecar_that_somebody_changed(arguments: tuple[str, ...]) -> None:
    spec = {"containers": [{"name": "kubeferry-sidecar", "args": ["--probe", *arguments]}]}
    assert probe_ports(spec) == {}
    spec["containers"][0]["args"] = ["--probe", "15700=80"]
    assert probe_ports(spec) == {15700: 80}, "the counter-test"


@pytest.mark.parametrize("injection_id", ["../../x", "0" * 15, "0" * 16 + "\n", "", "０" * 16])
def test_an_injection_that_is_none_is_none(injection_id: str) -> None:
    """It becomes part of a Secret's name, and that of a path."""
    pod = {"metadata": {"annotations": {INJECTION_ID: injection_id}}}
    assert injection_of_pod(pod) is None
    record = json.dumps({"injection_id": injection_id, "secret": "x"})
    assert read_record(deployment(annotations={RECORD: record})) is None

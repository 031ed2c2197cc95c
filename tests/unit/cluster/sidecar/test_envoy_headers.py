"""Which headers are logged, and what of them is told."""

from __future__ import annotations

import msgspec
import pytest

from helper.cluster.sidecar import envoy_config, envoy_headers
from helper.cluster.sidecar.request_log import SAMPLE
from helper.protocol.framing import MAX_MESSAGE_BYTES
from helper.protocol.intercepts import (
    HIDDEN_VALUE,
    MAX_HEADERS,
    HeaderMatch,
    HttpMatch,
    PortMap,
    RequestBatch,
    RequestRecord,
    Verdict,
    Workload,
)
from helper.wire.sidecar_messages import Rule


def _rule(*names: str, number: int = 1, port: int = 9080) -> Rule:
    headers = tuple(HeaderMatch(name, value="alice") for name in names)
    return Rule(f"{number:012x}", "alice", "198.19.1.1", HttpMatch(headers), (PortMap(port, 8080),))


def _of_routes(*rules: Rule, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    host = envoy_config.routes(9080, rules, without=without)["resources"][0]["virtual_hosts"][0]
    if "typed_per_filter_config" not in host:
        return []
    (state,) = host["typed_per_filter_config"][envoy_headers.FILTER]["on_request_headers"]
    return list(state["format_string"]["json_format"].items())


def test_headers_of_rules_are_logged_by_their_port() -> None:
    other = _rule("x-other", number=2, port=9081)
    refused = _rule("x-refused", number=3)
    assert _of_routes() == []
    assert _of_routes(_rule("user-agent", "cookie")) == [], "these are logged anyway"
    told = _of_routes(
        _rule("x-user", "x-api-key", ":method", "host"), other, refused, without=frozenset((refused.intercept_id,))
    )
    assert told == [("x-api-key", "%REQ(x-api-key):1%"), ("x-user", "%REQ(x-user):256%")]


@pytest.mark.parametrize("name", ["x%req", "x|y", "x^y", "x~", ":authority", "x!", "x*"])
def test_names_that_could_mean_something_to_envoy_are_left_out(name: str) -> None:
    assert envoy_headers.names_of([_rule(name)]) == ()


def test_there_are_never_too_many() -> None:
    names = envoy_headers.names_of(
        _rule(*(f"x-{one}-{number}" for one in range(16)), number=number) for number in range(9)
    )
    assert len(names) + len(envoy_headers.WELL_KNOWN) + len(envoy_headers.SECRETS) == MAX_HEADERS


@pytest.mark.parametrize(
    "name", ["authorization", "cookie", "proxy-authorization", "x-auth-token", "x-api-key", "apikey", "x-session-id"]
)
def test_secrets_are_not_told(name: str) -> None:
    assert envoy_headers.told(f'{{"{name}": "B"}}', {}) == ((name, HIDDEN_VALUE),)
    assert envoy_headers.told("", {name: "B"}) == ((name, HIDDEN_VALUE),)


def test_of_secrets_one_letter_is_logged() -> None:
    known = envoy_headers.log_fields()["k"]
    assert {name for name, text in known.items() if text.endswith(":1%")} == set(envoy_headers.SECRETS)


def test_those_of_rules_come_first() -> None:
    told = envoy_headers.told('{"x-user":"alice"}\n', {"accept": "*/*"})
    assert told == (("x-user", "alice"), ("accept", "*/*"))


def test_the_longest_batch_fits_into_a_message() -> None:
    known = {f"x-{number}": "é" * 999 for number in range(99)}
    headers = envoy_headers.told("", known)
    assert 1 < len(headers) <= MAX_HEADERS
    record = RequestRecord(
        *(1.0, "M" * 32, "/" + "é" * 1023, "é" * 256, "HTTP/1.1", 200, 0.1, Verdict.CLUSTER), headers=headers
    )
    batch = RequestBatch(Workload("Deployment", "shop", "reviews"), "p" * 253, SAMPLE, (record,) * SAMPLE)
    text = msgspec.json.encode(batch)
    assert len(text) < MAX_MESSAGE_BYTES * 0.9
    assert msgspec.json.decode(text, type=RequestBatch) == batch

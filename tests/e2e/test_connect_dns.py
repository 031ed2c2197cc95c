"""Names: the cluster's are added, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import assert_as_before, make_as_before
from tests.e2e.driver import Kubeferry
from tests.lab import snapshot
from tests.lab.internet import SITE_ADDRESS, SITE_TEXT
from tests.lab.lab import Lab
from tests.lab.laptop import Laptop

PUBLIC = (
    ("resolve", "example.com"),
    ("resolve", "www.example.com"),
    ("resolve", "www.example.dev"),
    ("resolve", "api.dev"),
    ("resolve", "printer"),
    ("query", "example.com", "MX"),
    ("query", "example.com", "TXT"),
    ("query", "dev", "TXT"),
    ("query", "nothing.example.com", "A"),
    ("reverse", SITE_ADDRESS),
)


def public_answers(kubeferry: Kubeferry) -> dict[tuple[str, ...], Any]:
    answers = {question: kubeferry.try_reach(*question) for question in PUBLIC}
    assert kubeferry.reach("http", "http://example.com/")["body"] == SITE_TEXT
    return {question: told.get("answer", told.get("error")) for question, told in answers.items()}


@pytest.fixture(params=["systemd-resolved", "resolv.conf"])
def variant(request: pytest.FixtureRequest) -> Iterator[Kubeferry]:
    name = "laptop" if request.param == "systemd-resolved" else "plain_laptop"
    laptop: Laptop = request.getfixturevalue(name)
    make_as_before(laptop)
    before = snapshot.take(laptop)
    yield Kubeferry(laptop)
    make_as_before(laptop)
    assert_as_before(laptop, before)


def test_public_names_before_during_and_after(variant: Kubeferry, request: pytest.FixtureRequest) -> None:
    before = public_answers(variant)
    assert before["resolve", "api.dev"] == {"addresses": [SITE_ADDRESS]}
    status = variant.connect()
    assert status["facts"]["resolver"] == request.node.callspec.params["variant"]
    assert public_answers(variant) == before
    for name in ("productpage", "productpage.shop", "productpage.shop.svc", "mysql-0.mysql", "backend.dev"):
        assert variant.reach("resolve", name)["addresses"], name
    variant.disconnect()
    assert public_answers(variant) == before
    assert not variant.try_reach("resolve", "productpage.shop")["ok"]


def test_namespace_named_like_a_public_suffix(variant: Kubeferry) -> None:
    """`dev` is a namespace here and a top-level domain there: each name goes where it exists."""
    variant.connect(namespace="dev")
    assert variant.reach("http", "http://backend:9080/")["body"]["service"] == "backend"
    assert variant.reach("http", "http://backend.dev:9080/")["body"]["service"] == "backend"
    assert variant.reach("resolve", "api.dev")["addresses"] == [SITE_ADDRESS]
    assert variant.reach("resolve", "www.example.dev")["addresses"] == [SITE_ADDRESS]
    assert variant.reach("query", "dev", "TXT")["records"] == ['"a public suffix"']


def test_names_of_the_cluster_stay_at_home(variant: Kubeferry, lab: Lab) -> None:
    variant.connect()
    asked = len(lab.internet_log().splitlines())
    for name in (
        "productpage",
        "productpage.shop.svc",
        "productpage.shop.svc.cluster.local",
        "x.shop.svc.cluster.local.",
    ):
        variant.try_reach("resolve", name)
    leaked = [line for line in lab.internet_log().splitlines()[asked:] if ".svc" in line or "cluster.local" in line]
    assert not leaked


def test_dns_over_tcp(variant: Kubeferry) -> None:
    variant.connect()
    stub = variant.status()["facts"]["addresses"][0].split("/")[0]
    question = ["+tcp", "+short", "+time=2", "+tries=1", f"@{stub}", "productpage.shop.svc.cluster.local"]
    done = variant.laptop.run(["dig", *question])
    assert done.checked().out.strip()

from __future__ import annotations

import pytest

from app.domain.setting_checks import Fault, check_image, check_namespace, check_secret, read_subnets


@pytest.mark.parametrize("text", ["", "a", "kube-system", "a" * 63, "0"])
def test_namespaces(text: str) -> None:
    assert check_namespace(text) is None


@pytest.mark.parametrize("text", ["A", "-a", "a-", "a.b", "a b", "a" * 64, "é", "a/b"])
def test_no_namespaces(text: str) -> None:
    assert check_namespace(text) is Fault.NOT_A_NAME


def test_secrets_may_have_dots() -> None:
    assert check_secret("registry.example.com-pull") is None
    assert check_secret("") is None
    for text in ("a..b", ".a", "A", "a" * 254, "a_b"):
        assert check_secret(text) is Fault.NOT_A_NAME


@pytest.mark.parametrize(
    "text",
    [
        "",
        "manager",
        "registry.example.com/team/manager:1.2",
        "localhost:5000/m",
        "docker.io/a/b__c/d-e.f:latest",
        "r.example/m@sha256:" + "0" * 64,
        "r.example/m:1@sha256:" + "a" * 64,
    ],
)
def test_images(text: str) -> None:
    assert check_image(text) is None


@pytest.mark.parametrize(
    "text", ["UPPER", "a b", "a:", ":1", "a//b", "/a", "a@sha256:12", "https://r.example/m", "a:b:c"]
)
def test_no_images(text: str) -> None:
    assert check_image(text) is Fault.NOT_AN_IMAGE


def test_subnets_are_read_and_made_plain() -> None:
    assert read_subnets(" 10.1.2.3/16, fd00::1/48\n10.1.0.0/16 192.0.2.1 ") == (
        ("10.1.0.0/16", "fd00::/48", "192.0.2.1/32"),
        None,
        "",
    )
    assert read_subnets("") == ((), None, "")
    assert read_subnets("10.0.0.0/8, x, y") == ((), Fault.NOT_A_SUBNET, "x")
    for text in ("0.0.0.0/0", "::/0", "8.0.0.0/4", "2000::/3"):
        assert read_subnets(text) == ((), Fault.WHOLE_INTERNET, text)

from __future__ import annotations

import pytest

from tests.lab.api_reader import Asked, parse_arguments


def told(asked: Asked | None) -> object:
    if asked is None:
        return None
    return [(one.plural, name) for one, name in asked.objects], asked.namespace, asked.selector, asked.single


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("nodes", ([("nodes", "")], "default", "", False)),
        ("pods -n shop -l app=x", ([("pods", "")], "shop", "app=x", False)),
        ("pods -A", ([("pods", "")], "", "", False)),
        ("deployment/reviews -n shop", ([("deployments", "reviews")], "shop", "", True)),
        ("pod till", ([("pods", "till")], "default", "", True)),
        ("pod/a deployment/b -n x", ([("pods", "a"), ("deployments", "b")], "x", "", False)),
        ("pods,services -n x", ([("pods", ""), ("services", "")], "x", "", False)),
        ("pods,services a", None),
        ("pods a b", None),
        ("pod/a b", None),
        ("clusterroles", None),
        ("pods --ignore-not-found", None),
        ("", None),
    ],
)
def test_what_kubectl_would_be_told(words: str, wanted: object) -> None:
    assert told(parse_arguments(words.split())) == wanted

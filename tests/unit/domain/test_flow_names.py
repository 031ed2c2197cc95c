from __future__ import annotations

import pytest

from app.domain.flow_names import Place, PlaceKind, owner_of_pod

_HASH = {"pod-template-hash": "5d4c9"}


@pytest.mark.parametrize(
    ("controller", "labels", "owner"),
    [
        (("ReplicaSet", "reviews-5d4c9"), _HASH, ("Deployment", "shop", "reviews")),
        (("ReplicaSet", "reviews"), {}, ("ReplicaSet", "shop", "reviews")),
        (("ReplicaSet", "reviews-other"), _HASH, ("ReplicaSet", "shop", "reviews-other")),
        (("StatefulSet", "mysql"), {}, ("StatefulSet", "shop", "mysql")),
        (("DaemonSet", "agent"), {}, ("DaemonSet", "shop", "agent")),
        (("Job", "backup"), {}, None),
        (None, {}, ("Pod", "shop", "p-1")),
    ],
)
def test_whose_a_pod_is(
    controller: tuple[str, str] | None, labels: dict[str, str], owner: tuple[str, str, str] | None
) -> None:
    assert owner_of_pod("shop", "p-1", controller, labels) == owner


def test_places_in_one_word() -> None:
    assert str(Place(PlaceKind.SERVICE, "reviews", "shop")) == "reviews.shop"
    assert str(Place(PlaceKind.ADDRESS, "10.0.0.1")) == "10.0.0.1"

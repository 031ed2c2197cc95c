from __future__ import annotations

import pytest

from tests.lab.accessibility_bus import Node, Place, states_of


def test_states_are_bits_of_two_words() -> None:
    assert states_of((1 << 4 | 1 << 25, 0)) == {"checked", "showing"}
    assert states_of((1 << 30, 1)) == {"visible"}
    assert states_of(()) == frozenset()


@pytest.mark.parametrize(
    ("other", "common", "is_empty"),
    [
        (Place(5, 5, 20, 20), Place(5, 5, 5, 5), False),
        (Place(2, 3, 4, 5), Place(2, 3, 4, 5), False),
        (Place(10, 0, 5, 5), Place(10, 0, 0, 5), True),
        (Place(0, 30, 5, 5), Place(0, 30, 5, -20), True),
    ],
)
def test_what_two_places_have_in_common(other: Place, common: Place, is_empty: bool) -> None:
    place = Place(0, 0, 10, 10)
    assert place.within(other) == other.within(place) == common
    assert common.is_empty == is_empty


def test_a_point_at_the_far_edge_is_outside() -> None:
    place = Place(1, 1, 4, 4)
    assert place.middle == (3, 3)
    assert place.has((1, 4))
    assert not place.has((5, 4))


def test_a_node_is_told_with_what_matters() -> None:
    window = Node((":1.2", "/1"), None, "frame", "Kubeferry", frozenset({"enabled", "showing"}))
    box = Node((":1.2", "/2"), window, "check box", "Mine", frozenset({"checked"}))
    assert str(box) == "check box 'Mine' (disabled) [checked]"
    assert list(box.ancestors()) == [window]

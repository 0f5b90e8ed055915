"""The trees of node types and subdivisions: what is inherited, and the order in which they are shown."""

from dataclasses import dataclass

import pytest

from statusmonitor.domain.subdivision_tree import in_tree_order
from statusmonitor.domain.type_tree import StoredType, nested_types, view_types


def stored(type_id: int, parent: int | None = None, *, icon: str | None = None, **properties: str) -> StoredType:
    return StoredType(type_id, f"T{type_id}", parent, 10, icon, properties)


BASE = stored(0, icon="base.svg", display_order="7", icon_color="#000000", timeout_minutes="9")


def test_a_type_takes_from_its_parents_then_from_the_base_type():
    views = view_types([BASE, stored(1, icon="one.svg", icon_color="#111111"), stored(2, 1, display_order="3"), stored(3)])

    assert (views[2].path, views[2].icon_filename, views[2].icon_color) == ("T1 > T2", "one.svg", "#111111")
    assert (views[2].display_order, views[2].timeout_minutes) == (3, 9)
    assert (views[3].path, views[3].icon_filename, views[3].display_order) == ("T3", "base.svg", 7)
    assert views[0].path == "T0"


@pytest.mark.parametrize(
    ("properties", "order", "color"),
    [
        ({}, 999, "#95a5a6"),
        ({"display_order": "soon", "icon_color": "red; }"}, 999, "#95a5a6"),
        ({"display_order": "-1", "icon_color": "#12345g"}, 999, "#95a5a6"),
        ({"display_order": "9" * 40, "icon_color": ""}, 999, "#95a5a6"),
        ({"display_order": "0", "icon_color": "#ABC"}, 0, "#ABC"),
    ],
)
def test_a_value_of_the_wrong_form_counts_as_none(properties, order, color):
    view = view_types([stored(0, **properties)])[0]

    assert (view.display_order, view.icon_color, view.icon_filename) == (order, color, "other.svg")


def test_a_cycle_of_types_ends():
    views = view_types([BASE, stored(1, 2), stored(2, 1)])

    assert (views[1].path, views[2].path) == ("T2 > T1", "T1 > T2")


def test_nested_types():
    types = [BASE, stored(1), stored(2, 1), stored(3, 2), stored(4)]

    assert sorted(nested_types(types, 1)) == [1, 2, 3]
    assert nested_types(types, 4) == [4]
    assert nested_types(types, 0) == [0]
    assert nested_types(types, 99) == []


@dataclass(frozen=True)
class Place:
    subdivision_id: int
    parent_id: int | None
    priority: int = 10
    short_name: str = "x"


def order(*places: Place) -> list[tuple[int, int]]:
    return [(place.subdivision_id, depth) for place, depth in in_tree_order(places)]


def test_each_stands_below_its_parent_siblings_by_priority_then_name():
    assert order(
        Place(1, None, short_name="b"),
        Place(2, None, short_name="a"),
        Place(3, None, priority=1, short_name="z"),
        Place(4, 1, short_name="d"),
        Place(5, 1, short_name="c"),
        Place(6, 5),
    ) == [(3, 0), (2, 0), (1, 0), (5, 1), (6, 2), (4, 1)]


def test_what_has_no_parent_here_or_is_its_own_ancestor_stands_at_the_top():
    assert order(Place(1, 99), Place(2, 3), Place(3, 2)) == [(1, 0), (2, 0), (3, 0)]


def test_a_deep_chain_is_no_trouble():
    places = [Place(1, None), *(Place(number, number - 1) for number in range(2, 5000))]

    assert order(*places)[-1] == (4999, 4998)

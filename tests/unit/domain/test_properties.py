"""Inheritance of properties along the tree of node types."""

from datetime import timedelta

from statusmonitor.domain.properties import NodeType, PropertyValue, effective_property, timeout_of

TYPES = {
    0: NodeType(0, None, {"timeout_minutes": "5", "icon_color": "#000000"}),
    1: NodeType(1, None, {"timeout_minutes": "15"}),
    2: NodeType(2, 1, {"icon_color": "#ffffff"}),
    3: NodeType(3, 2, {"timeout_minutes": "soon"}),
    8: NodeType(8, 9, {}),
    9: NodeType(9, 8, {}),
}


def test_a_value_comes_from_the_nearest_level_that_has_one():
    assert effective_property(TYPES, 2, "icon_color") == PropertyValue("#ffffff", 2)
    assert effective_property(TYPES, 2, "timeout_minutes") == PropertyValue("15", 1)
    assert effective_property(TYPES, 1, "icon_color") == PropertyValue("#000000", 0)
    assert effective_property(TYPES, None, "timeout_minutes") == PropertyValue("5", 0)


def test_a_constant_is_the_last_resort():
    assert effective_property(TYPES, 1, "status_scope") == PropertyValue("all", None)
    assert effective_property(TYPES, 1, "unheard_of") is None


def test_a_timeout_that_is_no_number_is_passed_over():
    assert timeout_of(TYPES, 3) == (timedelta(minutes=15), "type:1")


def test_a_circle_of_types_ends():
    assert timeout_of(TYPES, 8) == (timedelta(minutes=5), "type:0")

"""Values of properties."""

import pytest

from statusmonitor.domain.property_rules import property_fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout_minutes", "1"),
        ("timeout_minutes", "525600"),
        ("display_order", "0"),
        ("icon_color", "#3498dB"),
        ("status_scope", "primary"),
        ("site_contact", "anything at all"),
    ],
)
def test_a_value_that_will_do(name, value):
    assert property_fault(name, value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout_minutes", ""),
        ("timeout_minutes", "0"),
        ("timeout_minutes", "-5"),
        ("timeout_minutes", "525601"),
        ("timeout_minutes", "5.0"),
        ("timeout_minutes", "٥"),
        ("display_order", "1000001"),
        ("icon_color", "3498db"),
        ("icon_color", "#3498db\n"),
        ("status_scope", "All"),
        ("site_contact", "x" * 1001),
    ],
)
def test_a_value_that_will_not(name, value):
    assert property_fault(name, value)

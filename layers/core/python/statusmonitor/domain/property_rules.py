"""Which values the known properties may have. Pure."""

import re
from collections.abc import Callable, Mapping

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
MAX_TIMEOUT_MINUTES = 525_600  # a year
MAX_DISPLAY_ORDER = 1_000_000
MAX_VALUE_LENGTH = 1_000


def property_fault(name: str, value: str) -> str | None:
    """Return what is wrong with a value, None when nothing is. Properties that an installation added take any text."""
    if len(value) > MAX_VALUE_LENGTH:
        return f"must have at most {MAX_VALUE_LENGTH} characters"
    rule = _RULES.get(name)
    return rule(value) if rule else None


def _whole_number(value: str, minimum: int, maximum: int) -> str | None:
    is_number = value.isascii() and value.isdigit() and len(value) <= len(str(maximum))
    return None if is_number and minimum <= int(value) <= maximum else f"must be a whole number from {minimum} to {maximum}"


_RULES: Mapping[str, Callable[[str], str | None]] = {
    "timeout_minutes": lambda value: _whole_number(value, 1, MAX_TIMEOUT_MINUTES),
    "display_order": lambda value: _whole_number(value, 0, MAX_DISPLAY_ORDER),
    "icon_color": lambda value: None if _COLOUR.fullmatch(value) else "must be a colour like #3498db",
    "status_scope": lambda value: None if value in ("all", "primary") else "must be all or primary",
}

"""Shows values inside messages: short, on one line."""

from __future__ import annotations

import json

MAX_LENGTH = 120


def shown(value: object) -> str:
    """Return plain values as they are read, others as JSON; cut to 120 characters."""
    if isinstance(value, str):
        text = value[: MAX_LENGTH + 1]
        text = text if text and text.isprintable() else json.dumps(text, ensure_ascii=False)
    elif isinstance(value, (list, dict)):
        text = f"a list of {len(value)}" if isinstance(value, list) else _object(value)
    else:
        text = json.dumps(value) if value is None or isinstance(value, bool) else _number(value)
    return text if len(text) <= MAX_LENGTH else text[:MAX_LENGTH] + "…"


def _object(value: dict[object, object]) -> str:
    """Plain members are written out, others only hinted at, so that size and depth do not matter."""
    members = []
    for name, member in list(value.items())[:8]:
        plain = shown(member) if not isinstance(member, (list, dict)) else "…"
        members.append(f"{shown(str(name))} {plain}")
    return "(" + ", ".join(members) + ")"


def _number(value: object) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of thousands of digits
        return "a huge number"

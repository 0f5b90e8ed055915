"""The verdict on criteria, and its text."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

from statusmonitor_agent.criteria.display import shown


class CriteriaOutcome(NamedTuple):
    """`value` None: undetermined. `message` is None when true, else like "rtt_ms: 140, wanted <= 100"."""

    value: Optional[bool]
    message: Optional[str] = None
    path: str = ""
    operator: Optional[str] = None
    expected: Any = None
    actual: Any = None


GOOD = CriteriaOutcome(value=True)


def undetermined(path: str, reason: str, expected: object, actual: object) -> CriteriaOutcome:
    """Return the outcome of something that has no answer."""
    message = f"{path}: {shown(actual)}, undetermined: {reason}" if path else f"undetermined: {reason}"
    return CriteriaOutcome(None, message, path, None, expected, actual)


def held(path: str, operator: str, expected: object, actual: object) -> CriteriaOutcome:
    """Return the outcome of something that is as wanted."""
    return CriteriaOutcome(value=True, path=path, operator=operator, expected=expected, actual=actual)


def failed(message: str, path: str, operator: Optional[str], expected: object, actual: object = None) -> CriteriaOutcome:
    """Return the outcome of something that is not as wanted."""
    return CriteriaOutcome(False, message, path, operator, expected, actual)  # noqa: FBT003

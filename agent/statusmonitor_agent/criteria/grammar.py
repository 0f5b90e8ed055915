"""What an object inside criteria is: an operator block, an array rule, or criteria for a nested object."""

from __future__ import annotations

from typing import Any, Mapping

from statusmonitor_agent.criteria.comparison import OPERATORS

CONDITION, WHERE, CRITERIA, COUNT = "_condition_", "_where_", "_criteria_", "_count_"
SERVICE_KEYS = (CONDITION, WHERE, CRITERIA, COUNT)
CONDITIONS = ("all", "any", "none", "count")
MAX_DEPTH = 20


def is_operator_block(criterion: Mapping[Any, Any]) -> bool:
    """Tell whether every key is an operator; an empty object is none."""
    return bool(criterion) and all(isinstance(key, str) and key.lower() in OPERATORS for key in criterion)


def service_keys(criterion: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the four service keys that are there, in lower case."""
    return {key.lower(): value for key, value in criterion.items() if is_service_key(key)}


def is_service_key(key: object) -> bool:
    """Tell whether it belongs to an array rule, whatever its case."""
    return isinstance(key, str) and key.lower() in SERVICE_KEYS


def condition_of(keys: Mapping[str, Any]) -> str:
    """Return the condition in lower case, empty text if it is none."""
    condition = keys.get(CONDITION)
    return condition.lower() if isinstance(condition, str) else ""


def is_array_rule(criterion: Mapping[Any, Any]) -> bool:
    """Tell whether it says how to judge a list."""
    return CONDITION in service_keys(criterion)

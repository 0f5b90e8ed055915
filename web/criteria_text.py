"""Success criteria as short lines of text: `packet_loss_percent < 50`. Reads any JSON, knows the words of the language only."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from statusmonitor_agent.criteria.grammar import is_array_rule, is_operator_block, service_keys
from web.formats import short_json

MAX_LINES = 8
MAX_DEPTH = 5
_SIGNS = {"==": "=", "!=": "≠", ">=": "≥", "<=": "≤"}


class Criterion(NamedTuple):
    """`field` names a value of the step's details, with dots into nested objects; `wanted` is the rest of the line."""

    field: str
    wanted: str

    def __str__(self) -> str:
        return f"{self.field} {self.wanted}"


def wanted_of_pipeline(pipeline: str) -> list[str]:
    """Return the criteria of all steps of a pipeline, given as JSON text, in at most eight lines."""
    return [str(each) for step in read_steps(pipeline) for each in wanted_of_step(step)][:MAX_LINES]


def read_steps(pipeline: str) -> list[dict[str, Any]]:
    """Return the steps of a pipeline that are objects; what is no list has none."""
    steps = json.loads(pipeline)
    return [step for step in steps if isinstance(step, dict)] if isinstance(steps, list) else []


def wanted_of_step(step: Mapping[str, Any]) -> list[Criterion]:
    criteria = step.get("success_criteria")
    return list(_lines(criteria, ""))[:MAX_LINES] if isinstance(criteria, dict) else []


def _lines(criteria: Mapping[str, Any], above: str, depth: int = 0) -> Iterator[Criterion]:
    if depth >= MAX_DEPTH:
        yield Criterion(above.rstrip("."), "…")
        return
    for name, criterion in criteria.items():
        field = f"{above}{name}"
        if not isinstance(criterion, dict):
            yield Criterion(field, f"= {short_json(criterion)}")
        elif is_operator_block(criterion):
            yield Criterion(field, " ".join(_operator(*each) for each in criterion.items()))
        elif is_array_rule(criterion):
            yield Criterion(field, _array_rule(criterion, depth))
        else:
            yield from _lines(criterion, f"{field}.", depth + 1)


def _operator(name: str, value: Any) -> str:
    return f"{_SIGNS.get(name, name)} {short_json(value)}"


def _array_rule(criterion: Mapping[str, Any], depth: int) -> str:
    keys = service_keys(criterion)
    words = [f"{keys['_condition_']}:"]
    for key, before in (("_criteria_", ""), ("_where_", "where "), ("_count_", "count ")):
        rule = keys.get(key)
        if isinstance(rule, dict) and rule:
            is_plain_count = key == "_count_" and is_operator_block(rule)
            parts = (
                [" ".join(_operator(*each) for each in rule.items())] if is_plain_count else map(str, _lines(rule, "", depth + 1))
            )
            words.append(before + ", ".join(parts))
    return " ".join(words)

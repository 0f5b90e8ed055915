"""Array rules: how many elements of a list must meet criteria."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Tuple

from statusmonitor_agent.criteria import grammar
from statusmonitor_agent.criteria.comparison import OPERATORS, UndeterminedError
from statusmonitor_agent.criteria.display import shown
from statusmonitor_agent.criteria.outcome import CriteriaOutcome, failed, held, undetermined

JudgeElement = Callable[[Mapping[Any, Any], int, object], CriteriaOutcome]
Elements = List[Tuple[int, object]]  # with their position in the whole list


def judge_array(rule: Mapping[str, Any], elements: list[Any], path: str, judge: JudgeElement) -> CriteriaOutcome:
    """Return the verdict on a list. `rule` holds the service keys in lower case."""
    condition = grammar.condition_of(rule)
    where = rule.get(grammar.WHERE)
    criteria = rule.get(grammar.CRITERIA)
    reason = _what_is_wrong(condition, rule)
    if reason:
        return undetermined(path, reason, dict(rule), elements)
    kept: Elements = []
    for position, element in enumerate(elements):
        chosen = judge(where, position, element) if where is not None else CriteriaOutcome(value=True)
        if chosen.value is None:
            return _as_rule(chosen, rule, path)
        if chosen.value:
            kept.append((position, element))
    if condition == "count":
        return _count(rule, len(kept), path)
    return _CONDITIONS[condition](criteria or {}, kept, path, judge)


def _what_is_wrong(condition: str, rule: Mapping[str, Any]) -> str | None:
    where, criteria, count = (rule.get(key) for key in (grammar.WHERE, grammar.CRITERIA, grammar.COUNT))
    if condition not in grammar.CONDITIONS:
        return "_condition_ must be all, any, none or count"
    if not all(part is None or isinstance(part, Mapping) for part in (where, criteria)):
        return "_where_ and _criteria_ must be objects"
    if condition in ("all", "any") and not criteria:
        return f"{condition} needs _criteria_"
    if condition == "count" and not (isinstance(count, Mapping) and grammar.is_operator_block(count)):
        return "count needs _count_ with operators"
    return None


def _as_rule(outcome: CriteriaOutcome, rule: Mapping[str, Any], path: str) -> CriteriaOutcome:
    """Keep the element's own message and path; they say more than the rule's."""
    return CriteriaOutcome(
        None, outcome.message, outcome.path or path, outcome.operator, outcome.expected or dict(rule), outcome.actual
    )


def _count(rule: Mapping[str, Any], number: int, path: str) -> CriteriaOutcome:
    for name, wanted in rule[grammar.COUNT].items():
        label = f"{path}: {number} elements, wanted count {name} {shown(wanted)}"
        try:
            if not OPERATORS[name.lower()](number, wanted):
                return failed(label, path, "count", wanted, number)
        except UndeterminedError as error:
            return CriteriaOutcome(None, f"{label}, undetermined: {error}", path, "count", wanted, number)
    return held(path, "count", dict(rule[grammar.COUNT]), number)


def _all(criteria: Mapping[Any, Any], kept: Elements, path: str, judge: JudgeElement) -> CriteriaOutcome:
    for position, element in kept:
        outcome = judge(criteria, position, element)
        if outcome.value is not True:
            return outcome
    return held(path, "all", dict(criteria), len(kept))


def _any(criteria: Mapping[Any, Any], kept: Elements, path: str, judge: JudgeElement) -> CriteriaOutcome:
    for position, element in kept:
        outcome = judge(criteria, position, element)
        if outcome.value is None:
            return outcome
        if outcome.value:
            return held(path, "any", dict(criteria), len(kept))
    message = f"{path}: none of {len(kept)} elements meets {shown(dict(criteria))}, wanted any"
    return failed(message, path, "any", dict(criteria), len(kept))


def _none(criteria: Mapping[Any, Any], kept: Elements, path: str, judge: JudgeElement) -> CriteriaOutcome:
    for position, element in kept:
        outcome = judge(criteria, position, element)
        if outcome.value is None:
            return outcome
        if outcome.value:
            message = f"{path}[{position}]: meets {shown(dict(criteria)) if criteria else 'the filter'}, wanted none"
            return failed(message, path, "none", dict(criteria), len(kept))
    return held(path, "none", dict(criteria), len(kept))


_CONDITIONS: Mapping[str, Callable[[Mapping[Any, Any], Elements, str, JudgeElement], CriteriaOutcome]] = {
    "all": _all,
    "any": _any,
    "none": _none,
}

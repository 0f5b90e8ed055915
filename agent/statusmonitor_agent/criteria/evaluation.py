"""Evaluates success criteria against the details of a step. It never raises, whatever criteria and data hold.

All keys must be true; the first that is not decides. A field that is missing is false, unless its block says
`exists: false`. Field names are looked up exactly, then without case. Keys nested deeper than 20 are undetermined.
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, NamedTuple

from statusmonitor_agent.criteria import grammar
from statusmonitor_agent.criteria.arrays import judge_array
from statusmonitor_agent.criteria.comparison import OPERATORS, UndeterminedError
from statusmonitor_agent.criteria.display import shown
from statusmonitor_agent.criteria.outcome import GOOD, CriteriaOutcome, failed, undetermined

NOWHERE = object()  # the data holds no such field


def evaluate(criteria: object, details: object) -> CriteriaOutcome:
    """Return the verdict; of several findings the first that is not true. No criteria at all (None) are true."""
    return _first_bad(_judge(criteria, details))


def explain(criteria: object, details: object) -> list[CriteriaOutcome]:
    """Return the outcome of every operator, array rule and missing field, in the order of the criteria."""
    return list(_judge(criteria, details))


def _judge(criteria: object, details: object) -> Iterator[CriteriaOutcome]:
    if criteria is None:
        return iter(())
    if not isinstance(criteria, Mapping):
        return iter((undetermined("", "criteria must be an object", criteria, details),))
    return _fields(criteria, details, _Place("", 0))


def _first_bad(outcomes: Iterator[CriteriaOutcome]) -> CriteriaOutcome:
    return next((outcome for outcome in outcomes if outcome.value is not True), GOOD)


class _Place(NamedTuple):
    path: str
    depth: int

    def below(self, key: object) -> _Place:
        return _Place(f"{self.path}.{key}" if self.path else str(key), self.depth + 1)


def _fields(criteria: Mapping[Any, Any], record: object, place: _Place) -> Iterator[CriteriaOutcome]:
    """Judge each key of a criteria object against the field of `record` that it names."""
    if place.depth > grammar.MAX_DEPTH:
        yield undetermined(place.path, "criteria are nested too deep", None, None)
        return
    for key, criterion in criteria.items():
        if not grammar.is_service_key(key):
            yield from _field(criterion, _look_up(record, key), place.below(key))


def _look_up(record: object, key: object) -> object:
    """Return a field of an object, or an element of a list by its decimal index, or NOWHERE."""
    if isinstance(record, Mapping):
        return record[key] if key in record else _without_case(record, str(key).lower())
    if isinstance(record, list) and isinstance(key, str) and key.isascii() and key.isdigit():
        position = int(key) if len(key) < 10 else len(record)  # noqa: PLR2004
        return record[position] if position < len(record) else NOWHERE
    return NOWHERE


def _without_case(record: Mapping[Any, Any], wanted: str) -> object:
    return next((value for name, value in record.items() if str(name).lower() == wanted), NOWHERE)


def _field(criterion: object, value: object, place: _Place) -> Iterator[CriteriaOutcome]:
    if not isinstance(criterion, Mapping):
        yield _missing(criterion, place) if value is NOWHERE else _operator("==", criterion, value, place)
    elif grammar.is_operator_block(criterion):
        yield from _block(criterion, value, place)
    elif grammar.is_array_rule(criterion):
        yield _array(criterion, value, place)
    else:
        yield from _nested(criterion, value, place)


def _missing(criterion: object, place: _Place) -> CriteriaOutcome:
    return failed(f"{place.path}: missing, wanted {shown(criterion)}", place.path, None, criterion)


def _block(block: Mapping[str, Any], value: object, place: _Place) -> Iterator[CriteriaOutcome]:
    operators = {name.lower(): wanted for name, wanted in block.items()}
    if value is NOWHERE and operators.get("exists") is not False:
        yield _missing(block, place)
        return
    for name, wanted in operators.items():
        yield _operator(name, wanted, None if value is NOWHERE else value, place)


def _operator(name: str, wanted: object, value: object, place: _Place) -> CriteriaOutcome:
    text = f"{place.path}: {shown(value)}, wanted {name} {shown(wanted)}"
    try:
        result = OPERATORS[name](value, wanted)
    except UndeterminedError as error:
        return CriteriaOutcome(None, f"{text}, undetermined: {error}", place.path, name, wanted, value)
    return CriteriaOutcome(result, None if result else text, place.path, name, wanted, value)


def _nested(criterion: Mapping[Any, Any], value: object, place: _Place) -> Iterator[CriteriaOutcome]:
    if value is NOWHERE or value is None:
        yield _missing(criterion, place)
    elif isinstance(value, Mapping):
        yield from _fields(criterion, value, place)
    else:
        yield undetermined(place.path, "an object is wanted", criterion, value)


def _array(rule: Mapping[Any, Any], value: object, place: _Place) -> CriteriaOutcome:
    if place.depth > grammar.MAX_DEPTH:
        return undetermined(place.path, "criteria are nested too deep", None, None)
    if not isinstance(value, list):
        found = "missing" if value is NOWHERE else shown(value)
        actual = None if value is NOWHERE else value
        return failed(f"{place.path}: {found}, wanted a list", place.path, grammar.CONDITION, dict(rule), actual)

    def judge_element(criteria: Mapping[Any, Any], position: int, element: object) -> CriteriaOutcome:
        inner = _Place(f"{place.path}[{position}]", place.depth + 1)
        if grammar.is_array_rule(criteria):  # the element is itself a list
            return _array(criteria, element, inner)
        return _first_bad(_fields(criteria, element, inner))

    return judge_array(grammar.service_keys(rule), value, place.path, judge_element)

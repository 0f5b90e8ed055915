"""The criteria language: one table of cases for each rule of it."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from statusmonitor_agent import criteria

DISKS = {"disks": [{"drive": "C", "free": 40}, {"drive": "D", "free": 5}]}
TABLE = {"rows": [[1, "one"], [2, "two"]]}


def case(wanted, details, expected, name):
    return pytest.param(wanted, details, expected, id=name)


OBJECTS = [
    case(None, {}, True, "no criteria"),
    case({}, {}, True, "empty criteria"),
    case([], {}, None, "criteria that are a list"),
    case("x", {}, None, "criteria that are text"),
    case(5, {}, None, "criteria that are a number"),
    case({"a": 1, "b": 2}, {"a": 1, "b": 2}, True, "all keys hold"),
    case({"a": 1, "b": 2}, {"a": 1, "b": 3}, False, "one key does not"),
    case({"a": 2, "b": {">": "x"}}, {"a": 1, "b": 1}, False, "the first that is not true decides: false"),
    case({"b": {">": "x"}, "a": 2}, {"a": 1, "b": 1}, None, "the first that is not true decides: undetermined"),
    case({"a": {"b": 1}}, {"a": {"b": 1}}, True, "nested object"),
    case({"a": {"b": {"c": 1}}}, {"a": {"b": {"c": 2}}}, False, "nested deeper"),
    case({"a": {"b": 1}}, {}, False, "nested, missing"),
    case({"a": {"b": 1}}, {"a": None}, False, "nested, null"),
    case({"a": {"b": 1}}, {"a": 5}, None, "nested, plain data"),
    case({"a": {"b": 1}}, {"a": [1]}, None, "nested, a list"),
    case({"a": {}}, {"a": {}}, True, "empty nested criteria, object there"),
    case({"a": {}}, {}, False, "empty nested criteria, missing"),
    case({"a": {}}, {"a": 5}, None, "empty nested criteria, plain data"),
    case({"RTT_ms": 5}, {"rtt_MS": 5}, True, "field names without case"),
    case({"a": 1}, {"A": 2, "a": 1}, True, "exact field name first"),
    case({"_condition_": "all", "a": 1}, {"a": 1}, True, "service keys at object level are ignored"),
    case({"a": {"<>": 1}}, {"a": 1}, None, "an unknown operator makes a nested object"),
    case({"a": {"<>": 1, ">": 0}}, {"a": 1}, None, "also beside a known one"),
    case({"a": 1}, [], False, "details that are a list"),
    case({"a": 1}, None, False, "details that are null"),
]

EXISTS = [
    case({"a": {"exists": True}}, {"a": 0}, True, "exists"),
    case({"a": {"exists": True}}, {"a": None}, False, "null does not exist"),
    case({"a": {"exists": True}}, {}, False, "missing does not exist"),
    case({"a": {"exists": False}}, {}, True, "missing, wanted so"),
    case({"a": {"exists": False}}, {"a": None}, True, "null, wanted missing"),
    case({"a": {"exists": False}}, {"a": ""}, False, "empty text exists"),
    case({"a": {"EXISTS": False}}, {}, True, "operator names without case"),
    case({"a": {"exists": "no"}}, {"a": 1}, None, "exists takes booleans"),
    case({"a": {"exists": False, ">": 5}}, {}, None, "exists false beside another operator on missing data"),
    case({"a": {"exists": True, ">": 5}}, {"a": 6}, True, "exists beside another operator"),
    case({"a": {"==": None}}, {}, False, "missing is not null"),
    case({"a": None}, {}, False, "missing is not null, plain"),
    case({"a": {"!=": 1}}, {}, False, "missing is false for every operator"),
]

NUMBERS = [
    case({"a": {">": 5}}, {"a": 5.5}, True, "greater"),
    case({"a": {">": 5}}, {"a": 5}, False, "not greater"),
    case({"a": {">=": 5}}, {"a": 5}, True, "greater or equal"),
    case({"a": {"<": 5}}, {"a": 4}, True, "less"),
    case({"a": {"<=": 5}}, {"a": 6}, False, "not less or equal"),
    case({"a": {">": 5, "<": 9}}, {"a": 7}, True, "between"),
    case({"a": {">": 5, "<": 9}}, {"a": 9}, False, "not between"),
    case({"a": {">": 5}}, {"a": " 5.5 "}, True, "numeric text"),
    case({"a": {">": "5"}}, {"a": 6}, True, "wanted as text"),
    case({"a": {">": 5}}, {"a": "5,5"}, None, "comma is no dot"),
    case({"a": {">": 5}}, {"a": "-1.5e3"}, False, "exponent"),
    case({"a": {">": 5}}, {"a": "abc"}, None, "text that is no number"),
    case({"a": {">": 5}}, {"a": ""}, None, "empty text"),
    case({"a": {">": 5}}, {"a": "nan"}, None, "nan"),
    case({"a": {">": 5}}, {"a": "1_000"}, None, "Python's own notation"),
    case({"a": {">": 5}}, {"a": "٧"}, None, "digits of other scripts"),
    case({"a": {">": 5}}, {"a": float("nan")}, None, "nan as number"),
    case({"a": {">": 5}}, {"a": float("inf")}, True, "infinity"),
    case({"a": {">": 5}}, {"a": 10**400}, True, "an integer beyond floats"),
    case({"a": {"<": 5}}, {"a": -(10**5000)}, True, "one beyond printing"),
    case({"a": {">": 5}}, {"a": None}, None, "null"),
    case({"a": {">": 5}}, {"a": True}, None, "boolean"),
    case({"a": {">": True}}, {"a": 5}, None, "boolean wanted"),
    case({"a": {">": None}}, {"a": 5}, None, "null wanted"),
    case({"a": {">": "2024-01-01"}}, {"a": "2025-01-01"}, None, "dates"),
    case({"a": {">": 5}}, {"a": [6]}, None, "a list"),
]

EQUALITY = [
    case({"a": "Running"}, {"a": "running"}, True, "text without case"),
    case({"a": {"==": "СТОП"}}, {"a": "стоп"}, True, "Cyrillic without case"),
    case({"a": {"!=": "x"}}, {"a": "X"}, False, "not equal without case"),
    case({"a": {"!=": "x"}}, {"a": "y"}, True, "not equal"),
    case({"a": 5}, {"a": "5"}, True, "text and number"),
    case({"a": 5.0}, {"a": "5"}, True, "text and a decimal that is whole"),
    case({"a": 0.5}, {"a": "0.5"}, True, "text and decimal"),
    case({"a": 5}, {"a": "5.0"}, False, "text is compared as text"),
    case({"a": True}, {"a": "true"}, True, "text and boolean"),
    case({"a": True}, {"a": "1"}, False, "text and boolean, another text"),
    case({"a": "5"}, {"a": 5}, True, "number and text"),
    case({"a": " 5.0 "}, {"a": 5}, True, "number and numeric text"),
    case({"a": "5.4"}, {"a": 5}, True, "an integer rounds the text"),
    case({"a": "5.5"}, {"a": 6}, True, "half to even"),
    case({"a": "6.5"}, {"a": 6}, True, "half to even, down"),
    case({"a": "5.4"}, {"a": 5.0}, False, "a decimal does not"),
    case({"a": ""}, {"a": 0}, True, "blank text is nought"),
    case({"a": "abc"}, {"a": 0}, False, "text that is no number"),
    case({"a": "1e999"}, {"a": 0}, False, "text beyond floats"),
    case({"a": 5}, {"a": 5.0}, True, "integer and decimal"),
    case({"a": True}, {"a": 1}, True, "number and boolean"),
    case({"a": True}, {"a": 2}, False, "number two and boolean"),
    case({"a": 2}, {"a": True}, True, "boolean and number two"),
    case({"a": 0}, {"a": False}, True, "boolean and nought"),
    case({"a": "false"}, {"a": True}, True, "boolean and any text"),
    case({"a": ""}, {"a": False}, True, "boolean and empty text"),
    case({"a": True}, {"a": True}, True, "booleans"),
    case({"a": None}, {"a": None}, True, "null and null"),
    case({"a": None}, {"a": 0}, False, "nought is not null"),
    case({"a": None}, {"a": ""}, False, "empty text is not null"),
    case({"a": 0}, {"a": None}, False, "null is not nought"),
    case({"a": {"!=": None}}, {"a": 1}, True, "not null"),
    case({"a": {"!=": 1}}, {"a": None}, True, "null is not one"),
    case({"a": float("nan")}, {"a": float("nan")}, False, "nan"),
    case({"a": [1]}, {"a": [1]}, None, "lists as a whole"),
    case({"a": 1}, {"a": [1]}, None, "a list and a plain value"),
    case({"a": {"==": {"b": 1}}}, {"a": {"b": 1}}, None, "objects as a whole"),
    case({"a": {"!=": 1}}, {"a": {}}, None, "an object and a plain value"),
]

TEXTS = [
    case({"a": {"contains": "SQL"}}, {"a": "ms sql server"}, True, "contains without case"),
    case({"a": {"contains": "x"}}, {"a": "abc"}, False, "does not contain"),
    case({"a": {"contains": "a*c"}}, {"a": "xxabbbcxx"}, True, "star"),
    case({"a": {"contains": "a?c"}}, {"a": "xabcx"}, True, "question mark"),
    case({"a": {"contains": "a?c"}}, {"a": "ac"}, False, "question mark is one character"),
    case({"a": {"contains": "[0-9][a-c]"}}, {"a": "x7B"}, True, "sets"),
    case({"a": {"contains": "[x"}}, {"a": "[x"}, None, "set without end"),
    case({"a": {"contains": "[z-a]"}}, {"a": "b"}, None, "set the wrong way round"),
    case({"a": {"contains": "`[x`*"}}, {"a": "a[X*"}, True, "escapes"),
    case({"a": {"contains": "a.c"}}, {"a": "abc"}, False, "a dot is a dot"),
    case({"a": {"contains": ""}}, {"a": "abc"}, True, "nothing is contained in all"),
    case({"a": {"contains": "a*c"}}, {"a": "a\n\nc"}, True, "star crosses lines"),
    case({"a": {"contains": 5}}, {"a": 1.5}, True, "numbers as text"),
    case({"a": {"contains": "5.5"}}, {"a": 5.5}, True, "a decimal as text"),
    case({"a": {"contains": "x"}}, {"a": None}, False, "contains, null"),
    case({"a": {"not_contains": "x"}}, {"a": None}, False, "not contains, null"),
    case({"a": {"not_contains": "x"}}, {"a": "abc"}, True, "not contains"),
    case({"a": {"not_contains": "B"}}, {"a": "abc"}, False, "not contains, but does"),
    case({"a": {"contains": None}}, {"a": "abc"}, None, "no pattern"),
    case({"a": {"contains": "x"}}, {"a": ["x"]}, None, "a list"),
    case({"a": {"matches": "^agent"}}, {"a": "AGENT-7"}, True, "matches without case"),
    case({"a": {"matches": "b+"}}, {"a": "abbc"}, True, "unanchored"),
    case({"a": {"matches": "^b"}}, {"a": "abbc"}, False, "anchored"),
    case({"a": {"matches": "(?<n>a)b\\z"}}, {"a": "ab"}, True, ".NET group and end"),
    case({"a": {"matches": "b\\Z"}}, {"a": "ab\n"}, True, ".NET end before a line break"),
    case({"a": {"matches": "\\\\z"}}, {"a": "c:\\z"}, True, "an escaped backslash stays"),
    case({"a": {"matches": "("}}, {"a": "("}, None, "bad pattern"),
    case({"a": {"matches": "(a+)+$"}}, {"a": "aaa"}, None, "dangerous pattern"),
    case({"a": {"matches": "x"}}, {"a": None}, False, "matches, null"),
    case({"a": {"not_matches": "x"}}, {"a": None}, False, "not matches, null"),
    case({"a": {"not_matches": "^x"}}, {"a": "ax"}, True, "not matches"),
    case({"a": {"not_matches": "("}}, {"a": "x"}, None, "not matches, bad pattern"),
    case({"a": {"matches": 5}}, {"a": 15}, True, "numbers are matched as text"),
    case({"a": {"MATCHES": "x"}}, {"a": "x"}, True, "operator name in capitals"),
]

ARRAYS = [
    case({"disks": {"_condition_": "all", "_criteria_": {"free": {">": 1}}}}, DISKS, True, "all"),
    case({"disks": {"_condition_": "all", "_criteria_": {"free": {">": 9}}}}, DISKS, False, "not all"),
    case({"disks": {"_condition_": "ALL", "_Criteria_": {"free": {">": 1}}}}, DISKS, True, "names without case"),
    case({"disks": {"_condition_": "all", "_criteria_": {"free": {">": "x"}}}}, DISKS, None, "all, undetermined"),
    case({"disks": {"_condition_": "all", "_criteria_": {"free": 1}}}, {"disks": []}, True, "all of none"),
    case({"disks": {"_condition_": "all", "_criteria_": {}}}, DISKS, None, "all without criteria"),
    case({"disks": {"_condition_": "all"}}, DISKS, None, "all without the key"),
    case({"disks": {"_condition_": "any", "_criteria_": {"drive": "d"}}}, DISKS, True, "any"),
    case({"disks": {"_condition_": "any", "_criteria_": {"drive": "e"}}}, DISKS, False, "not any"),
    case({"disks": {"_condition_": "any", "_criteria_": {"drive": "d"}}}, {"disks": []}, False, "any of none"),
    case({"l": {"_condition_": "any", "_criteria_": {"v": {">": 1}}}}, {"l": [{"v": "x"}, {"v": 2}]}, None, "any, null first"),
    case({"l": {"_condition_": "any", "_criteria_": {"v": {">": 1}}}}, {"l": [{"v": 2}, {"v": "x"}]}, True, "any, true first"),
    case({"disks": {"_condition_": "any"}}, DISKS, None, "any without criteria"),
    case({"disks": {"_condition_": "none"}}, DISKS, False, "none, but some are there"),
    case({"disks": {"_condition_": "none"}}, {"disks": []}, True, "none, and none is there"),
    case({"disks": {"_condition_": "none", "_where_": {"drive": "e"}}}, DISKS, True, "none is left"),
    case({"disks": {"_condition_": "none", "_criteria_": {"free": {"<": 9}}}}, DISKS, False, "none, one meets"),
    case({"disks": {"_condition_": "none", "_criteria_": {"free": {"<": 1}}}}, DISKS, True, "none meets"),
    case({"disks": {"_condition_": "none", "_criteria_": {"free": {"<": "x"}}}}, DISKS, None, "none, undetermined"),
    case({"disks": {"_condition_": "count", "_count_": {"==": 2}}}, DISKS, True, "count"),
    case({"disks": {"_condition_": "count", "_count_": {">=": 1, "<": 2}}}, DISKS, False, "count between"),
    case({"disks": {"_condition_": "count", "_where_": {"free": {"<": 9}}, "_count_": {"==": 1}}}, DISKS, True, "count where"),
    case({"disks": {"_condition_": "count"}}, DISKS, None, "count without a count"),
    case({"disks": {"_condition_": "count", "_count_": 2}}, DISKS, None, "count that is a number"),
    case({"disks": {"_condition_": "count", "_count_": {"x": 2}}}, DISKS, None, "count without operators"),
    case({"disks": {"_condition_": "count", "_count_": {">": "x"}}}, DISKS, None, "count, undetermined"),
    case({"disks": {"_condition_": "some"}}, DISKS, None, "unknown condition"),
    case({"disks": {"_condition_": None}}, DISKS, None, "no condition"),
    case({"disks": {"_condition_": "none", "_where_": {"free": {">": "x"}}}}, DISKS, None, "where, undetermined"),
    case({"disks": {"_condition_": "none", "_where_": 5}}, DISKS, None, "where that is no object"),
    case({"x": {"_condition_": "none"}}, {}, False, "missing"),
    case({"x": {"_condition_": "none"}}, {"x": None}, False, "null is no list"),
    case({"x": {"_condition_": "none"}}, {"x": {"a": 1}}, False, "an object is no list"),
    case({"rows": {"_condition_": "any", "_criteria_": {"1": "two"}}}, TABLE, True, "index into an element"),
    case({"rows": {"_condition_": "any", "_criteria_": {"9": "two"}}}, TABLE, False, "index beyond the end"),
    case(
        {"l": {"_condition_": "all", "_criteria_": {"m": {"_condition_": "any", "_criteria_": {"v": 1}}}}},
        {"l": [{"m": [{"v": 0}, {"v": 1}]}]},
        True,
        "a list within a list",
    ),
    case(
        {"l": {"_condition_": "all", "_criteria_": {"_condition_": "count", "_count_": {"==": 2}}}},
        {"l": [[1, 2], [3, 4]]},
        True,
        "elements that are lists",
    ),
    case({"l": {"_condition_": "all", "_criteria_": {"v": 1}}}, {"l": [5]}, False, "plain elements have no fields"),
]


@pytest.mark.parametrize(("wanted", "details", "expected"), OBJECTS + EXISTS + NUMBERS + EQUALITY + TEXTS + ARRAYS)
def test_evaluate(wanted, details, expected):
    outcome = criteria.evaluate(wanted, details)

    assert outcome.value is expected
    assert (outcome.message is None) is (expected is True)


@pytest.mark.parametrize(
    ("wanted", "details", "message"),
    [
        ({"rtt_ms": {"<=": 100}}, {"rtt_ms": 140}, "rtt_ms: 140, wanted <= 100"),
        ({"a": {"b": "x"}}, {"a": {"b": None}}, "a.b: null, wanted == x"),
        ({"a": True}, {"a": False}, "a: false, wanted == true"),
        ({"a": 1}, {}, "a: missing, wanted 1"),
        ({"disks": {"_condition_": "all", "_criteria_": {"free": {">": 9}}}}, DISKS, "disks[1].free: 5, wanted > 9"),
        ({"disks": {"_condition_": "count", "_count_": {"<": 2}}}, DISKS, "disks: 2 elements, wanted count < 2"),
        ({"a": {">": 1}}, {"a": "x"}, "a: x, wanted > 1, undetermined: both sides must be numbers"),
        ({"a": "x"}, {"a": "two\nlines"}, 'a: "two\\nlines", wanted == x'),
    ],
)
def test_the_message_names_field_value_and_wish(wanted, details, message):
    assert criteria.evaluate(wanted, details).message == message


def test_an_outcome_carries_its_parts():
    outcome = criteria.evaluate({"rtt_ms": {"<=": 100}}, {"rtt_ms": 140})

    assert (outcome.path, outcome.operator, outcome.expected, outcome.actual) == ("rtt_ms", "<=", 100, 140)


def test_messages_are_short_whatever_the_data():
    outcome = criteria.evaluate({"a": "x"}, {"a": "y" * 100_000})

    assert len(outcome.message) < 300


def test_explain_lists_every_leaf_in_order():
    outcomes = criteria.explain({"a": {">": 1, "<": 9}, "b": {"c": 1}, "disks": {"_condition_": "none"}}, {"a": 0, **DISKS})

    assert [(outcome.path, outcome.operator, outcome.value) for outcome in outcomes] == [
        ("a", ">", False),
        ("a", "<", True),
        ("b", None, False),
        ("disks", "none", False),
    ]


def deep(levels):
    wanted = 1
    for _ in range(levels):
        wanted = {"a": wanted}
    return wanted


def test_criteria_nested_too_deep_are_undetermined():
    assert criteria.evaluate(deep(19), deep(19)).value is True
    assert criteria.evaluate(deep(5000), deep(5000)).value is None


def problems(wanted):
    return [(problem.path, problem.args["reason"]) for problem in criteria.validate(wanted)]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"a": {">": 1}, "b": "x", "c": None, "d": {"exists": False}}, []),
        ({"l": {"_condition_": "count", "_where_": {"n": {"matches": "^a"}}, "_count_": {">=": 1, "<": 5}}}, []),
        ({"l": {"_condition_": "none", "_criteria_": {"status": "Expired"}}}, []),
        ([], [("", "not_an_object")]),
        ({"a": {"<>": 1}}, [("a.<>", "unknown_operator")]),
        ({"a": {"contain": "x", ">": 1}}, [("a.contain", "unknown_operator")]),
        ({"a": {">": "x"}}, [("a.>", "operand")]),
        ({"a": {"exists": 1}}, [("a.exists", "operand")]),
        ({"a": {"==": []}}, [("a.==", "operand")]),
        ({"a": {"contains": "[x"}}, [("a.contains", "operand")]),
        ({"a": {"matches": "(a+)+"}}, [("a.matches", "operand")]),
        ({"a": {"not_matches": "("}}, [("a.not_matches", "operand")]),
        ({"a": {"matches": "x" * 501}}, [("a.matches", "operand")]),
        ({"a": [1]}, [("a", "list")]),
        ({"a": {}}, [("a", "empty")]),
        ({"_where_": {}}, [("_where_", "stray_service_key")]),
        ({"a": {"_condition_": "some"}}, [("a._condition_", "condition")]),
        ({"a": {"_condition_": "all"}}, [("a._criteria_", "missing_criteria")]),
        ({"a": {"_condition_": "count"}}, [("a._count_", "missing_count")]),
        ({"a": {"_condition_": "none", "status": 1}}, [("a.status", "stray_key")]),
        ({"a": {"_condition_": "none", "_where_": {"x": {">": True}}}}, [("a._where_.x.>", "operand")]),
        ({"a": {"_condition_": "none", "_where_": 5}}, [("a._where_", "not_an_object")]),
    ],
)
def test_validate(wanted, expected):
    assert problems(wanted) == expected


def test_validate_refuses_what_is_nested_too_deep():
    assert problems(deep(5000))[0][1] == "too_deep"


KEYS = st.sampled_from(
    ["a", "b", "0", "_condition_", "_where_", "_criteria_", "_count_", ">", "<=", "==", "!=", "contains", "matches", "exists"]
)
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["all", "any", "count", "(a+)"])
)
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20)


@settings(max_examples=300, deadline=None)
@given(JSON, JSON)
@example({"a": {"matches": "\ud800"}}, {"a": "\ud800"})
def test_whatever_criteria_and_data_hold_nothing_raises(wanted, details):
    outcome = criteria.evaluate(wanted, details)
    outcomes = criteria.explain(wanted, details)

    assert outcome.value in (True, False, None)
    assert (outcome.value is True) is all(leaf.value is True for leaf in outcomes)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_valid_criteria_only_fail_on_the_data(wanted):
    found = criteria.validate(wanted)

    assert all(problem.code == "criteria" and json.dumps(problem.describe()) for problem in found)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_exactly_one_order_holds_between_two_numbers(left, right):
    holding = [name for name in ("<", "==", ">") if criteria.evaluate({"a": {name: right}}, {"a": left}).value]

    assert len(holding) == 1


@given(PLAIN, PLAIN)
def test_unequal_is_the_opposite_of_equal(left, right):
    equal = criteria.evaluate({"a": {"==": right}}, {"a": left}).value

    assert criteria.evaluate({"a": {"!=": right}}, {"a": left}).value is (not equal)

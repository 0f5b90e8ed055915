"""The catalogue, and what is wrong with pipelines that do not fit it."""

import json
import pkgutil
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusmonitor_agent import steps
from statusmonitor_agent.catalogue import describe, validate_pipeline
from statusmonitor_agent.parameters import check_parameters, with_defaults
from statusmonitor_agent.problems import has_errors
from statusmonitor_agent.steps import STEP_TYPES

RUN_HERE = {
    "PING", "TCP_PORT", "HTTP_CHECK", "DNS", "CERT_EXPIRY", "DISK_USAGE", "MEMORY", "PROCESS_LIST", "SERVICE_STATUS", "FILE_AGE",
    "EXECUTE_COMMAND", "NAGIOS_PLUGIN",
}  # fmt: skip
FIELD_ONLY = {
    "SQL_QUERY_EXECUTE", "SQL_XML_QUERY", "POWERSHELL_EXECUTE", "KASPERSKY_STATUS", "CERTIFICATES", "JSON_ANALYZE", "REGISTRY_KEY",
    "EVENT_LOG", "LOG_FILE_ANALYZE", "USB_DEVICES",
}  # fmt: skip


def test_every_module_of_the_folder_is_in_the_catalogue():
    modules = {module.name for module in pkgutil.iter_modules(steps.__path__)}

    assert modules == {name.lower() for name in STEP_TYPES}


def test_the_catalogue_knows_which_types_this_agent_runs():
    assert {name for name, step_type in STEP_TYPES.items() if step_type.run} == RUN_HERE
    assert {name for name, step_type in STEP_TYPES.items() if not step_type.run} == FIELD_ONLY


@pytest.mark.parametrize("step_type", STEP_TYPES.values(), ids=lambda step_type: step_type.name)
def test_defaults_and_texts_fit_their_own_parameters(step_type):
    defaults = {name: list(value) if isinstance(value, tuple) else value for name, value in with_defaults(step_type, {}).items()}

    wrong = [problem for problem in check_parameters(step_type, defaults) if problem.code != "missing"]

    assert wrong == []
    assert step_type.description
    assert all(parameter.description for parameter in step_type.parameters.values())


def test_the_description_is_json_and_marks_secrets():
    described = {entry["name"]: entry for entry in json.loads(json.dumps(describe()))}

    assert described["SQL_QUERY_EXECUTE"]["parameters"]["sql_password"]["is_secret"] is True
    assert described["SQL_QUERY_EXECUTE"]["can_run"] is False
    assert described["PING"]["parameters"]["timeout_ms"] == {
        "type": "integer", "description": "Wait for each reply", "default": 1000, "required": False, "unit": "ms", "minimum": 1,
        "maximum": 60_000, "choices": [], "item_type": None, "is_secret": False,
    }  # fmt: skip
    assert described["DISK_USAGE"]["result_fields"]["disks"]["fields"]["percent_free"]["unit"] == "%"


def test_importing_the_catalogue_brings_in_nothing_that_only_running_needs():
    heavy = ["ssl", "http.client", "subprocess", "sqlite3", "socket", "asyncio", "urllib.request", "tempfile", "dataclasses"]
    program = f"import sys, statusmonitor_agent.catalogue; print([name for name in {heavy!r} if name in sys.modules])"

    printed = subprocess.run([sys.executable, "-I", "-S", "-c", PATHS + program], capture_output=True, text=True, check=True)

    assert printed.stdout.strip() == "[]"


PATHS = f"import sys; sys.path.insert(0, {str(next(iter(steps.__path__)).rsplit('/', 2)[0])!r}); "


def found(pipeline):
    return [(problem.path, problem.code, problem.severity) for problem in validate_pipeline(pipeline)]


def ping(**fields):
    return [{"type": "PING", **fields}]


@pytest.mark.parametrize(
    ("pipeline", "expected"),
    [
        (ping(parameters={"count": 2, "timeout_ms": 800}, success_criteria={"rtt_ms": {"<=": 100}}), []),
        ([{"method_name": "PING"}], []),
        (ping(parameters=None, success_criteria=None, target=None), []),
        (ping(parameters={"count": None}), []),
        ([{"type": "REGISTRY_KEY", "parameters": {"anything": {"goes": [1]}}}], []),
        (None, [("", "type", "error")]),
        ({}, [("", "type", "error")]),
        ([], [("", "empty", "warning")]),
        ([5], [("[0]", "type", "error")]),
        ([{}], [("[0].type", "missing", "error")]),
        ([{"type": 5}], [("[0].type", "step_name", "error")]),
        ([{"type": "../evil"}], [("[0].type", "step_name", "error")]),
        ([{"type": "PING\n"}], [("[0].type", "step_name", "error")]),
        ([{"type": "OUR_OWN_SCRIPT", "parameters": {"x": 1}}], [("[0].type", "unknown_step", "warning")]),
        ([{"type": "ping"}], [("[0].type", "unknown_step", "warning")]),
        (ping(criteria={}), [("[0].criteria", "unknown_field", "warning")]),
        (ping(target=5), [("[0].target", "type", "error")]),
        (ping(continue_on_failure="yes"), [("[0].continue_on_failure", "type", "error")]),
        (ping(parameters=[]), [("[0].parameters", "type", "error")]),
        (ping(parameters={"count": "2"}), [("[0].parameters.count", "type", "error")]),
        (ping(parameters={"count": True}), [("[0].parameters.count", "type", "error")]),
        (ping(parameters={"count": 0}), [("[0].parameters.count", "range", "error")]),
        (ping(parameters={"count": 101}), [("[0].parameters.count", "range", "error")]),
        (ping(parameters={"timout_ms": 1}), [("[0].parameters.timout_ms", "unknown_parameter", "error")]),
        ([{"type": "SERVICE_STATUS"}], [("[0].parameters.service_name", "missing", "error")]),
        (
            [{"type": "SERVICE_STATUS", "parameters": {"service_name": None}}],
            [("[0].parameters.service_name", "missing", "error")],
        ),
        ([{"type": "SERVICE_STATUS", "parameters": {"service_name": ""}}], [("[0].parameters.service_name", "range", "error")]),
        ([{"type": "DISK_USAGE", "parameters": {"drives": ["C", 5]}}], [("[0].parameters.drives[1]", "type", "error")]),
        ([{"type": "HTTP_CHECK", "parameters": {"method": "BREW"}}], [("[0].parameters.method", "choice", "error")]),
        ([{"type": "HTTP_CHECK", "parameters": {"body_regex": "(a+)+"}}], [("[0].parameters.body_regex", "pattern", "error")]),
        (ping(success_criteria=[]), [("[0].success_criteria", "criteria", "error")]),
        (ping(success_criteria={"a": {"<>": 1}}), [("[0].success_criteria.a.<>", "criteria", "error")]),
        ([{"type": "PING"}] * 51, [("", "too_many_steps", "error")]),
        (ping(parameters={"target": "x" * 70_000}), [("", "too_large", "error")]),
        (ping(Type="PING"), [("[0]", "twin_keys", "error")]),
        (ping(parameters={"count": 1, "Count": 2}), [("[0].parameters", "twin_keys", "error")]),
        (ping(parameters={"ttl": float("nan")}), [("[0].parameters.ttl", "number", "error")]),
        (ping(parameters={"ttl": 2**63}), [("[0].parameters.ttl", "number", "error")]),
        (ping(parameters={"target": "a\0b"}), [("[0].parameters.target", "text", "error")]),
        (ping(parameters={"target": "\ud800"}), [("[0].parameters.target", "text", "error")]),
    ],
)
def test_validate_pipeline(pipeline, expected):
    assert found(pipeline) == expected


def test_deep_nesting_is_refused_without_recursion():
    nested = {}
    for _ in range(100_000):
        nested = {"a": nested}

    assert found(ping(parameters=nested))[0][1] == "too_deep"


def test_problems_are_limited_in_number():
    assert len(validate_pipeline([{"type": "PING", "parameters": {f"p{number}": 1 for number in range(300)}}])) == 200


def test_a_problem_can_be_translated_from_code_and_args():
    problem = validate_pipeline(ping(parameters={"count": 0}))[0]

    assert problem.message == "must be 1 to 100"
    assert problem.describe()["args"] == {"minimum": 1, "maximum": 100, "unit": None}


def test_warnings_alone_are_no_errors():
    assert not has_errors(validate_pipeline([{"type": "OUR_OWN"}]))
    assert has_errors(validate_pipeline([{}]))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(sorted(STEP_TYPES)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "parameters", "success_criteria", "count", "drives", "url", "x"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(ANY_JSON)
def test_whatever_a_pipeline_holds_validation_answers(pipeline):
    assert all(json.dumps(problem.describe()) for problem in validate_pipeline(pipeline))

"""Aggregation of steps into one result, and what may leave a step."""

import json

import pytest

from statusmonitor_agent import bounds
from statusmonitor_agent.pipeline import run_pipeline, run_step, worst
from statusmonitor_agent.step_type import Parameter, StepContext, StepOutcome, StepType, unavailable
from statusmonitor_agent.timestamps import with_offset, with_z

CONTEXT = StepContext("SRV-APP-01", "10.20.0.5", "AGENT-HOST")


def step_type(name, run, **parameters):
    return StepType(name, "for tests", parameters=parameters, run=run)


def fails(parameters, context):
    raise RuntimeError("boom " + (parameters["password"] or ""))


def echo(parameters, context):
    return StepOutcome(is_available=True, details=dict(parameters), message="said so", success=parameters["success"])


TYPES = {
    "GOOD": step_type("GOOD", lambda _parameters, _context: StepOutcome(is_available=True, details={"value": 5})),
    "BAD": step_type("BAD", lambda _parameters, _context: StepOutcome(True, {"value": 5}, "not as wanted", success=False)),
    "UNSURE": step_type("UNSURE", lambda _parameters, _context: StepOutcome(True, {}, "cannot tell", success=None)),
    "GONE": step_type("GONE", lambda _parameters, _context: unavailable("no answer", {"value": 1})),
    "FAILS": step_type("FAILS", fails, password=Parameter(str, is_secret=True)),
    "ECHO": step_type(
        "ECHO",
        echo,
        success=Parameter(bool, default=True),
        password=Parameter(str, is_secret=True),
        text=Parameter(str),
        n=Parameter(int),
    ),
    "FIELD": StepType("FIELD", "of other agents"),
}


def run(*steps):
    return run_pipeline([{"type": step} if isinstance(step, str) else step for step in steps], CONTEXT, step_types=TYPES)


def verdict(*steps):
    result = run(*steps)
    return result.is_available, result.success, len(result.steps_results)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], (False, None, 0)),
        (["GOOD"], (True, True, 1)),
        (["GOOD", "GOOD"], (True, True, 2)),
        (["GOOD", "BAD", "GOOD"], (True, False, 3)),
        (["UNSURE", "GOOD"], (True, None, 2)),
        (["UNSURE", "BAD"], (True, False, 2)),
        (["BAD", "UNSURE"], (True, False, 2)),
        (["GOOD", "GONE", "GOOD"], (False, None, 2)),
        (["BAD", "GONE"], (False, None, 2)),
        ([{"type": "GONE", "continue_on_failure": True}, "GOOD"], (False, None, 2)),
        ([{"type": "GONE", "continue_on_failure": "true"}, "GOOD"], (False, None, 1)),
        (["FAILS", "GOOD"], (False, None, 1)),
        (["NO_SUCH", "GOOD"], (False, None, 1)),
        (["FIELD"], (False, None, 1)),
        ([5, "GOOD"], (False, None, 1)),
        ([{"type": "GOOD", "parameters": []}], (True, True, 1)),
        ([{"type": "GOOD", "parameters": [1]}], (False, None, 1)),
        ([{"method_name": "GOOD"}], (True, True, 1)),
    ],
)
def test_aggregation(steps, expected):
    assert verdict(*steps) == expected


@pytest.mark.parametrize("first", [True, None, False])
@pytest.mark.parametrize("second", [True, None, False])
def test_the_worst_wins_in_any_order(first, second):
    assert worst(first, second) is min((first, second), key=[False, None, True].index)


def test_the_first_trouble_gives_the_message():
    result = run("GOOD", "BAD", "UNSURE")

    assert result.message == "step 2 (BAD): not as wanted"
    assert result.details()["pipeline_status_message"] == result.details()["pipeline_error_message"] == result.message


def test_a_good_run_has_no_error_message():
    details = run("GOOD").details()

    assert details["pipeline_error_message"] is None
    assert details["pipeline_status_message"]


def test_an_empty_pipeline_says_so():
    assert run().message == "the pipeline is empty"


def test_a_step_result_has_the_fields_of_the_contract():
    result = run_step({"type": "GOOD"}, CONTEXT, step_types=TYPES)

    assert result["Details"] == {"value": 5, "execution_target_host": "AGENT-HOST", "execution_mode_for_step": "local_agent_step"}
    assert {"IsAvailable", "CheckSuccess", "Timestamp", "StepType", "ErrorMessage", "Details", "duration_ms"} == set(result)
    assert (result["IsAvailable"], result["CheckSuccess"], result["StepType"], result["ErrorMessage"]) == (
        True,
        True,
        "GOOD",
        None,
    )


def test_criteria_judge_the_details():
    good = run_step({"type": "GOOD", "success_criteria": {"value": {"<": 6}}}, CONTEXT, step_types=TYPES)
    bad = run_step({"type": "GOOD", "success_criteria": {"value": {"<": 5}}}, CONTEXT, step_types=TYPES)
    unsure = run_step({"type": "GOOD", "success_criteria": {"value": {"<": "x"}}}, CONTEXT, step_types=TYPES)

    assert good["CheckSuccess"] is True
    assert (bad["CheckSuccess"], bad["ErrorMessage"]) == (False, "value: 5, wanted < 5")
    assert unsure["CheckSuccess"] is None


def test_criteria_cannot_better_the_steps_own_verdict():
    result = run_step({"type": "BAD", "success_criteria": {"value": 5}}, CONTEXT, step_types=TYPES)

    assert (result["CheckSuccess"], result["ErrorMessage"]) == (False, "not as wanted")


def test_failed_criteria_outweigh_a_step_that_cannot_tell():
    result = run_step({"type": "UNSURE", "success_criteria": {"value": 5}}, CONTEXT, step_types=TYPES)

    assert (result["CheckSuccess"], result["ErrorMessage"]) == (False, "value: missing, wanted 5")


def test_criteria_are_not_asked_when_the_step_is_unavailable():
    result = run_step({"type": "GONE", "success_criteria": {"value": 1}}, CONTEXT, step_types=TYPES)

    assert (result["IsAvailable"], result["CheckSuccess"], result["ErrorMessage"]) == (False, None, "no answer")


def test_a_step_that_raises_is_unavailable_and_says_why():
    assert run_step({"type": "FAILS"}, CONTEXT, step_types=TYPES)["ErrorMessage"] == "RuntimeError: boom "


def test_a_wrong_parameter_is_named():
    result = run_step({"type": "ECHO", "parameters": {"n": "x"}}, CONTEXT, step_types=TYPES)

    assert (result["IsAvailable"], result["ErrorMessage"]) == (False, "n must be of type integer")


def test_an_unknown_parameter_is_left_out():
    result = run_step({"type": "ECHO", "parameters": {"newer": 1}}, CONTEXT, step_types=TYPES)

    assert result["IsAvailable"]
    assert "newer" not in result["Details"]


@pytest.mark.parametrize(
    "step",
    [
        {"type": "ECHO", "parameters": {"password": "hunter2"}},
        {"type": "ECHO", "parameters": {"password": "hunter2", "text": "it is hunter2!"}, "success_criteria": {"text": "x"}},
        {"type": "FAILS", "parameters": {"password": "hunter2"}},
    ],
)
def test_a_secret_leaves_neither_in_details_nor_in_messages(step):
    result = run_pipeline([step], CONTEXT, step_types=TYPES)

    assert "hunter2" not in json.dumps(result.details())
    assert "***" in json.dumps(result.details())


def test_the_steps_own_target_is_used_where_the_type_takes_one():
    result = run_step({"type": "TCP_PORT", "target": "-x", "parameters": {"port": 1}}, CONTEXT)

    assert "'-x'" in result["ErrorMessage"]


def test_details_over_64_kilobytes_are_cut_and_marked():
    details = {"rows": [{"text": "x" * 100} for _ in range(2000)], "n": 5}

    cut = bounds.bounded(details)

    assert bounds.size_of(cut) <= bounds.MAX_DETAILS_BYTES
    assert (cut["details_truncated"], cut["details_size_bytes"], cut["n"]) == (True, bounds.size_of(details), 5)
    assert bounds.bounded({"n": 5}) == {"n": 5}


def test_details_that_no_cut_makes_fit_leave_a_sample():
    cut = bounds.bounded({f"key {number}": number for number in range(20_000)})

    assert cut["details_sample"].startswith('{"key 0"')


def test_fifty_large_steps_still_fit_into_what_the_server_takes():
    step = {"type": "ECHO", "parameters": {"text": "y" * 60_000}}

    result = run_pipeline([step] * 50, CONTEXT, step_types=TYPES)

    assert len(result.steps_results) == 50
    assert bounds.size_of(result.details()) < 900_000


def test_what_json_cannot_carry_is_replaced():
    odd = {"nan": float("nan"), "half": "a\ud800", "nul": "a\0", 5: (1, 2), "object": object}

    plain = bounds.plain_json(odd)

    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert (plain["nan"], plain["half"], plain["nul"], plain["5"]) == (None, "a?", "a\ufffd", [1, 2])


def test_times_have_seven_digits():
    from datetime import datetime, timedelta, timezone

    moment = datetime(2025, 5, 20, 14, 2, 3, 123456, tzinfo=timezone(timedelta(hours=3)))

    assert with_offset(moment) == "2025-05-20T11:02:03.1234560+00:00"
    assert with_z(moment) == "2025-05-20T11:02:03.1234560Z"

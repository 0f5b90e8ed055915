"""The agent's pure parts: configuration, job list, timetable, verdicts on answers, log lines."""

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusmonitor_agent import SCRIPT_VERSION
from statusmonitor_agent.online.api import ApiAnswer
from statusmonitor_agent.online.jobs import read_jobs, report
from statusmonitor_agent.online.logs import LineFormatter, escaped
from statusmonitor_agent.online.sender import Verdict, judge
from statusmonitor_agent.online.settings import SettingsError, check, load
from statusmonitor_agent.online.timetable import Timetable
from statusmonitor_agent.pipeline import PipelineResult
from statusmonitor_agent.timestamps import utc_now

CONFIG = {
    "mode": "online", "object_id": 1060, "log_file": "agent.log", "log_level": "Info", "agent_script_version": "hybrid_agent_v7.1.0",
    "api_base_url": "https://SERVER/api", "api_key": "secret", "api_poll_interval_seconds": 60, "default_check_interval_seconds": 300,
}  # fmt: skip


def write(folder, fields, encoding="utf-8"):
    path = folder / "agent.json"
    path.write_text(fields if isinstance(fields, str) else json.dumps(fields), encoding)
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_contracts_example_is_valid_with_or_without_bom(tmp_path, encoding):
    settings, problems = load(write(tmp_path, CONFIG, encoding))

    assert problems == []
    assert (settings.object_id, settings.api_base_url) == (1060, "https://SERVER/api")
    assert (settings.max_api_retries, settings.api_timeout_sec, settings.retry_delay_seconds) == (3, 60, 5)
    assert settings.log_file == str(tmp_path / "agent.log")
    assert settings.queue_path == str(tmp_path / "statusmonitor_queue.sqlite3")
    assert settings.permissions.allow_commands is False


def test_intervals_that_are_too_short_become_the_default(tmp_path):
    settings, problems = load(write(tmp_path, {**CONFIG, "api_poll_interval_seconds": 9, "default_check_interval_seconds": 4}))

    assert (settings.api_poll_interval_seconds, settings.default_check_interval_seconds) == (60, 300)
    assert {problem.path for problem in problems} == {"api_poll_interval_seconds", "default_check_interval_seconds"}


@pytest.mark.parametrize("missing", sorted(CONFIG))
def test_every_field_of_the_contract_is_required(missing):
    problems = check({name: value for name, value in CONFIG.items() if name != missing})

    assert [(problem.path, problem.code) for problem in problems] == [(missing, "missing")]


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("mode", "both", "choice"),
        ("mode", "offline", "offline"),
        ("object_id", "1060", "type"),
        ("object_id", True, "type"),
        ("object_id", 0, "range"),
        ("log_level", "Loud", "choice"),
        ("log_file", " ", "missing"),
        ("api_base_url", "ftp://x/api", "url"),
        ("api_base_url", "https:///api", "url"),
        ("api_base_url", "https://user:pw@x/api", "url"),
        ("api_base_url", "https://x:99999/api", "url"),
        ("api_base_url", "https://x/api?a=1", "url"),
        ("api_base_url", "https://x/", "url_path"),
        ("api_key", "two\r\nlines", "characters"),
        ("api_key", "ключ", "characters"),
        ("api_poll_interval_seconds", "60", "type"),
        ("max_parallel_jobs", 0, "range"),
        ("queue_max_bytes", 1, "range"),
        ("retry_delay_seconds", -1, "range"),
        ("api_timeout_sec", float("nan"), "range"),
        ("allow_commands", 1, "type"),
        ("allowed_commands", ["/bin/df", 5], "type"),
        ("plugin_folders", "/usr/lib", "type"),
        ("api_kei", "x", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named(field, value, code):
    assert [(problem.path, problem.code) for problem in check({**CONFIG, field: value})] == [(field, code)]


def test_a_problem_never_repeats_the_key():
    assert "sesame" not in str([problem.describe() for problem in check({**CONFIG, "api_key": "open sesame"})])


@pytest.mark.parametrize("content", ["", "[]", "{", "\ud7ff", "[" * 100_000])
def test_a_file_that_is_no_configuration(tmp_path, content):
    with pytest.raises(SettingsError):
        load(write(tmp_path, content))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load(str(tmp_path / "nothing.json"))


@given(
    st.dictionaries(
        st.sampled_from(sorted(CONFIG)), st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text())
    )
)
def test_whatever_a_configuration_holds_it_is_checked(fields):
    assert all(problem.path for problem in check(fields))


def job_entry(number=41, **fields):
    base = {
        "assignment_id": number, "node_id": 7, "node_name": "SRV", "ip_address": "10.20.0.5", "method_name": "PING",
        "check_interval_seconds": 120, "pipeline": [{"type": "PING"}],
    }  # fmt: skip
    return {**base, **fields}


def test_a_job_list():
    jobs = read_jobs([job_entry(), job_entry(42, ip_address=None, check_interval_seconds=4)], 300)

    assert (jobs[41].interval_seconds, jobs[41].ip_address, jobs[41].method_name) == (120, "10.20.0.5", "PING")
    assert (jobs[42].interval_seconds, jobs[42].ip_address) == (300, None)


@pytest.mark.parametrize(
    "entry",
    [
        {},
        None,
        5,
        job_entry("41"),
        job_entry(True),
        job_entry(0),
        job_entry(pipeline=None),
        job_entry(pipeline={}),
        [job_entry()],
    ],
)
def test_an_entry_that_is_no_job_is_skipped(entry):
    assert list(read_jobs([entry, job_entry(42)], 300)) == [42]


@pytest.mark.parametrize("interval", [None, "60", 4.9, -1, True, float("nan"), 1e12])
def test_an_interval_that_is_none_becomes_the_default(interval):
    assert read_jobs([job_entry(check_interval_seconds=interval)], 300)[41].interval_seconds == 300


@pytest.mark.parametrize("answer", [None, {}, "x", job_entry()])
def test_an_answer_that_is_no_list_is_refused(answer):
    with pytest.raises(ValueError, match="not a list"):
        read_jobs(answer, 300)


def test_the_report_has_the_fields_that_a_real_agent_posts():
    job = read_jobs([job_entry()], 300)[41]

    body = report(job, PipelineResult(success=None, duration_ms=12), started_at=utc_now(), object_id=1060, host="AGENT-HOST")

    assert (body["assignment_id"], body["is_available"], body["check_success_final"], body["duration_ms"]) == (41, True, None, 12)
    assert (body["executor_object_id"], body["executor_host"], body["resolution_method"]) == (1060, "AGENT-HOST", "PING")
    assert (body["detail_type"], body["agent_script_version"]) == ("PIPELINE_RESULT", SCRIPT_VERSION)
    assert len(body["check_timestamp"]) == len("2025-05-20T11:02:03.1234567+00:00")


def jobs(*numbers, interval=60, **fields):
    return read_jobs([job_entry(number, check_interval_seconds=interval, **fields) for number in numbers], 300)


def timetable(jitter=0.0):
    return Timetable(jitter, spread=lambda _low, high: high)


def started(table, now):
    return [job.assignment_id for job in table.take_due(now)]


def test_a_new_job_is_due_at_once_and_then_at_its_interval_from_the_planned_time():
    table = timetable()
    table.replace(jobs(1), 1000.0)

    assert started(table, 1000.0) == [1]
    table.finished(1)
    assert started(table, 1059.9) == []
    assert started(table, 1062.0) == [1]
    table.finished(1)
    assert table.next_at() == 1120.0


def test_after_a_long_sleep_a_job_runs_once_and_keeps_its_rhythm():
    table = timetable()
    table.replace(jobs(1), 0.0)
    started(table, 0.0)
    table.finished(1)

    assert started(table, 3601.0) == [1]
    table.finished(1)
    assert started(table, 3602.0) == []
    assert table.next_at() == 3660.0


def test_a_job_never_runs_twice_at_once():
    table = timetable()
    table.replace(jobs(1), 0.0)
    started(table, 0.0)

    assert started(table, 60.0) == []
    table.replace(jobs(1, node_name="renamed"), 61.0)
    assert started(table, 61.0) == []
    table.finished(1)
    assert started(table, 121.0) == [1]


def test_new_jobs_are_spread_over_the_jitter_but_not_over_more_than_their_interval():
    table = timetable(jitter=30.0)
    table.replace({**jobs(1, interval=10), **jobs(2, interval=60)}, 0.0)

    assert (started(table, 9.9), started(table, 10.0), started(table, 30.0)) == ([], [1], [2])


def test_an_unchanged_list_changes_nothing():
    table = timetable()
    table.replace(jobs(1, 2), 0.0)
    started(table, 0.0)

    assert tuple(table.replace(jobs(1, 2), 30.0)) == (0, 0, 0)
    assert table.next_at() == 60.0


def test_a_changed_job_runs_at_once_and_a_dropped_one_no_more():
    table = timetable()
    table.replace(jobs(1, 2, 3), 0.0)
    for number in started(table, 0.0):
        table.finished(number)

    changes = table.replace({**jobs(1), **jobs(2, pipeline=[]), **jobs(4)}, 30.0)

    assert tuple(changes) == (1, 1, 1)
    assert sorted(started(table, 30.0)) == [2, 4]
    assert len(table) == 3


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.integers(5, 86_400))
def test_the_next_time_is_always_ahead_and_on_the_grid(start, later, interval):
    table = timetable()
    table.replace(jobs(1, interval=interval), start)
    now = start + later

    table.take_due(now)

    assert now < table.next_at() <= now + interval + 1e-3


def answer(status, body=b"", **headers):
    return ApiAnswer(status, headers, body)


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (201, b'{"status": "success"}', Verdict.DELIVERED),
        (200, b'{"status": "SUCCESS", "message": "x"}', Verdict.DELIVERED),
        (201, b'{"status": "error"}', Verdict.LATER),
        (200, b"<html>sign in</html>", Verdict.LATER),
        (200, b"[]", Verdict.LATER),
        (204, b"", Verdict.LATER),
        (302, b"", Verdict.LATER),
        (400, b"", Verdict.REFUSED),
        (404, b"", Verdict.REFUSED),
        (413, b"", Verdict.REFUSED),
        (422, b"", Verdict.REFUSED),
        (401, b"", Verdict.KEY_REJECTED),
        (403, b"", Verdict.KEY_REJECTED),
        (408, b"", Verdict.LATER),
        (429, b"", Verdict.LATER),
        (500, b"", Verdict.LATER),
        (503, b"", Verdict.LATER),
    ],
)
def test_what_an_answer_means_for_a_result(status, body, verdict):
    assert judge(answer(status, body)) is verdict


def test_the_wait_that_a_server_asks_for_is_bounded():
    waits = [answer(503, **{"retry-after": text}).retry_after_seconds() for text in ("7", "86400", "soon", "-1", "")]

    assert waits == [7.0, 300.0, None, None, None]


def test_the_reason_is_the_servers_own_word():
    assert (
        answer(404, b'{"error": {"code": "NOT_FOUND", "message": "no such assignment"}}').reason()
        == "HTTP 404: no such assignment"
    )
    assert answer(404, b'{"error": "x"}').reason() == "HTTP 404"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain Кириллица", "plain Кириллица"),
        ("a\r\n2030-01-01 ERROR forged", "a\\r\\n2030-01-01 ERROR forged"),
        ("\x1b[2J\0", "\\x1b[2J\\x00"),
        ("a\u202eb\u2028c", "a\\u202eb\\u2028c"),
    ],
)
def test_remote_text_stays_on_its_line(text, line):
    assert escaped(text) == line


def test_the_key_never_reaches_the_log():
    record = logging.LogRecord("x", logging.INFO, "x.py", 1, "header %s", ("s3cret",), None)

    formatted = LineFormatter(("s3cret",)).format(record)

    assert "s3cret" not in formatted
    assert formatted.endswith("header ***")

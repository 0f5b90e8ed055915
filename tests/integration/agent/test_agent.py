"""The agent as a process of its own, against a real HTTP server that speaks its protocol."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import statusmonitor_agent
from statusmonitor_agent.online.api import ApiClient, ApiError
from statusmonitor_agent.online.job_source import FetchError, JobSource
from statusmonitor_agent.online.settings import load

SOURCES = str(Path(statusmonitor_agent.__file__).parent.parent)


def job(number, **fields):
    pipeline = [{"type": "FILE_AGE", "parameters": {"folder": "/", "pattern": "none"}, "success_criteria": {"count": 0}}]
    base = {
        "assignment_id": number,
        "node_id": 7,
        "node_name": f"node {number}",
        "ip_address": "127.0.0.1",
        "method_name": "FILE_AGE",
        "check_interval_seconds": 3600,
        "pipeline": pipeline,
    }
    return {**base, **fields}


@pytest.fixture
def start_agent(tmp_path):
    started = []

    def start(config, *options):
        process = subprocess.Popen(
            [sys.executable, "-m", "statusmonitor_agent", "--config", str(config), *options],
            env={**os.environ, "PYTHONPATH": SOURCES, "PYTHONUNBUFFERED": "1"},
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def ended(process):
    _, errors = process.communicate(timeout=20)
    return process.returncode, errors


def dropped(tmp_path):
    path = tmp_path / "statusmonitor_queue.sqlite3.dropped.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def log_of(tmp_path):
    return (tmp_path / "agent.log").read_text("utf-8")


def test_once_runs_every_job_and_posts_what_a_real_agent_posts(monitor_server, make_config, start_agent, tmp_path):
    monitor_server.jobs = [job(1), job(2, pipeline=[]), {"assignment_id": "x"}, job(3, pipeline=[{"type": "POWERSHELL_EXECUTE"}])]

    code, _ = ended(start_agent(make_config(), "--once"))

    bodies = {body["assignment_id"]: body for body in monitor_server.received}
    assert (code, sorted(bodies)) == (0, [1, 2, 3])
    assert [(bodies[number]["is_available"], bodies[number]["check_success_final"]) for number in (1, 2, 3)] == [
        (True, True),
        (False, None),
        (False, None),
    ]
    assert bodies[1]["executor_object_id"] == 1060
    assert bodies[1]["detail_data"]["steps_results"][0]["StepType"] == "FILE_AGE"
    assert "test-key" not in log_of(tmp_path)


def test_results_made_while_the_server_is_down_arrive_exactly_once(monitor_server, make_config, start_agent, eventually):
    refused = []

    def down_for_a_while(body):
        if len(refused) >= 15:
            return None
        refused.append(body["assignment_id"])
        return 503, {"Retry-After": "0"}, b""

    monitor_server.jobs = [job(number) for number in range(1, 9)]
    monitor_server.refuse = down_for_a_while

    process = start_agent(make_config())
    eventually(lambda: len(monitor_server.received) == 8)
    process.send_signal(signal.SIGTERM)

    assert ended(process)[0] == 0
    assert sorted(monitor_server.assignment_ids()) == list(range(1, 9))
    assert len(set(monitor_server.keys())) == 8
    assert len(refused) == 15


def test_a_killed_agent_loses_nothing_that_was_queued(monitor_server, make_config, start_agent, eventually, tmp_path):
    monitor_server.jobs = [job(number) for number in range(1, 7)]
    monitor_server.refuse = lambda _body: (503, {}, b"")
    config = make_config()
    process = start_agent(config)
    eventually(lambda: (tmp_path / "agent.log").exists() and log_of(tmp_path).count("is queued") == 6)
    process.kill()
    assert ended(process)[0] == -signal.SIGKILL
    monitor_server.jobs = []
    monitor_server.refuse = lambda _body: None

    code, _ = ended(start_agent(config, "--once"))

    assert code == 0
    assert sorted(monitor_server.assignment_ids()) == [1, 2, 3, 4, 5, 6]


def test_an_agent_killed_before_it_hears_the_answer_repeats_the_very_same_result(
    monitor_server, make_config, start_agent, eventually
):
    hold = threading.Event()

    def store_and_say_nothing(body):
        monitor_server.received.append(body)
        hold.wait(20)
        return 503, {}, b""

    monitor_server.jobs = [job(1)]
    monitor_server.refuse = store_and_say_nothing
    config = make_config()
    process = start_agent(config)
    eventually(lambda: monitor_server.received)
    process.kill()
    ended(process)
    hold.set()
    monitor_server.jobs = []
    monitor_server.refuse = lambda _body: None

    code, _ = ended(start_agent(config, "--once"))

    assert (code, len(monitor_server.received), len(set(monitor_server.keys()))) == (0, 2, 1)


def test_a_job_runs_again_at_its_interval(monitor_server, make_config, start_agent, eventually):
    monitor_server.jobs = [job(1, check_interval_seconds=5)]

    start_agent(make_config())

    eventually(lambda: len(set(monitor_server.keys())) == 2)


def test_a_refused_result_does_not_hold_up_the_others(monitor_server, make_config, start_agent, tmp_path):
    monitor_server.jobs = [job(number) for number in range(1, 6)]
    answer = 404, {}, b'{"error": {"code": "NOT_FOUND", "message": "no such\\nassignment"}}'
    monitor_server.refuse = lambda body: answer if body["assignment_id"] == 2 else None

    code, _ = ended(start_agent(make_config(max_parallel_jobs=1), "--once"))

    assert (code, monitor_server.assignment_ids()) == (0, [1, 3, 4, 5])
    assert [(entry["assignment_id"], entry["reason"]) for entry in dropped(tmp_path)] == [
        (2, "refused: HTTP 404: no such\nassignment")
    ]
    assert "no such\\nassignment" in log_of(tmp_path)


def test_a_result_the_server_stumbles_over_lets_the_others_pass(monitor_server, make_config, start_agent, eventually):
    monitor_server.jobs = [job(number) for number in range(1, 5)]
    monitor_server.refuse = lambda body: (500, {}, b"") if body["assignment_id"] == 1 else None

    start_agent(make_config(max_parallel_jobs=1))

    eventually(lambda: monitor_server.assignment_ids() == [2, 3, 4])


def test_a_rejected_key_keeps_the_results(monitor_server, make_config, start_agent, tmp_path):
    monitor_server.jobs = [job(1)]
    monitor_server.refuse = lambda _body: (403, {}, b"")
    config = make_config()

    first, _ = ended(start_agent(config, "--once"))
    monitor_server.refuse = lambda _body: None
    monitor_server.jobs = []
    second, _ = ended(start_agent(config, "--once"))

    assert (first, second, monitor_server.assignment_ids(), dropped(tmp_path)) == (1, 0, [1], [])


def test_a_full_queue_drops_the_oldest_and_records_them(monitor_server, make_config, start_agent, tmp_path):
    monitor_server.jobs = [job(number, pipeline=[{"type": "NO_SUCH_STEP"}] * 2, method_name="x" * 4000) for number in range(1, 7)]
    monitor_server.refuse = lambda _body: (503, {}, b"")
    config = make_config(queue_max_bytes=15_000, max_parallel_jobs=1, max_api_retries=1)

    first, _ = ended(start_agent(config, "--once"))
    monitor_server.refuse = lambda _body: None
    monitor_server.jobs = []
    second, _ = ended(start_agent(config, "--once"))

    lost = [entry["assignment_id"] for entry in dropped(tmp_path)]
    assert (first, second) == (1, 0)
    assert lost
    assert lost + monitor_server.assignment_ids() == [1, 2, 3, 4, 5, 6]
    assert all(entry["reason"] == "the queue is full" for entry in dropped(tmp_path))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_agent_in_the_middle_of_a_step(monitor_server, make_config, start_agent, eventually, tmp_path, number):
    program = [sys.executable, "-c", f"open({str(tmp_path / 'runs')!r}, 'w'); import time; time.sleep(60)"]
    slow = job(1, pipeline=[{"type": "EXECUTE_COMMAND", "parameters": {"command": program, "timeout_seconds": 60}}])
    monitor_server.jobs = [slow, job(2)]
    process = start_agent(make_config(allow_commands=True))
    eventually(lambda: (tmp_path / "runs").exists() and monitor_server.assignment_ids() == [2])

    process.send_signal(number)

    code, errors = ended(process)
    assert code == 0
    assert "Traceback" not in errors
    assert log_of(tmp_path).rstrip().endswith("stopped")


def test_a_second_agent_with_the_same_queue_does_not_start(monitor_server, make_config, start_agent, eventually):
    config = make_config()
    start_agent(config)
    eventually(lambda: monitor_server.polls)

    code, errors = ended(start_agent(config, "--once"))

    assert (code, "cannot be used" in errors) == (1, True)


def test_without_a_server_once_fails_and_says_so(make_config, start_agent):
    code, errors = ended(start_agent(make_config(api_base_url="http://127.0.0.1:1/api"), "--once"))

    assert (code, "no jobs" in errors) == (1, True)


def test_check_config_names_the_fields(make_config, start_agent):
    code, errors = ended(start_agent(make_config(object_id="x", log_level="Loud"), "--check-config"))

    assert code == 2
    assert "object_id: must be of type integer" in errors
    assert "log_level: must be one of Debug, Verbose, Info, Warn, Error" in errors
    assert "test-key" not in errors


def test_check_config_of_a_good_file(make_config, start_agent, tmp_path):
    code, errors = ended(start_agent(make_config(), "--check-config"))

    assert (code, errors) == (0, "")
    assert not (tmp_path / "agent.log").exists()


@pytest.fixture
def source(make_config):
    settings, _ = load(str(make_config()))
    client = ApiClient(settings)
    yield JobSource(settings, client, threading.Event())
    client.close()


def test_an_unchanged_list_is_not_sent_again(monitor_server, source):
    monitor_server.jobs = [job(1)]

    first, second = source.fetch(), source.fetch()
    monitor_server.etag = '"2"'
    third = source.fetch()

    assert (list(first), second, list(third)) == ([1], None, [1])
    assert monitor_server.polls == [None, '"1"', '"1"']


@pytest.mark.parametrize("jobs", [{"assignment_id": 1}, None, "x"])
def test_a_list_that_is_none_is_an_error_and_its_etag_is_not_kept(monitor_server, source, jobs):
    monitor_server.jobs = jobs

    for _ in range(2):
        with pytest.raises(FetchError, match="not a list"):
            source.fetch()

    assert monitor_server.polls == [None, None]


def test_a_failing_server_is_asked_three_times_and_a_refusing_one_once(serve, make_config):
    asked = []

    def answer(request):
        asked.append(request.path)
        return (503 if "1060" in request.path else 403), {}, b'{"error": {"message": "no"}}'

    for object_id, times in ((1060, 3), (7, 1)):
        asked.clear()
        settings, _ = load(str(make_config(api_base_url=serve(answer).url + "/api", object_id=object_id)))
        client = ApiClient(settings)
        with pytest.raises(FetchError, match="no"):
            JobSource(settings, client, threading.Event()).fetch()
        client.close()
        assert len(asked) == times


def test_a_connection_is_kept_and_renewed_when_the_server_has_closed_it(serve, make_config):
    clients = []

    def answer(request):
        clients.append(request.client_address)
        request.close_connection = len(clients) == 2  # without saying so
        return 200, {}, b"[]"

    settings, _ = load(str(make_config(api_base_url=serve(answer).url + "/api")))
    client = ApiClient(settings)

    statuses = [client.get("/x").status for _ in range(4)]
    client.close()

    assert statuses == [200] * 4
    assert len(set(clients)) == 2


def test_no_server_is_an_error_of_its_own(make_config):
    settings, _ = load(str(make_config(api_base_url="http://127.0.0.1:1/api")))

    with pytest.raises(ApiError):
        ApiClient(settings).get("/x")

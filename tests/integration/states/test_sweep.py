"""The sweep: what turns, what does not, and what happens when two of them run or one row is poisoned."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from functions.status_sweep.app import lambda_handler as tick
from scheduler.timetable import build_scheduler
from statusmonitor.db import connection
from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.services import sweep
from statusmonitor.services.ingest import ingest
from statusmonitor.services.keys import recall

SOURCE = ResultSource(None, None, None, "PIPELINE_AGGREGATED_RESULT", None, None)
LIMIT = timedelta(minutes=5)


@pytest.fixture
def report(fleet):
    caller = recall(str(fleet.key("loader")))

    def send(job, executed_at, *, available=True, success=True):
        ingest([NewCheck(job, executed_at, available, success if available else None, SOURCE)], caller)

    return send


def state(sql, job) -> dict:
    return sql(
        "SELECT s.is_stale, s.stale_after, s.sweep_at, n.status, n.is_outdated, n.since FROM assignment_states s JOIN node_states n USING (node_id)"
        " WHERE assignment_id = %(job)s",
        job=job,
    )[0]


@pytest.mark.parametrize(
    ("after", "status"), [(timedelta(0), "available"), (timedelta(microseconds=1), "warning")], ids=["at", "past"]
)
def test_a_good_job_turns_strictly_after_its_limit(fleet, sql, report, after, status):
    job, executed_at = fleet.assignment(), datetime.now(UTC) - timedelta(minutes=1)
    report(job, executed_at)

    sweep.refresh_stale_nodes(executed_at + LIMIT + after)

    assert state(sql, job)["status"] == status


def test_a_turned_node_says_why_and_since_when(fleet, sql, report):
    job, executed_at = fleet.assignment(), datetime.now(UTC) - timedelta(minutes=1)
    report(job, executed_at)

    assert sweep.refresh_stale_nodes(executed_at + timedelta(hours=1)) == 1

    assert state(sql, job)["since"] == executed_at + LIMIT
    [change] = sql("SELECT * FROM status_changes WHERE new_status = 'warning'")
    assert change["changed_at"] == executed_at + LIMIT
    assert change["status_reason"] == {
        "rule": "primary_job",
        "assignment_id": job,
        "condition": "outdated",
        "stale_limit_seconds": 300,
        "stale_limit_source": "type:0",
    }
    [event] = sql("SELECT * FROM journal WHERE severity = 'WARN'")
    assert (event["event_type"], event["assignment_id"]) == ("NODE_STATUS_CHANGED", job)


def test_a_bad_job_never_turns_into_something_better(fleet, sql, report):
    job = fleet.assignment()
    report(job, datetime.now(UTC), available=False)

    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))

    assert (state(sql, job)["status"], state(sql, job)["is_outdated"]) == ("unavailable", True)


def test_a_newer_result_is_noticed_when_the_timer_fires(fleet, sql, report):
    job, first = fleet.assignment(), datetime.now(UTC) - timedelta(minutes=4)
    report(job, first)
    report(job, first + timedelta(minutes=3))
    assert state(sql, job)["sweep_at"] == first + LIMIT  # confirming results do not move the timer

    assert sweep.refresh_stale_nodes(first + LIMIT + timedelta(seconds=1)) == 0

    assert state(sql, job)["sweep_at"] == first + timedelta(minutes=3) + LIMIT
    assert state(sql, job)["status"] == "available"


def test_a_job_that_never_reports_warns_on_an_available_node_only(fleet, sql, report):
    node = fleet.node()
    silent, reporting = fleet.assignment(node=node, method="MEMORY"), fleet.assignment(node=node)
    alone = fleet.assignment()
    later = datetime.now(UTC) + timedelta(minutes=4)
    report(reporting, later)
    sweep.refresh_stale_nodes(later)
    assert state(sql, silent)["status"] == "available"

    sweep.refresh_stale_nodes(later + timedelta(minutes=2))

    assert state(sql, silent)["status"] == "warning"
    assert state(sql, alone)["status"] == "unknown"


def test_a_new_result_brings_a_stale_node_back(fleet, sql, report):
    job = fleet.assignment()
    report(job, datetime.now(UTC) - timedelta(minutes=1))
    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))

    report(job, datetime.now(UTC))

    assert (state(sql, job)["status"], state(sql, job)["is_stale"], state(sql, job)["is_outdated"]) == ("available", False, False)


def test_a_disabled_job_does_not_turn(fleet, sql, report):
    job = fleet.assignment(is_enabled=False)

    assert sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1)) == 0
    assert state(sql, job)["sweep_at"] is None


def test_other_jobs_do_not_turn_a_node_judged_by_its_primary_jobs(fleet, sql, report):
    node = fleet.node(node_type_id=fleet.node_type(properties={"status_scope": "primary"}))
    ping, memory = fleet.assignment(node=node, interval=3600), fleet.assignment(node=node, method="MEMORY")
    for job in (ping, memory):
        report(job, datetime.now(UTC))

    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))

    assert (state(sql, memory)["is_stale"], state(sql, memory)["status"]) == (True, "available")


def test_the_revision_rises_once_for_what_becomes_visible_and_not_else(fleet, sql, report):
    job = fleet.assignment()
    report(job, datetime.now(UTC))
    before = sql("SELECT rev FROM live_revision")[0]["rev"]

    sweep.refresh_stale_nodes(datetime.now(UTC))
    report(job, datetime.now(UTC))
    unchanged = sql("SELECT rev FROM live_revision")[0]["rev"]
    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))

    assert unchanged == before
    assert sql("SELECT rev FROM live_revision")[0]["rev"] == before + 1
    assert sql("SELECT rev FROM node_states")[0]["rev"] == before + 1


def test_a_poisoned_row_stops_nobody(fleet, sql, report, caplog):
    poisoned, healthy = fleet.assignment(), fleet.assignment()
    for job in (poisoned, healthy):
        report(job, datetime.now(UTC))
    sql("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$")
    sql(
        f"CREATE TRIGGER poison BEFORE UPDATE ON assignment_states FOR EACH ROW WHEN (NEW.assignment_id = {poisoned} AND NEW.is_stale) EXECUTE FUNCTION fail()"
    )
    later = datetime.now(UTC) + timedelta(hours=1)

    assert sweep.refresh_stale_nodes(later) == 1

    assert state(sql, healthy)["status"] == "warning"
    assert state(sql, poisoned)["sweep_at"] == later + sweep.POISON_DELAY
    assert f"job {poisoned} cannot be turned" in caplog.text


def test_sweeps_at_the_same_time_do_each_job_once(fleet, sql, report):
    jobs = [fleet.assignment() for _ in range(30)]
    for job in jobs:
        report(job, datetime.now(UTC))
    later, counts = datetime.now(UTC) + timedelta(hours=1), []

    def run() -> None:
        counts.append(sweep.refresh_stale_nodes(later))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.append(sweep.refresh_stale_nodes(later))  # what all four skipped because another held it

    assert sum(counts) == 30
    assert sql("SELECT count(*) AS n FROM status_changes WHERE new_status = 'warning'") == [{"n": 30}]


def test_the_scheduled_function_does_the_same(fleet, sql, report):
    job = fleet.assignment()
    report(job, datetime.now(UTC) - timedelta(minutes=4, seconds=59.9))
    sql("UPDATE assignment_states SET stale_after = now() - interval '1 second', sweep_at = now() - interval '1 second'")

    assert tick({"source": "aws.scheduler"}, None)["changed_nodes"] == 1
    assert state(sql, job)["status"] == "warning"


def test_the_timetable():
    assert [job.id for job in build_scheduler().get_jobs()] == ["refresh_stale_nodes", "keep_partitions"]

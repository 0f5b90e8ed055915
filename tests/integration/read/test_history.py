"""Histories: their order, their limits, and that they cost what they show."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.db import connection
from statusmonitor.db.connection import cursor, execute_prepared
from statusmonitor.domain.results import ResultSource
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import history as statements_of_history
from statusmonitor.services import history

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
BULK = ResultSource(None, None, None, "PIPELINE_AGGREGATED_RESULT_BULK", None, None)
# Of a partition that holds something: empty ones are scanned, at no cost.
SCAN_OF_MANY = re.compile(r"Seq Scan on check_(results|details)_\S+ \S+\s+\(cost=\S+ rows=(?!1 )")


def at(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_the_history_of_a_node_is_that_of_its_jobs_merged_newest_first(fleet, report):
    node = fleet.node()
    ping, disk = fleet.assignment(node=node), fleet.assignment(node=node, method="DISK_USAGE")
    other = fleet.assignment()
    for minutes, job in enumerate([ping, disk, other, disk, ping]):
        report(job, at(minutes))

    rows = history.node_history(node)

    assert [(row.assignment_id, row.executed_at) for row in rows] == [(ping, at(4)), (disk, at(3)), (disk, at(1)), (ping, at(0))]
    assert {row.method_name for row in rows} == {"PING", "DISK_USAGE"}


def test_results_of_one_moment_stand_in_order_of_arrival(fleet, report):
    node = fleet.node()
    jobs = [fleet.assignment(node=node, method=method) for method in ("PING", "MEMORY", "DISK_USAGE")]
    for job in (jobs[2], jobs[0], jobs[1]):
        report(job, NOW)

    assert [row.assignment_id for row in history.node_history(node)] == [jobs[1], jobs[0], jobs[2]]


def test_a_history_goes_on_before_a_moment(fleet, report):
    job = fleet.assignment()
    for minutes in range(5):
        report(job, at(minutes))

    first = history.assignment_history(job, limit=2)
    second = history.assignment_history(job, limit=2, before=first[-1].executed_at)

    assert [row.executed_at for row in first + second] == [at(4), at(3), at(2), at(1)]


def test_a_history_may_be_of_one_method(fleet, report, sql):
    node = fleet.node()
    report(fleet.assignment(node=node), at(0))
    report(fleet.assignment(node=node, method="MEMORY"), at(1))
    [memory] = sql("SELECT id FROM check_methods WHERE method_name = 'MEMORY'")

    assert [row.method_name for row in history.node_history(node, method_id=memory["id"])] == ["MEMORY"]
    assert history.node_history(node, method_id=9999) == []


def test_the_results_of_a_deleted_job_stay_in_the_history_of_its_node(fleet, report, sql):
    node = fleet.node()
    job = fleet.assignment(node=node)
    report(job, at(0))
    sql("INSERT INTO retired_assignments (id, node_id, method_id) SELECT id, node_id, method_id FROM assignments")
    sql("DELETE FROM assignments")

    [row] = history.node_history(node)

    assert (row.assignment_id, row.method_name) == (job, "PING")
    assert history.assignment_history(job) == [row] == [history.find_result(row.id)]


def test_a_result_has_the_method_its_source_names_or_that_of_its_job(fleet, report):
    job = fleet.assignment(method="MEMORY")
    report(job, at(0))
    report(job, at(1), source=BULK)

    assert [row.resolution_method for row in history.assignment_history(job)] == ["MEMORY", "PING"]


def test_what_is_not_there_is_told_from_what_has_no_results(fleet):
    job = fleet.assignment()

    assert history.assignment_history(job) == []
    assert history.find_result(1) is history.get_details(1) is None
    with pytest.raises(NotFoundError):
        history.node_history(10**9)
    with pytest.raises(NotFoundError):
        history.assignment_history(10**9)


def test_the_last_beats_are_of_the_primary_jobs_oldest_first(fleet, report):
    node = fleet.node()
    ping, second, disk = (fleet.assignment(node=node, method=method) for method in ("PING", "PING", "DISK_USAGE"))
    for minutes, job in enumerate([ping, disk, second, ping, disk]):
        report(job, at(minutes))

    assert [row.executed_at for row in history.last_beats(node)] == [at(0), at(2), at(3)]
    assert [row.executed_at for row in history.last_beats(node, 2)] == [at(2), at(3)]


def test_the_last_beats_without_a_primary_job_are_of_all(fleet, report):
    node = fleet.node()
    for minutes, method in enumerate(["MEMORY", "DISK_USAGE"]):
        report(fleet.assignment(node=node, method=method), at(minutes))

    assert [row.method_name for row in history.last_beats(node)] == ["MEMORY", "DISK_USAGE"]


@pytest.mark.parametrize(
    ("sent", "error", "source", "expected"),
    [
        pytest.param('{"a": [1.50]}', None, None, '{"a": [1.50]}', id="as it came"),
        pytest.param('{"a":1}', 'say "no"', None, '{"pipeline_overall_error_message":"say \\"no\\"","a":1}', id="with the error"),
        pytest.param("{ }", "no", None, '{"pipeline_overall_error_message":"no"}', id="empty"),
        pytest.param(None, "нет", None, '{"pipeline_overall_error_message":"нет"}', id="only the error"),
        pytest.param(
            "{}",
            "no",
            BULK,
            '{"pipeline_overall_error_message_bulk":"no","pipeline_overall_check_success_bulk":true}',
            id="bulk",
        ),
        pytest.param(
            '{"pipeline_overall_error_message":"theirs","n":1e2}',
            "ours",
            None,
            '{"pipeline_overall_error_message":"ours","n":1e2}',
            id="a name of ours",
        ),
    ],
)
def test_details_pass_through_with_the_error_merged_in(fleet, report, sent, error, source, expected):
    job = fleet.assignment()
    fields = {"details": sent.encode() if sent else None, "error_message": error} | ({"source": source} if source else {})
    report(job, **fields)
    [row] = history.assignment_history(job)

    details = history.get_details(row.id)

    assert row.has_details
    assert details.data == expected
    assert json.loads(details.data)


def test_a_result_without_details_has_none(fleet, report):
    job = fleet.assignment()
    report(job)
    [row] = history.assignment_history(job)

    assert not row.has_details
    assert history.get_details(row.id) is None


@pytest.fixture
def plan(sql):
    def of(statement: str, **parameters) -> str:
        return "\n".join(next(iter(row.values())) for row in sql("EXPLAIN " + statement, **parameters))

    return of


@pytest.fixture
def generic_plan(database):
    """The plan that a prepared statement keeps, whatever its parameters."""

    def of(statement: str, **parameters) -> str:
        with cursor() as cur:
            execute_prepared(cur, "to_explain", statement, parameters)
            places = ", ".join(f"%({name})s" for name in parameters)
            cur.execute(f"EXPLAIN EXECUTE to_explain ({places})", {name: value for name, (_, value) in parameters.items()})
            text = "\n".join(row["QUERY PLAN"] for row in cur)
        connection.close()
        return text

    return of


def test_no_history_reads_more_than_its_own_results(long_history, generic_plan):
    node, jobs = long_history
    page = statements_of_history.Page(50).parameters()

    plans = [
        generic_plan(statements_of_history.OF_NODE, node_id=("bigint", node), method_id=("bigint", None), **page),
        generic_plan(statements_of_history.OF_ASSIGNMENT, assignment_id=("bigint", jobs[0]), **page),
        generic_plan(statements_of_history.BEATS_OF_NODE, node_id=("bigint", node), **page),
    ]

    for text in plans:
        assert not SCAN_OF_MANY.search(text), text
        assert re.search(r"Index Scan.* using check_results_\d+_\d+_pkey", text), text
        assert "Sort Key: c.executed_at DESC\n" not in text, text  # of each job the index gives the order


def test_a_result_is_found_by_its_id_through_the_block_range_index(long_history, plan, sql):
    [found] = sql("SELECT max(id) AS id FROM check_results")

    for statement in (statements_of_history.FIND, statements_of_history.FIND_DETAILS):
        text = plan(statement, id=found["id"])
        assert not SCAN_OF_MANY.search(text), text
        assert "Bitmap Index Scan on check_results_" in text, text


def test_a_long_history_is_read_right(long_history, sql):
    node, jobs = long_history

    rows = history.node_history(node, limit=100)

    expected = sql(
        "SELECT id FROM check_results WHERE assignment_id = ANY (%(jobs)s) ORDER BY executed_at DESC, id DESC LIMIT 100",
        jobs=jobs,
    )
    assert [row.id for row in rows] == [each["id"] for each in expected]
    assert history.find_result(rows[7].id) == rows[7]

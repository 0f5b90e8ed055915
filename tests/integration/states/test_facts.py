"""Facts that state rows keep, and what a changed setting does to a status."""

from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.db.connection import transaction
from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.services.facts import refresh_facts
from statusmonitor.services.ingest import ingest
from statusmonitor.services.keys import recall

SOURCE = ResultSource(None, None, None, "PIPELINE_AGGREGATED_RESULT", None, None)


def refresh(nodes=None):
    with transaction() as cur:
        refresh_facts(cur, nodes)


def limits(sql) -> list[tuple]:
    return [
        tuple(row.values())
        for row in sql("SELECT stale_limit_seconds, stale_limit_source FROM assignment_states ORDER BY assignment_id")
    ]


@pytest.mark.parametrize(
    ("interval", "expected"), [(60, (300, "type:0")), (600, (1200, "interval"))], ids=["time-out", "interval"]
)
def test_the_limit_is_the_larger_of_timeout_and_two_intervals(fleet, sql, interval, expected):
    fleet.assignment(interval=interval)

    assert limits(sql) == [expected]


def test_the_timeout_is_inherited_along_the_tree_of_types(fleet, sql):
    server = fleet.node_type(properties={"timeout_minutes": "15"})
    windows = fleet.node_type(parent=server)

    fleet.assignment(node=fleet.node(node_type_id=windows))

    assert limits(sql) == [(900, f"type:{server}")]


def test_a_longer_timeout_makes_a_stale_job_good_again(fleet, sql):
    job = fleet.assignment()
    ingest([NewCheck(job, datetime.now(UTC) - timedelta(minutes=10), True, True, SOURCE)], recall(str(fleet.key("loader"))))
    assert sql("SELECT status FROM node_states") == [{"status": "warning"}]
    sql("UPDATE assignments SET enabled_at = now() - interval '1 day'")

    sql(
        "UPDATE node_properties SET property_value = '30' WHERE property_type_id = (SELECT id FROM node_property_types WHERE name = 'timeout_minutes')"
    )
    refresh()

    assert sql("SELECT status, is_outdated FROM node_states") == [{"status": "available", "is_outdated": False}]
    assert sql("SELECT count(*) AS n FROM assignment_states WHERE sweep_at = stale_after") == [{"n": 1}]


def test_disabling_the_failing_job_makes_its_node_good(fleet, sql):
    node = fleet.node()
    ping, memory = fleet.assignment(node=node), fleet.assignment(node=node, method="MEMORY")
    now = datetime.now(UTC)
    ingest(
        [NewCheck(ping, now, True, True, SOURCE), NewCheck(memory, now, True, False, SOURCE)], recall(str(fleet.key("loader")))
    )
    assert sql("SELECT status FROM node_states") == [{"status": "warning"}]

    sql("UPDATE assignments SET is_enabled = false WHERE id = %(id)s", id=memory)
    refresh([node])

    assert sql("SELECT status FROM node_states") == [{"status": "available"}]


def test_refreshing_what_has_not_changed_changes_nothing(fleet, sql):
    job = fleet.assignment()
    ingest([NewCheck(job, datetime.now(UTC), True, True, SOURCE)], recall(str(fleet.key("loader"))))
    before = [sql(f"SELECT *, xmin::text FROM {table}") for table in ("assignment_states", "node_states", "live_revision")]

    refresh()

    assert [
        sql(f"SELECT *, xmin::text FROM {table}") for table in ("assignment_states", "node_states", "live_revision")
    ] == before

"""One node as its page shows it."""

from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.domain.status import JobCondition
from statusmonitor.errors import NotFoundError
from statusmonitor.services import sweep
from statusmonitor.services.node_page import get_node, list_job_views

NOW = datetime.now(UTC) - timedelta(minutes=1)


def test_a_node_has_its_place_and_its_type(fleet):
    top = fleet.subdivision(short_name="North")
    site = fleet.subdivision(parent=fleet.subdivision(parent=top, short_name="North-1"), short_name="Hall", object_id=1060)
    server = fleet.node_type(name="Server", icon_filename="server.svg")
    node_id = fleet.node(
        subdivision=site,
        name="SRV",
        ip_address="10.0.0.1",
        description="rack 4",
        node_type_id=fleet.node_type(name="Windows", parent=server),
    )

    node = get_node(node_id)

    assert (node.id, node.name, node.ip_address, node.description) == (node_id, "SRV", "10.0.0.1", "rack 4")
    assert [name for _, name in node.path] == ["North", "North-1", "Hall"]
    assert node.path[0][0] == top
    assert (node.subdivision_id, node.object_id) == (site, 1060)
    assert (node.node_type_name, node.node_type_path, node.icon_filename) == ("Windows", "Server > Windows", "server.svg")
    assert (node.status, node.reason.rule, node.jobs, node.changes) == ("unknown", "no_data", [], [])


def test_the_reason_names_the_job_the_method_and_where_its_limit_came_from(fleet, report):
    slow = fleet.node_type(name="Slow", properties={"timeout_minutes": "30"})
    node_id = fleet.node(node_type_id=fleet.node_type(parent=slow))
    ping, disk = fleet.assignment(node=node_id), fleet.assignment(node=node_id, method="DISK_USAGE")
    report(ping, NOW)
    report(disk, NOW, success=False, error_message="full")

    reason = get_node(node_id).reason

    assert (reason.rule, reason.condition) == ("other_job", JobCondition.CRITERIA_FAILED)
    assert (reason.assignment_id, reason.method_name, reason.message) == (disk, "DISK_USAGE", "full")
    assert (reason.stale_limit_seconds, reason.stale_limit_source) == (1800, "type")
    assert (reason.limit_type_id, reason.limit_type_name) == (slow, "Slow")


def test_a_limit_that_follows_from_the_interval_names_no_type(fleet, report):
    node_id = fleet.node()
    report(fleet.assignment(node=node_id, interval=3600), NOW)

    reason = get_node(node_id).reason

    assert (reason.stale_limit_seconds, reason.stale_limit_source, reason.limit_type_name) == (7200, "interval", None)


def test_jobs_have_their_state_and_their_last_result(fleet, report):
    node_id = fleet.node()
    disk = fleet.assignment(node=node_id, method="DISK_USAGE", interval=600)
    ping = fleet.assignment(node=node_id)
    report(ping, NOW - timedelta(seconds=30))
    report(ping, NOW, success=False, error_message="lost", details=b"{}", duration_ms=17)

    first, second = get_node(node_id).jobs

    assert (first.id, first.is_primary, first.condition, first.message) == (ping, True, JobCondition.CRITERIA_FAILED, "lost")
    assert (first.executed_at, first.effective_at, first.last_good_at) == (NOW, NOW, NOW - timedelta(seconds=30))
    assert first.stale_after == NOW + timedelta(minutes=5)
    result = first.last_result
    assert (result.executed_at, result.check_success, result.duration_ms, result.has_details) == (NOW, False, 17, True)
    assert (result.executor_host, result.executor_object_id) == ("AGENT-HOST", 1060)
    assert (second.id, second.condition, second.last_result, second.check_interval_seconds) == (
        disk,
        JobCondition.PENDING,
        None,
        600,
    )


def test_a_late_result_is_not_the_last_one(fleet, report):
    job = fleet.assignment()
    report(job, NOW)
    report(job, NOW - timedelta(seconds=30), success=False)

    [view] = list_job_views(1)

    assert (view.condition, view.last_result.executed_at) == (JobCondition.GOOD, NOW)


def test_every_condition_is_shown(fleet, report):
    node_id = fleet.node()
    jobs = {
        name: fleet.assignment(node=node_id, is_enabled=name != "disabled")
        for name in ("good", "unclear", "not_available", "disabled", "silent")
    }
    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))
    report(jobs["good"])
    report(jobs["unclear"], success=None)
    report(jobs["not_available"], available=False)

    conditions = {view.id: view.condition for view in get_node(node_id).jobs}

    assert conditions == {job: JobCondition(name) for name, job in jobs.items()}


def test_the_last_transitions_of_the_node_alone_newest_first(fleet, report, sql):
    node_id, other = fleet.node(), fleet.assignment()
    job = fleet.assignment(node=node_id)
    sql("UPDATE node_states SET since = now() - interval '1 day'")
    for seconds, success in enumerate([True, False, None]):
        report(job, NOW + timedelta(seconds=seconds), success=success)
        report(other, NOW + timedelta(seconds=seconds), success=success)

    changes = get_node(node_id).changes

    assert [(change.new_status, change.duration_seconds) for change in changes] == [
        ("warning", None),
        ("unavailable", 1.0),
        ("available", 1.0),
    ]


def test_a_node_that_is_not_there(database):
    with pytest.raises(NotFoundError):
        get_node(10**9)
    with pytest.raises(NotFoundError):
        list_job_views(10**9)


@pytest.mark.parametrize("jobs", [1, 30])
def test_a_node_costs_four_statements_whatever_its_jobs(fleet, report, statements, jobs):
    node_id = fleet.node()
    for _ in range(jobs):
        report(fleet.assignment(node=node_id))
    statements.clear()

    assert len(get_node(node_id).jobs) == jobs
    assert len(statements) == 4

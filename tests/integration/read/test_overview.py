"""The overview against a computation by hand over a random fleet; problems, changes; constant numbers of statements."""

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.domain.marks import MARKS
from statusmonitor.services import live, overview

STATUSES = ("available", "warning", "unavailable", "unknown")


def random_fleet(fleet, sql, seed: int) -> None:
    """Three levels of subdivisions, types with and without an order of their own, nodes with random states."""
    chance = random.Random(seed)
    subdivisions: list[int] = []
    for number in range(12):
        parent = chance.choice([None, *subdivisions[:6]]) if subdivisions else None
        name = f"{chance.choice('abc')}-{number}"
        subdivisions.append(fleet.subdivision(parent=parent, short_name=name, priority=chance.choice([1, 10])))
    plain = fleet.node_type()
    first = fleet.node_type(properties={"display_order": "1"})
    types = [None, plain, first, fleet.node_type(parent=first), fleet.node_type(properties={"display_order": "soon"})]
    for _ in range(60):
        fleet.node(
            subdivision=chance.choice(subdivisions[:10]),
            node_type_id=chance.choice(types),
            name=f"{chance.choice('xyz')}{chance.random()}",
        )
    for row in sql("SELECT node_id FROM node_states ORDER BY node_id"):
        sql(
            "UPDATE node_states SET status = %(status)s, since = %(since)s WHERE node_id = %(id)s",
            id=row["node_id"],
            status=chance.choice(STATUSES),
            since=datetime.now(UTC) - timedelta(minutes=chance.randrange(99)),
        )


def by_hand(sql) -> list[tuple[int, int, list[int], str]]:
    """Return (subdivision, depth, node ids, marks) in the order in which a person would list them."""
    subdivisions = sql("SELECT * FROM subdivisions")
    types = {row["id"]: row for row in sql("SELECT * FROM node_types")}
    orders = {
        row["node_type_id"]: row["property_value"]
        for row in sql(
            "SELECT p.* FROM node_properties p JOIN node_property_types t ON t.id = p.property_type_id WHERE t.name = 'display_order'"
        )
    }
    nodes = sql("SELECT n.*, s.status FROM nodes n JOIN node_states s ON s.node_id = n.id")

    def order_of(type_id) -> int:
        while type_id is not None:
            if type_id in orders:
                return int(orders[type_id]) if orders[type_id].isdigit() else 999
            type_id = types[type_id]["parent_type_id"]
        return int(orders[0])

    def below(parent, depth):
        siblings = [each for each in subdivisions if each["parent_id"] == parent]
        for each in sorted(siblings, key=lambda row: (row["priority"], row["short_name"])):
            own = [node for node in nodes if node["parent_subdivision_id"] == each["id"]]
            own.sort(key=lambda node: (order_of(node["node_type_id"]), node["name"]))
            yield each["id"], depth, [node["id"] for node in own], "".join(MARKS[node["status"]] for node in own)
            yield from below(each["id"], depth + 1)

    return list(below(None, 0))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_overview_is_what_a_person_would_list(fleet, sql, seed):
    random_fleet(fleet, sql, seed)

    found = overview.overview()

    assert [(group.subdivision_id, group.depth, group.node_ids, group.statuses) for group in found.groups] == by_hand(sql)
    marks = "".join(group.statuses for group in found.groups)
    assert found.counts == {status: marks.count(MARKS[status]) for status in STATUSES}
    for group in found.groups:
        assert group.counts == {status: group.statuses.count(MARKS[status]) for status in STATUSES}


def test_the_overview_as_json_says_the_same(fleet, sql):
    random_fleet(fleet, sql, 4)

    text, found = json.loads(overview.overview_json()), overview.overview()

    assert [group["statuses"] for group in text["groups"]] == [group.statuses for group in found.groups]
    assert (text["rev"], text["struct"], text["counts"]) == (found.rev, found.struct, found.counts)
    assert set(text["groups"][0]) == {
        "subdivision_id", "object_id", "short_name", "full_name", "parent_id", "depth", "transport_system_code", "counts", "node_ids", "statuses"
    }  # fmt: skip


def test_an_empty_installation_has_an_empty_overview(database):
    found = overview.overview()

    assert (found.groups, sum(found.counts.values())) == ([], 0)
    assert overview.problems() == overview.recent_changes() == []


def test_an_overview_and_the_deltas_after_it_leave_no_gap(fleet, report):
    job = fleet.assignment()
    report(job)
    found = overview.overview()
    report(job, success=False)

    assert [mark for _, mark, _, _ in live.poll(found.rev, found.struct).nodes] == ["d"]


def test_problems_stand_worst_first_then_newest_first(fleet, sql):
    random_fleet(fleet, sql, 5)

    rows = overview.problems(limit=1000)

    severity = ("unavailable", "warning", "unknown")
    assert [row.node_id for row in rows] == [
        row["node_id"]
        for row in sorted(
            sql("SELECT * FROM node_states WHERE status <> 'available'"),
            key=lambda row: (severity.index(row["status"]), -row["since"].timestamp(), row["node_id"]),
        )
    ]
    assert overview.problems(limit=3) == rows[:3]


def test_a_problem_names_its_place_and_what_is_wrong(fleet, report):
    site = fleet.subdivision(short_name="North")
    node = fleet.node(subdivision=site, name="SRV")
    report(fleet.assignment(node=node))
    disk = fleet.assignment(node=node, method="DISK_USAGE")
    report(disk, success=False, error_message="disk C is full")

    [problem] = overview.problems()

    assert (problem.node_id, problem.node_name, problem.subdivision_id, problem.subdivision_name) == (node, "SRV", site, "North")
    assert (problem.status, problem.method_name) == ("warning", "DISK_USAGE")
    assert problem.reason["assignment_id"] == disk
    assert problem.reason["message"] == "disk C is full"
    assert (problem.is_outdated, problem.has_clock_fault) == (False, False)


def test_a_problem_whose_job_is_gone_is_still_one(fleet, report, sql):
    node = fleet.node()
    report(fleet.assignment(node=node), success=False)
    sql("DELETE FROM assignments")

    assert [(row.node_id, row.method_name) for row in overview.problems()] == [(node, None)]


def test_a_change_says_how_long_the_new_status_lasted(fleet, report, sql):
    start = datetime.now(UTC) - timedelta(minutes=4)  # within the stale limit
    job, other = fleet.assignment(), fleet.assignment()
    sql("UPDATE node_states SET since = now() - interval '1 day'")
    for minutes, success in enumerate([True, False, True]):
        report(job, start + timedelta(minutes=minutes), success=success)
        report(other, start + timedelta(minutes=minutes))

    changes = [change for change in overview.recent_changes() if change.node_id == 1]

    assert [(change.old_status, change.new_status, change.duration_seconds) for change in changes] == [
        ("unavailable", "available", None),
        ("available", "unavailable", 60.0),
        ("unknown", "available", 60.0),
    ]
    assert changes[0].changed_at == start + timedelta(minutes=2)
    assert len(overview.recent_changes(limit=2)) == 2


@pytest.mark.parametrize("nodes", [10, 200])
def test_the_overview_costs_two_statements_whatever_the_fleet(fleet, sql, statements, nodes):
    site = fleet.subdivision()
    sql(
        "WITH made AS (INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || n, %(site)s FROM generate_series(1, %(nodes)s) n RETURNING id)"
        " INSERT INTO node_states (node_id) SELECT id FROM made",
        site=site,
        nodes=nodes,
    )
    statements.clear()

    assert len(overview.overview().groups[0].node_ids) == nodes
    assert len(statements) == 2

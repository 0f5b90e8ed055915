"""The list of nodes: filters, orders, counts, and the strings of last results."""

from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.errors import BadRequestError
from statusmonitor.services.node_list import SORTS, NodeFilter, list_nodes

NOW = datetime.now(UTC) - timedelta(hours=1)


def names(wanted: NodeFilter | None = None) -> list[str]:
    return [row.name for row in list_nodes(wanted or NodeFilter()).items]


def set_state(sql, name: str, status: str, *, minutes: int = 0) -> None:
    sql(
        "UPDATE node_states SET status = %(status)s, since = %(since)s WHERE node_id = (SELECT id FROM nodes WHERE name = %(name)s)",
        name=name,
        status=status,
        since=NOW - timedelta(minutes=minutes),
    )


@pytest.fixture
def named(fleet, sql):
    """Nodes called by their letter, with a status, minutes since then and an address each."""
    north, south = fleet.subdivision(short_name="North"), fleet.subdivision(short_name="South")
    table = [
        ("a", south, "available", 50, "10.0.0.10"),
        ("b", north, "unavailable", 30, "10.0.0.9"),
        ("c", south, "unknown", 20, None),
        ("d", north, "warning", 40, "fe80::1"),
        ("e", north, "unavailable", 10, "9.200.0.1"),
    ]
    for name, site, status, minutes, address in table:
        fleet.node(subdivision=site, name=name, ip_address=address)
        set_state(sql, name, status, minutes=minutes)
    return north, south


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-status", "ebdca"),
        ("status", "acdbe"),
        ("name", "abcde"),
        ("-name", "edcba"),
        ("since", "adbce"),
        ("-since", "ecbda"),
        ("subdivision", "bdeac"),
        ("-subdivision", "caedb"),
        ("ip", "ebadc"),
        ("-ip", "abedc"),
    ],
)
def test_nodes_stand_in_the_wanted_order(named, sort, expected):
    assert "".join(names(NodeFilter(sort=sort))) == expected


def test_worst_and_newest_first_unless_said_otherwise(named):
    assert NodeFilter().sort == "-status"
    assert {sort.removeprefix("-") for sort in ("-status", "name", "since", "subdivision", "ip")} == set(SORTS)


@pytest.mark.parametrize("sort", ["", "-", "--name", "id", "name; DROP TABLE nodes", "NAME"])
def test_an_unknown_order_is_refused(sort):
    with pytest.raises(BadRequestError):
        NodeFilter(sort=sort)


def test_pages_are_parts_of_one_order(named):
    pages = [names(NodeFilter(sort="name", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]

    assert pages == [["a", "b"], ["c", "d"], ["e"], []]
    assert list_nodes(NodeFilter(limit=2)).total_count == 5
    assert names(NodeFilter(limit=-1)) == []


def test_statuses_narrow_the_list_but_not_the_counts(named):
    page = list_nodes(NodeFilter(statuses=("unavailable", "unknown"), sort="name"))

    assert [row.name for row in page.items] == ["b", "c", "e"]
    assert page.total_count == 3
    assert page.counts == {"available": 1, "warning": 1, "unavailable": 2, "unknown": 1}


def test_a_subdivision_takes_those_below_it_along(fleet, named):
    north, south = named
    below = fleet.subdivision(parent=fleet.subdivision(parent=north))
    fleet.node(subdivision=below, name="deep")

    page = list_nodes(NodeFilter(subdivision_id=north, sort="name"))

    assert [row.name for row in page.items] == ["b", "d", "deep", "e"]
    assert sum(page.counts.values()) == page.total_count == 4
    assert names(NodeFilter(subdivision_id=south, sort="name")) == ["a", "c"]
    assert names(NodeFilter(subdivision_id=10**9)) == []


def test_a_type_takes_those_nested_in_it_along(fleet):
    server = fleet.node_type(name="Server")
    windows = fleet.node_type(name="Windows", parent=server)
    fleet.node(name="plain")
    fleet.node(name="server", node_type_id=server)
    fleet.node(name="windows", node_type_id=windows)

    assert names(NodeFilter(node_type_id=server, sort="name")) == ["server", "windows"]
    assert names(NodeFilter(node_type_id=windows)) == ["windows"]
    assert names(NodeFilter(node_type_id=0)) == ["plain"]
    assert names(NodeFilter(node_type_id=10**9)) == []


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("СЕРВЕР", ["Сервер-1"]),
        ("10.20", ["Сервер-1"]),
        ("стойка", ["b%_"]),
        ("%_", ["b%_"]),
        ("'; --", []),
        ("  ", ["b%_", "Сервер-1"]),
    ],
)
def test_a_text_is_found_in_name_address_and_description(fleet, q, expected):
    fleet.node(name="Сервер-1", ip_address="10.20.0.5")
    fleet.node(name="b%_", description="Стойка 4")

    assert names(NodeFilter(q=q, sort="name")) == expected


def test_a_row_has_what_its_type_gives(fleet):
    server = fleet.node_type(name="Server", icon_filename="server.svg", properties={"icon_color": "#112233"})
    windows = fleet.node_type(name="Windows", parent=server)
    fleet.node(name="typed", node_type_id=windows)
    fleet.node(name="plain")

    plain, typed = list_nodes(NodeFilter(sort="name")).items

    assert (typed.node_type_name, typed.node_type_path) == ("Windows", "Server > Windows")
    assert (typed.icon_filename, typed.icon_color) == ("server.svg", "#112233")
    assert (plain.node_type_name, plain.node_type_path) == ("Node", "Node")
    assert (plain.icon_filename, plain.icon_color) == ("other.svg", "#95a5a6")


def test_the_beats_are_the_last_primary_results_oldest_first(fleet, report):
    node = fleet.node()
    ping, disk = fleet.assignment(node=node), fleet.assignment(node=node, method="DISK_USAGE")
    told = [(True, True), (True, False), (True, None), (False, None), (True, True)]
    for minutes, (available, success) in enumerate(told):
        report(ping, NOW + timedelta(minutes=minutes), available=available, success=success)
        report(disk, NOW + timedelta(minutes=minutes), success=False)

    [row] = list_nodes(NodeFilter()).items

    assert row.beats == "adwda"
    assert row.last_result_at == NOW + timedelta(minutes=4)


def test_the_beats_without_a_primary_job_are_of_all_and_at_most_twenty(fleet, report):
    node = fleet.node()
    jobs = [fleet.assignment(node=node, method=method) for method in ("MEMORY", "DISK_USAGE")]
    for minutes in range(24):
        report(jobs[minutes % 2], NOW + timedelta(minutes=minutes), success=minutes % 2 == 0)

    assert list_nodes(NodeFilter()).items[0].beats == "ad" * 10


def test_a_node_that_never_reported_has_no_beats(fleet):
    fleet.assignment()

    [row] = list_nodes(NodeFilter()).items

    assert (row.beats, row.last_result_at, row.status) == ("", None, "unknown")


@pytest.mark.parametrize("nodes", [10, 200])
def test_a_page_costs_four_statements_whatever_its_size(fleet, sql, statements, nodes):
    site = fleet.subdivision()
    sql(
        "WITH made AS (INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || n, %(site)s FROM generate_series(1, %(nodes)s) n RETURNING id)"
        " INSERT INTO node_states (node_id) SELECT id FROM made",
        site=site,
        nodes=nodes,
    )
    statements.clear()

    assert len(list_nodes(NodeFilter(limit=500)).items) == nodes
    assert len(statements) == 4

"""The read routes of the management function: shapes of the contract, who may read, limits, constant statements."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.management.app import lambda_handler
from statusmonitor.config import settings
from statusmonitor.db import connection
from tests.http_events import call

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1)
PATHS = [
    "/api/v1/dashboard",
    "/api/v1/status_detailed",
    "/api/v1/check_methods",
    "/api/v1/nodes/1/checks_history",
    "/api/v1/assignments/1/checks_history",
    "/api/v1/node_checks/1/details",
    "/api/v1/nodes/1/assignments_status",
]


@pytest.fixture
def get(fleet):
    reader = fleet.key("reader")

    def ask(path, key=reader, **query):
        return call(lambda_handler, "GET", path, key=key, query=query)

    return ask


@pytest.fixture
def server(fleet, report):
    """The node of the contract's examples: (subdivision, node, job), reported once."""
    site = fleet.subdivision(object_id=1060, short_name="North", full_name="Northern branch", transport_system_code="TS1060")
    windows = fleet.node_type(name="Windows", parent=fleet.node_type(name="Server", icon_filename="server.svg"))
    node = fleet.node(subdivision=site, name="SRV-APP-01", ip_address="10.20.0.5", node_type_id=windows)
    job = fleet.assignment(node=node, interval=120)
    report(job, NOW, details=b'{"steps_results": [], "pipeline_status_message": "ok"}')
    return site, node, job


def received_at(sql) -> str:
    [row] = sql("SELECT received_at FROM check_results")
    return row["received_at"].isoformat()


@pytest.fixture
def server_on_the_second(server, sql):
    """The same, received at a whole second: of a fraction PostgreSQL writes no trailing zeros and Python does."""
    sql("UPDATE check_results SET received_at = date_trunc('second', received_at)")
    return server


def test_the_dashboard_has_every_field_of_the_contract(get, server_on_the_second, sql):
    site, node, _ = server_on_the_second

    assert get("/api/v1/dashboard").json == [
        {
            "id": site,
            "object_id": 1060,
            "short_name": "North",
            "full_name": "Northern branch",
            "parent_id": None,
            "domain_name": None,
            "transport_system_code": "TS1060",
            "priority": 10,
            "comment": None,
            "icon_filename": None,
            "nodes": [
                {
                    "id": node,
                    "name": "SRV-APP-01",
                    "ip_address": "10.20.0.5",
                    "status_class": "available",
                    "status_text": "доступен (PING)",
                    "node_type_path": "Server > Windows",
                    "icon_filename": "server.svg",
                    "check_timestamp": NOW.isoformat(),
                    "last_checked": received_at(sql),
                    "last_available": NOW.isoformat(),
                    "display_order": 999,
                }
            ],
        }
    ]


def test_the_detailed_status_has_every_field_of_the_contract(get, server_on_the_second, sql):
    site, node, _ = server_on_the_second
    [windows] = sql("SELECT id FROM node_types WHERE name = 'Windows'")

    assert get("/api/v1/status_detailed").json == {
        "nodes": [
            {
                "id": node,
                "node_id": node,
                "name": "SRV-APP-01",
                "ip_address": "10.20.0.5",
                "description": None,
                "subdivision_id": site,
                "subdivision_short_name": "North",
                "node_type_id": windows["id"],
                "node_type_name": "Windows",
                "node_type_path": "Server > Windows",
                "node_type_priority": 10,
                "timeout_minutes": 5,
                "display_order": 999,
                "icon_color": "#95a5a6",
                "icon_filename": "server.svg",
                "is_available": True,
                "check_success": True,
                "last_checked": received_at(sql),
                "last_available": NOW.isoformat(),
                "check_timestamp": NOW.isoformat(),
                "executor_object_id": 1060,
                "executor_host": "AGENT-HOST",
                "status_class": "available",
                "status_text": "доступен (PING)",
            }
        ],
        "subdivisions": [{"id": site, "object_id": 1060, "short_name": "North"}],
    }


def test_an_empty_installation(get):
    assert get("/api/v1/dashboard").json == []
    assert get("/api/v1/status_detailed").json == {"nodes": [], "subdivisions": []}


def test_subdivisions_and_nodes_of_the_dashboard_stand_in_order(fleet, get):
    last = fleet.subdivision(short_name="a")
    first = fleet.subdivision(short_name="z", priority=1, parent=last)
    ahead = fleet.node_type(properties={"display_order": "1"})
    for name, type_id in (("b", None), ("a", None), ("z", ahead)):
        fleet.node(subdivision=first, name=name, node_type_id=type_id)

    dashboard = get("/api/v1/dashboard").json

    assert [(each["id"], each["parent_id"], len(each["nodes"])) for each in dashboard] == [(first, last, 3), (last, None, 0)]
    assert [node["name"] for node in dashboard[0]["nodes"]] == ["z", "a", "b"]


def test_the_newest_primary_job_decides_what_is_shown(fleet, report, get):
    node = fleet.node()
    ping, disk = fleet.assignment(node=node), fleet.assignment(node=node, method="DISK_USAGE")
    report(ping, NOW - timedelta(seconds=30))
    report(ping, NOW - timedelta(seconds=20), available=False)
    report(disk, NOW)

    [shown] = get("/api/v1/status_detailed").json["nodes"]

    assert (shown["status_class"], shown["status_text"]) == ("unavailable", "недоступен (PING)")
    assert (shown["is_available"], shown["check_success"]) == (False, None)
    assert shown["check_timestamp"] == (NOW - timedelta(seconds=20)).isoformat()
    assert shown["last_available"] == (NOW - timedelta(seconds=30)).isoformat()


def test_without_a_primary_job_the_newest_of_all_is_shown(fleet, report, get):
    node = fleet.node()
    for seconds, method in enumerate(["DISK_USAGE", "MEMORY"]):
        report(fleet.assignment(node=node, method=method), NOW + timedelta(seconds=seconds), success=method == "DISK_USAGE")

    [shown] = get("/api/v1/status_detailed").json["nodes"]

    assert shown["check_timestamp"] == (NOW + timedelta(seconds=1)).isoformat()
    assert shown["last_available"] == NOW.isoformat()
    assert shown["status_text"] == "недоступен: критерии не выполнены (MEMORY)"


def test_a_node_that_never_reported_has_no_times(fleet, get):
    fleet.assignment()

    [shown] = get("/api/v1/status_detailed").json["nodes"]

    times = {shown[name] for name in ("check_timestamp", "last_checked", "last_available", "is_available", "check_success")}
    assert times == {None}
    assert (shown["status_class"], shown["status_text"], shown["node_type_path"]) == ("unknown", "нет данных", "Node")


@pytest.mark.parametrize("path", ["/api/v1/dashboard", "/api/v1/status_detailed"])
@pytest.mark.parametrize("nodes", [10, 200])
def test_the_status_of_all_costs_three_statements_and_the_key(fleet, sql, get, statements, path, nodes):
    site = fleet.subdivision()
    sql(
        "WITH made AS (INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || n, %(site)s FROM generate_series(1, %(nodes)s) n RETURNING id)"
        " INSERT INTO node_states (node_id) SELECT id FROM made",
        site=site,
        nodes=nodes,
    )
    get(path)
    statements.clear()

    get(path)

    about_keys = [text for text in statements if "api_keys" in text]
    assert len(statements) - len(about_keys) == 3


def test_the_history_of_a_node_has_every_field_of_the_contract(get, server, sql):
    _, node, job = server
    [result] = sql("SELECT * FROM check_results")
    [method] = sql("SELECT id FROM check_methods WHERE method_name = 'PING'")

    [entry] = get(f"/api/v1/nodes/{node}/checks_history").json

    expected = {
        "id": result["id"],
        "assignment_id": job,
        "method_id": method["id"],
        "method_name": "PING",
        "is_available": True,
        "check_success": True,
        "checked_at": received_at(sql),
        "check_timestamp": NOW.isoformat(),
        "executor_object_id": 1060,
        "executor_host": "AGENT-HOST",
        "resolution_method": "PING",
        "assignment_config_version": None,
        "agent_script_version": "hybrid_agent_v7.1.0",
        "has_details": True,
    }
    assert {name: entry[name] for name in expected} == expected
    [of_job] = get(f"/api/v1/assignments/{job}/checks_history").json
    del expected["assignment_id"]
    assert {name: of_job[name] for name in (*expected, "node_id", "node_name")} == expected | {
        "node_id": node,
        "node_name": "SRV-APP-01",
    }
    assert "assignment_id" not in of_job


def test_the_details_of_a_result_are_a_list_of_one(get, server, sql):
    [result] = sql("SELECT id FROM check_results")

    answer = get(f"/api/v1/node_checks/{result['id']}/details")

    assert answer.json == [
        {
            "id": result["id"],
            "detail_type": "PIPELINE_AGGREGATED_RESULT",
            "data": {"steps_results": [], "pipeline_status_message": "ok"},
        }
    ]
    assert '{"steps_results": [], "pipeline_status_message": "ok"}' in answer.text
    assert get("/api/v1/node_checks/999999/details").json == []


def test_the_states_of_the_jobs_of_a_node(get, server, sql):
    _, node, job = server
    [result] = sql("SELECT id FROM check_results")

    [entry] = get(f"/api/v1/nodes/{node}/assignments_status").json

    expected = {
        "assignment_id": job,
        "method_name": "PING",
        "is_enabled": True,
        "check_interval_seconds": 120,
        "description": None,
        "last_executed_at": NOW.isoformat(),
        "last_check_id": result["id"],
        "last_check_timestamp": NOW.isoformat(),
        "last_check_db_timestamp": received_at(sql),
        "last_is_available": True,
        "last_check_success": True,
        "condition": "good",
        "is_primary": True,
    }
    assert {name: entry[name] for name in expected} == expected
    assert isinstance(entry["pipeline"], list)


@pytest.mark.parametrize(("limit", "given"), [(None, 50), ("7", 7), ("0", 0), ("500", 500), ("100000", 500)])
def test_a_history_is_cut_to_its_limit(fleet, get, sql, limit, given):
    node = fleet.node()
    job = fleet.assignment(node=node)
    sql("INSERT INTO result_sources (fingerprint, detail_type) VALUES (gen_random_uuid(), 'X')")
    sql(
        "INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, is_available)"
        " SELECT %(job)s, now() - make_interval(secs => n), now(), (SELECT max(id) FROM result_sources), true FROM generate_series(1, 600) n",
        job=job,
    )
    query = {} if limit is None else {"limit": limit}

    for path in (f"/api/v1/nodes/{node}/checks_history", f"/api/v1/assignments/{job}/checks_history"):
        assert len(get(path, **query).json) == given


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/api/v1/nodes/{node}/checks_history", {"limit": "-1"}, 400),
        ("/api/v1/nodes/{node}/checks_history", {"limit": "x"}, 400),
        ("/api/v1/nodes/{node}/checks_history", {"method_id": "x"}, 400),
        ("/api/v1/assignments/{job}/checks_history", {"limit": "1.5"}, 400),
        ("/api/v1/nodes/999999/checks_history", {}, 404),
        ("/api/v1/assignments/999999/checks_history", {}, 404),
        ("/api/v1/nodes/999999/assignments_status", {}, 404),
        ("/api/v1/nodes/x/checks_history", {}, 400),
        ("/api/v1/nodes/0/assignments_status", {}, 400),
        ("/api/v1/assignments/-1/checks_history", {}, 400),
        ("/api/v1/node_checks/99999999999999999999/details", {}, 400),
    ],
)
def test_what_cannot_be_answered(get, server, path, query, status):
    _, node, job = server

    answer = get(path.format(node=node, job=job), **query)

    assert (answer.status, answer.error["code"]) == (status, {400: "BAD_REQUEST", 404: "NOT_FOUND"}[status])


def test_the_check_methods_are_a_plain_list(get):
    methods = get("/api/v1/check_methods").json

    assert {tuple(method) for method in methods} == {("id", "method_name", "description")}
    assert "PING" in [method["method_name"] for method in methods]
    assert [method["id"] for method in methods] == sorted(method["id"] for method in methods)


@pytest.mark.parametrize("path", PATHS)
def test_who_may_read(fleet, get, server, path):
    statuses = {role: get(path, key=fleet.key(role)).status for role in ("reader", "admin", "agent", "loader", "configurator")}

    assert statuses == {"reader": 200, "admin": 200, "agent": 403, "loader": 403, "configurator": 403}
    answer = get(path, key=None)
    assert (answer.status, answer.error["code"]) == (401, "UNAUTHORIZED")
    assert "location" not in answer.headers


def test_the_health_is_open(database):
    answer = call(lambda_handler, "GET", "/health")

    assert (answer.status, answer.json) == (200, {"status": "ok", "database_connected": True})


@pytest.fixture
def no_database(monkeypatch):
    """A database that nobody answers for."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    settings.cache_clear()
    connection.close()
    yield
    settings.cache_clear()
    connection.close()


def test_the_health_says_that_the_database_is_gone(no_database):
    answer = call(lambda_handler, "GET", "/health")

    assert (answer.status, answer.json) == (503, {"status": "error", "database_connected": False})

"""GET /api/v1/assignments: what agents get, in which form, and what an unchanged site costs."""

import json

import pytest

from functions.agent_jobs.app import lambda_handler
from statusmonitor.db.connection import transaction
from statusmonitor.repositories import facts
from tests.http_events import call

PIPELINE = [{"type": "PING", "parameters": {"count": 2, "timeout_ms": 800}, "success_criteria": {"rtt_ms": {"<=": 100}}}]
POWERSHELL = {"user-agent": "Mozilla/5.0 (Windows NT; Windows NT 10.0; ru-RU) WindowsPowerShell/5.1.17763.1"}


def fetch(key, object_id=1060, **options):
    query = options.pop("query", {"object_id": object_id})
    return call(lambda_handler, "GET", "/api/v1/assignments", key=key, query=query, **options)


@pytest.fixture
def site(fleet) -> int:
    return fleet.subdivision(object_id=1060)


@pytest.fixture
def agent(fleet):
    return fleet.key("agent")


def test_a_job_has_every_field_of_the_contract(fleet, site, agent):
    node = fleet.node(subdivision=site, name="Сервер «1»\t\"'<&", ip_address="10.20.0.5")
    job = fleet.assignment(node=node, pipeline=PIPELINE, interval=120)

    answer = fetch(agent)

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json == [
        {
            "assignment_id": job,
            "node_id": node,
            "node_name": "Сервер «1»\t\"'<&",
            "ip_address": "10.20.0.5",
            "method_name": "PING",
            "check_interval_seconds": 120,
            "pipeline": PIPELINE,
        }
    ]


def test_the_stored_text_of_a_pipeline_is_not_touched(fleet, site, agent, sql):
    fleet.assignment(node=fleet.node(subdivision=site))
    text = '[ {"type": "PING", "b": 1.50, "a": 1e2,  "type2": "\\u0041\\/"} ]'
    sql("UPDATE assignments SET pipeline = %(text)s", text=text)

    answer = fetch(agent)

    assert answer.text.endswith(f'"pipeline":{text}}}]')


def test_jobs_stand_by_node_name_then_id_with_one_order_of_keys(fleet, site, agent):
    second, first = fleet.node(subdivision=site, name="b"), fleet.node(subdivision=site, name="a")
    jobs = [fleet.assignment(node=node) for node in (second, first, second, first)]

    entries = json.loads(fetch(agent).text, object_pairs_hook=list)

    assert [dict(entry)["assignment_id"] for entry in entries] == [jobs[1], jobs[3], jobs[0], jobs[2]]
    assert {tuple(name for name, _ in entry) for entry in entries} == {
        ("assignment_id", "node_id", "node_name", "ip_address", "method_name", "check_interval_seconds", "pipeline")
    }
    assert fetch(agent).text == fetch(agent).text


def test_only_enabled_jobs_of_the_subdivision_itself_are_given(fleet, site, agent):
    job = fleet.assignment(node=fleet.node(subdivision=site))
    fleet.assignment(node=fleet.node(subdivision=site), is_enabled=False)
    fleet.assignment(node=fleet.node(subdivision=fleet.subdivision(parent=site)))
    fleet.assignment()

    assert [entry["assignment_id"] for entry in fetch(agent).json] == [job]


def test_an_unknown_object_has_no_jobs(agent):
    answer = fetch(agent, 4711)

    assert (answer.status, answer.text) == (200, "[]")


@pytest.mark.parametrize(
    "query", [{}, {"object_id": ""}, {"object_id": "0"}, {"object_id": "-5"}, {"object_id": "1.5"}, {"object_id": "x"}]
)
def test_an_object_id_is_needed(agent, query):
    answer = fetch(agent, query=query)

    assert (answer.status, answer.error["code"]) == (400, "BAD_REQUEST")
    assert "object_id" in answer.error["details"]


@pytest.mark.parametrize("role", ["loader", "configurator", "reader", "admin"])
def test_other_roles_are_refused(fleet, site, role):
    assert fetch(fleet.key(role)).status == 403


@pytest.mark.parametrize("key", [None, "", "agent_0000000000000000_" + "x" * 43, "nonsense"])
def test_no_key_no_jobs(site, key):
    assert fetch(key).status == 401


def test_a_key_in_the_address_is_refused_and_not_echoed(site, agent):
    answer = fetch(None, query={"object_id": 1060, "api_key": str(agent)})

    assert answer.status == 401
    assert agent.secret not in answer.text


def test_a_bound_key_fetches_its_object_and_those_below(fleet, site):
    below = fleet.subdivision(parent=fleet.subdivision(parent=site), object_id=1070)
    fleet.subdivision(object_id=1080)
    job = fleet.assignment(node=fleet.node(subdivision=below))
    bound = fleet.key("agent", object_id=1060)

    assert fetch(bound).json == []
    assert [entry["assignment_id"] for entry in fetch(bound, 1070).json] == [job]
    for foreign in (1080, 4711):
        answer = fetch(bound, foreign)
        assert (answer.status, answer.error["code"]) == (403, "FORBIDDEN")
    assert fetch(fleet.key("agent", object_id=1070)).status == 403


def test_a_revoked_key_is_refused_at_once(fleet, site, agent, sql):
    assert fetch(agent).status == 200
    sql("UPDATE api_keys SET is_active = false")
    sql("UPDATE keys_revision SET revision = revision + 1")

    assert fetch(agent).status == 401


def test_a_key_that_gets_bound_is_bound_at_once(fleet, site, agent, sql):
    fleet.subdivision(object_id=1070)
    assert fetch(agent).status == 200
    sql("UPDATE api_keys SET object_id = 1070")
    sql("UPDATE keys_revision SET revision = revision + 1")

    assert fetch(agent).status == 403


@pytest.mark.parametrize("headers", [None, POWERSHELL], ids=["plain", "powershell"])
def test_an_unchanged_list_is_not_sent_again(fleet, site, agent, headers):
    fleet.assignment(node=fleet.node(subdivision=site))
    first = fetch(agent, headers=headers)

    for known in (first.headers["etag"], f'"other", W/{first.headers["etag"]}', "*"):
        again = fetch(agent, headers={**(headers or {}), "if-none-match": known})
        assert (again.status, again.text) == (304, "")
        assert again.headers["etag"] == first.headers["etag"]
        assert again.headers["vary"] == "User-Agent"


def test_a_changed_list_is_sent_again(fleet, site, agent):
    node = fleet.node(subdivision=site)
    known = fetch(agent).headers["etag"]
    job = fleet.assignment(node=node)
    with transaction() as cur:
        facts.raise_jobs(cur, [node])

    answer = fetch(agent, headers={"if-none-match": known})

    assert [entry["assignment_id"] for entry in answer.json] == [job]
    assert answer.headers["etag"] != known


def test_changes_elsewhere_and_results_leave_the_tag_alone(fleet, site, agent, report):
    job, elsewhere = fleet.assignment(node=fleet.node(subdivision=site)), fleet.node()
    known = fetch(agent).headers["etag"]
    report(job)
    report(job, success=False)
    with transaction() as cur:
        facts.raise_jobs(cur, [elsewhere])

    assert fetch(agent, headers={"if-none-match": known}).status == 304


def test_the_tag_is_that_of_one_object_one_subdivision_and_one_form(fleet, site, agent, sql):
    fleet.subdivision(object_id=1070)
    tags = [fetch(agent).headers["etag"], fetch(agent, 1070).headers["etag"], fetch(agent, headers=POWERSHELL).headers["etag"]]
    sql("DELETE FROM subdivisions WHERE object_id = 1060")
    tags.append(fetch(agent).headers["etag"])
    fleet.subdivision(object_id=1060)
    tags.append(fetch(agent).headers["etag"])

    assert len(set(tags)) == 5


@pytest.mark.parametrize(
    ("jobs", "given"),
    [(0, [None, None]), (1, [0, 0]), (2, [0, 1]), (3, [0, 1, 2])],
    ids=["none: two entries to skip", "one: twice", "two", "three"],
)
@pytest.mark.parametrize("client", ["Mozilla/5.0 WindowsPowerShell/5.1", "Mozilla/5.0 (Linux) PowerShell/7.4.1"])
def test_powershell_gets_a_list_it_does_not_unroll(fleet, site, agent, jobs, given, client):
    node = fleet.node(subdivision=site)
    made = [fleet.assignment(node=node) for _ in range(jobs)]

    answer = fetch(agent, headers={"user-agent": client})

    assert answer.headers["vary"] == "User-Agent"
    assert [entry.get("assignment_id") for entry in answer.json] == [None if place is None else made[place] for place in given]


def test_others_get_the_plain_list(fleet, site, agent):
    assert fetch(agent).json == []
    fleet.assignment(node=fleet.node(subdivision=site))

    answer = fetch(agent, headers={"user-agent": "statusmonitor-agent/1.0 powershell"})

    assert len(answer.json) == 1
    assert answer.headers["vary"] == "User-Agent"


@pytest.mark.parametrize("jobs", [1, 40])
def test_an_unchanged_site_costs_one_statement_and_a_changed_one_two(fleet, site, agent, statements, jobs):
    node = fleet.node(subdivision=site)
    for _ in range(jobs):
        fleet.assignment(node=node)
    known = fetch(agent).headers["etag"]

    statements.clear()
    fetch(agent, headers={"if-none-match": known})
    assert len(statements) == 1

    statements.clear()
    fetch(agent)
    assert len(statements) == 2

"""What the pages show: counters, reasons, steps, filters, paging, history, the live poll."""

import html
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.services.events import NewEvent, add_event
from tests.http_events import call
from tests.integration.web.conftest import PIPELINE, step


@pytest.fixture
def small_fleet(fleet, report):
    """One node of each status."""
    north = fleet.subdivision(short_name="North")
    below = fleet.subdivision(short_name="North-1", parent=north)
    nodes = {
        name: fleet.node(subdivision=below, name=f"N-{name}", ip_address=f"10.0.0.{place}")
        for place, name in enumerate(("up", "warn", "down", "none"), 1)
    }
    jobs = {name: fleet.assignment(node=node, pipeline=PIPELINE, interval=120) for name, node in nodes.items()}
    lost = {
        "steps_results": [step(available=False, success=None, ErrorMessage="no reply", Details={"packet_loss_percent": 100})],
        "pipeline_error_message": "step 1 (PING): no reply",
    }
    report(jobs["up"])
    report(jobs["warn"], check_success=None)
    report(jobs["down"], is_available=False, check_success=None, detail_data=lost)
    return {"north": north, "below": below, "nodes": nodes, "jobs": jobs}


def text(browser, path: str, **options) -> str:
    answer = browser.get(path, **options)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def test_an_empty_monitor_shows_the_first_steps(browser):
    page = text(browser, "/?lang=en")

    assert "Nothing is watched yet" in page
    assert "create-api-key" in page


def test_the_first_steps_work_as_printed(browser, fleet):
    from functions.management.app import lambda_handler

    page = html.unescape(text(browser, "/?lang=en"))
    commands = re.findall(r"/api/v1/(\S+) \\\s+-d '([^']+)'", page.split("data-first-steps")[1])
    key = fleet.key("admin")

    answers = [call(lambda_handler, "POST", f"/api/v1/{path}", body=body, key=key) for path, body in dict(commands).items()]

    assert list(dict(commands)) == ["subdivisions", "nodes", "assignments/bulk_create"]
    assert [answer.status for answer in answers] == [201, 201, 201]
    assert "SRV-APP-01" in text(browser, "/?lang=en")


def test_the_overview_counts_and_names_problems(browser, small_fleet):
    page = text(browser, "/?lang=en")

    assert "<title>(1) Overview" in page
    assert page.count('data-count="unavailable">1<') == 1
    assert 'data-count="problems">3<' in page
    assert "step 1 (PING): no reply" in page
    assert page.index("N-down") < page.index("N-warn") < page.index("N-none")


def test_the_packed_map_holds_every_node(browser, small_fleet):
    fleet = json.loads(text(browser, "/ui/map"))

    [[_id, depth, name, _code, statuses, steps]] = fleet["groups"]
    ids = [sum(steps[: place + 1]) for place in range(len(steps))]
    by_id = dict(zip(ids, statuses, strict=True))
    nodes = small_fleet["nodes"]
    assert (depth, name) == (1, "North-1")
    assert by_id == {nodes["up"]: "a", nodes["warn"]: "w", nodes["down"]: "d", nodes["none"]: "u"}
    assert nodes["down"] in dict(fleet["recent"])


def test_the_list_counts_each_subdivision(browser, small_fleet):
    page = text(browser, "/?view=list")

    assert f'/status?sub={small_fleet["below"]}&amp;st=unavailable">1<' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"N-up", "N-warn", "N-down", "N-none"}),
        ("q=N-d", {"N-down"}),
        ("q=10.0.0.2", {"N-warn"}),
        ("st=unavailable,warning", {"N-down", "N-warn"}),
        ("st=nonsense", {"N-up", "N-warn", "N-down", "N-none"}),
        ("q=nothing", set()),
        ("q=%00%25'", set()),
        ("sub=999", set()),
        ("sort=;drop&page=-3&sub=a&type=1e9", {"N-up", "N-warn", "N-down", "N-none"}),
        ("page=99", set()),
    ],
)
def test_the_node_table_filters_by_its_address(browser, small_fleet, query, expected):
    page = text(browser, f"/status?{query}")

    assert {name for name in ("N-up", "N-warn", "N-down", "N-none") if f">{name}</a>" in page} == expected


def test_a_branch_takes_the_subdivisions_below_along(browser, small_fleet):
    assert ">N-up</a>" in text(browser, f"/status?sub={small_fleet['north']}")


def test_a_fragment_is_the_table_alone_but_history_wants_the_page(browser, small_fleet):
    fragment = text(browser, "/status?st=warning", headers={"HX-Request": "true"})
    restored = text(browser, "/status?st=warning", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})

    assert "<html" not in fragment
    assert 'id="nodes"' in fragment
    assert "<html" in restored


def test_pages_of_the_table_keep_the_filters(browser, fleet):
    site = fleet.subdivision()
    for number in range(51):
        fleet.node(subdivision=site, name=f"M-{number:03}")

    first = text(browser, "/status?q=M-&sort=name")
    second = text(browser, "/status?q=M-&sort=name&page=2")

    assert 'rel="next" href="/status?q=M-&amp;sort=name&amp;page=2"' in first
    assert ">M-050</a>" not in first
    assert ">M-050</a>" in second
    assert 'rel="prev" href="/status?q=M-&amp;sort=name"' in second


def test_the_node_says_why(browser, small_fleet):
    page = text(browser, f"/nodes/{small_fleet['nodes']['down']}?lang=en")

    assert "PING got no answer" in page
    assert "the worst primary job decides" in page
    assert "packet_loss_percent &lt; 50" in page
    assert "5\u00a0min, inherited from the node type “Node”" in page
    assert "not run: an earlier step got no answer" in page
    assert "DISK_USAGE" in page


def test_results_that_were_not_run_are_not_made_up_for_a_good_node(browser, small_fleet):
    page = text(browser, f"/nodes/{small_fleet['nodes']['up']}?lang=en")

    assert "All jobs report good results" in page
    assert "step--skipped" not in page


def test_history_is_paged_by_time_and_loses_nothing(browser, fleet, report):
    node = fleet.node()
    jobs = [fleet.assignment(node=node, method=method) for method in ("PING", "MEMORY", "DNS")]
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    checks = {report(job, check_timestamp=(at - timedelta(minutes=minute)).isoformat()) for minute in range(12) for job in jobs}

    seen, address = set(), f"/nodes/{node}"
    while address:
        page = text(browser, address)
        part = page.split('id="history"')[1].split("</section>")[0]
        seen |= {int(row.split('"')[0]) for row in part.split('id="result-')[1:]}
        address = part.split('rel="next" href="')[1].split("#")[0].replace("&amp;", "&") if 'rel="next"' in part else None

    assert seen == checks


@pytest.mark.parametrize(
    "address", ["/nodes/99", "/results/99", "/results/99.json", "/nothing", "/nodes/abc", "/nodes/99999999999999999999"]
)
def test_what_is_not_there_is_404_in_the_same_look(browser, address):
    answer = browser.get(address)

    assert answer.status_code == 404
    assert "Status Monitor" in answer.get_data(as_text=True)


def test_a_broken_cursor_is_refused(browser, small_fleet):
    assert browser.get(f"/nodes/{small_fleet['nodes']['up']}?before=yesterday").status_code == 400


def test_events_filter_by_their_address(browser, fleet):
    node = fleet.node()
    add_event(NewEvent(event_type="FILE_PROCESSED", message="file one"))
    add_event(NewEvent(event_type="AGENT_SILENT", message="agent two", severity="CRITICAL", node_id=node))

    assert "agent two" not in text(browser, "/events?sev=INFO")
    assert "file one" not in text(browser, "/events?sev=ERROR,CRITICAL")
    assert "agent two" not in text(browser, "/events?q=ONE")
    assert "file one" not in text(browser, f"/events?node={node}")
    assert "file one" not in text(browser, "/events?from=2999-01-01T00:00")
    assert "file one" in text(browser, "/events?from=nonsense&sev=NONE&node=x")


def test_the_poll_is_silent_until_something_shows(browser, small_fleet, report):
    fleet = json.loads(text(browser, "/ui/map"))
    address = f"/ui/live?since={fleet['rev']}&struct={fleet['struct']}"

    silent = browser.get(address)
    report(small_fleet["jobs"]["up"])
    confirmed = browser.get(address)
    report(small_fleet["jobs"]["up"], check_success=False)
    news = browser.get(address).json

    assert (silent.status_code, confirmed.status_code) == (204, 204)
    assert [row[:2] for row in news["n"]] == [[small_fleet["nodes"]["up"], "d"]]
    assert news["counts"] == {"available": 0, "warning": 1, "unavailable": 2, "unknown": 1}
    assert [(each["name"], each["old"], each["new"]) for each in news["ev"]] == [("N-up", "available", "unavailable")]
    assert news["reset"] is False


def test_a_page_that_begins_now_has_nothing_to_catch_up(browser, small_fleet):
    page = text(browser, "/")
    rev, struct = (page.split(f'data-{name}="')[1].split('"')[0] for name in ("rev", "struct"))

    assert browser.get(f"/ui/live?since={rev}&struct={struct}").status_code == 204


@pytest.mark.parametrize(
    "query", ["", "since=1", "since=a&struct=1", "since=-1&struct=1", "since=1&struct=" + "9" * 40, "since=\u0661&struct=1"]
)
def test_a_poll_that_cannot_be_read_is_400(browser, query):
    answer = browser.get(f"/ui/live?{query}")

    assert (answer.status_code, answer.mimetype) == (400, "application/json")

"""Whatever agents and operators write shows as text on every page: markup, control characters, bidirectional tricks."""

import json

import pytest

from statusmonitor.services.events import NewEvent, add_event
from tests.integration.web.conftest import PIPELINE, step

SCRIPT = "<script>alert('x')</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
BIDI = "safe\u202egnp.exe\u0007\u001b[31m"


@pytest.fixture
def hostile(fleet, report):
    """A node whose every text is hostile, with a result and an event; returns the ids."""
    top = fleet.subdivision(short_name=f"North {SCRIPT}", full_name=IMAGE)
    kind = fleet.node_type(name=f"type {SCRIPT}", properties={"icon_color": '#fff" onload="alert(1)'}, icon_filename=IMAGE)
    node = fleet.node(subdivision=top, name=f"node {SCRIPT}", ip_address="10.0.0.1", description=IMAGE, node_type_id=kind)
    job = fleet.assignment(node=node, pipeline=[*PIPELINE, {"type": SCRIPT, "success_criteria": {IMAGE: {"==": SCRIPT}}}])
    check = report(
        job,
        is_available=False,
        check_success=None,
        executor_host=IMAGE,
        agent_script_version=SCRIPT,
        detail_data={
            "steps_results": [
                step(SCRIPT, available=False, ErrorMessage=IMAGE + BIDI, Details={IMAGE: SCRIPT, "nested": {SCRIPT: [BIDI]}})
            ],
            "pipeline_error_message": SCRIPT + BIDI,
        },
    )
    event = add_event(
        NewEvent(
            event_type="T<b>",
            message=SCRIPT + BIDI,
            severity="ERROR",
            source=IMAGE,
            node_id=node,
            details=json.dumps({SCRIPT: BIDI}),
        )
    )
    return {"node": node, "check": check, "event": event, "subdivision": top}


def addresses(ids: dict) -> list[str]:
    return [
        "/",
        "/?view=list",
        "/status",
        f"/status?q={SCRIPT}",
        f"/status?sub={ids['subdivision']}",
        f"/nodes/{ids['node']}",
        f"/results/{ids['check']}",
        "/events",
        f"/events?q={SCRIPT}&type={SCRIPT}",
        "/ui/problems",
        "/ui/changes",
        f"/ui/nodes/{ids['node']}/hint",
    ]


def test_hostile_text_shows_as_text_on_every_page(browser, hostile):
    shown = {address: browser.get(address).get_data(as_text=True) for address in addresses(hostile)}

    for address, page in shown.items():
        assert SCRIPT not in page, address
        assert "<img" not in page, address
        assert "onload=" not in page.replace("&#34; onload=", ""), address
        assert "\u202e" not in page, address
        assert "\u001b" not in page, address
        assert "\u0007" not in page, address
    assert "&lt;script&gt;alert" in shown[f"/nodes/{hostile['node']}"]
    assert "\u27e8U+202E\u27e9" in shown[f"/results/{hostile['check']}"]
    assert "\u27e8U+001B\u27e9" in shown["/events"]


def test_hostile_text_is_harmless_in_data_for_scripts(browser, hostile):
    packed = browser.get("/ui/map")
    news = browser.get("/ui/live?since=0&struct=1")
    raw = browser.get(f"/results/{hostile['check']}.json")

    for answer in (packed, news, raw):
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert raw.json["steps_results"][0]["StepType"] == SCRIPT


def test_a_long_chain_of_unseen_characters_is_made_visible(browser, fleet):
    fleet.node(name="a\u200b\u200b\u2066b\ufeffc\u00ad")

    page = browser.get("/status").get_data(as_text=True)

    assert "a\u27e8U+200B\u27e9\u27e8U+200B\u27e9\u27e8U+2066\u27e9b\u27e8U+FEFF\u27e9c\u27e8U+00AD\u27e9" in page


@pytest.mark.parametrize(
    "details",
    [
        {"steps_results": "no list"},
        {"steps_results": [1, None, "x", [], {}]},
        {
            "steps_results": [
                {"StepType": 7, "Details": [1], "ErrorMessage": {"a": 1}, "duration_ms": "long", "CheckSuccess": "yes"}
            ]
        },
        {"steps_results": [{"StepType": "PING", "Details": {"packet_loss_percent": [1]}, "duration_ms": True}]},
        {"anything": {"else": [1, 2, {"deep": None}]}},
        {},
    ],
)
def test_details_of_any_shape_make_a_page(browser, fleet, report, details):
    node = fleet.node()
    check = report(fleet.assignment(node=node, pipeline=PIPELINE), detail_data=details)

    assert browser.get(f"/results/{check}").status_code == 200
    assert browser.get(f"/nodes/{node}").status_code == 200


@pytest.mark.parametrize(
    "pipeline",
    [
        [],
        [{"type": "PING", "success_criteria": "no object"}],
        [{"success_criteria": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}}],
    ],
)
def test_pipelines_of_any_shape_make_a_page(browser, fleet, report, pipeline):
    node = fleet.node()
    report(
        fleet.assignment(node=node, pipeline=pipeline), check_success=False, detail_data={"steps_results": [step(success=False)]}
    )

    assert browser.get(f"/nodes/{node}").status_code == 200


def test_a_broken_clock_is_shown_with_the_time_as_sent(browser, fleet, report):
    node = fleet.node()
    check = report(fleet.assignment(node=node), check_timestamp="9999-01-01T00:00:00Z")

    assert "9999-01-01T00:00:00Z" in browser.get(f"/results/{check}?lang=en").get_data(as_text=True)
    assert "The clock of the agent is wrong" in browser.get(f"/nodes/{node}?lang=en").get_data(as_text=True)

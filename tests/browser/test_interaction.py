"""Keyboard, search, filters, map and bars under a user's hands."""

import re
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD


def test_signing_in_with_the_keyboard_alone(visit):
    window = visit(signed_in=False, locale="en-GB")
    page = window.page
    page.goto(window.address + "/events")
    page.keyboard.type("viewer")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Events")


def test_a_walk_over_the_map(visit, site):
    page = visit(locale="en-GB").go("/")
    page.wait_for_selector(".map__label")
    said = page.locator("[data-map-said]")
    page.locator("[data-map-window]").focus()

    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("N-up-1")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("N-down")
    page.keyboard.press("End")
    expect(said).to_contain_text("N-warn")
    expect(page.locator("[data-tip]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-tip]")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/nodes/\d+$"))


def test_the_map_under_the_pointer(visit, site):
    page = visit(locale="en-GB").go("/")
    head = page.locator(".map__label").first.bounding_box()

    page.mouse.move(head["x"] + 8, head["y"] + head["height"] + 12)

    expect(page.locator("[data-tip]")).to_contain_text("N-up-1")
    page.mouse.click(head["x"] + 8, head["y"] + head["height"] + 12)
    expect(page).to_have_url(re.compile(rf"/nodes/{site['nodes']['up-1']}$"))


def test_the_map_of_troubles_only_is_remembered(visit, site):
    page = visit(locale="en-GB").go("/")
    expect(page.locator(".map__label")).to_have_count(2)

    page.get_by_label("only troubles").check()

    expect(page.locator(".map__label")).to_have_count(1)
    page.reload()
    expect(page.locator(".map__label")).to_have_count(1)


def test_shortcuts_lead_everywhere(visit, site):
    page = visit(locale="en-GB").go("/")

    page.keyboard.press("g")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nodes")
    page.wait_for_selector("html[data-ready]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".row-link").first).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-search]")).not_to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/nodes/\d+$"))


def test_single_keys_can_be_switched_off(visit, site):
    page = visit(locale="en-GB").go("/")
    page.keyboard.press("?")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")

    page.keyboard.press("p")

    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "live")


def test_searching_and_filtering_stand_in_the_address(visit, site):
    page = visit(locale="en-GB").go("/status?st=unavailable,available")
    expect(page.locator("tbody tr")).to_have_count(3)

    page.locator("[data-search]").fill("up")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.locator("select[name=sub]").select_option(label="North-1")
    expect(page.locator("tbody tr")).to_have_count(1)

    assert dict(parse_qsl(page.url.split("?")[1])) == {"q": "up", "sub": str(site["below"]), "st": "unavailable,available"}
    page.reload()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("[data-search]")).to_have_value("up")


def test_back_shows_the_table_before_the_filter(visit, site):
    page = visit(locale="en-GB").go("/status")
    page.locator("select[name=sub]").select_option(label="North-1")
    expect(page.locator("tbody tr")).to_have_count(4)

    page.go_back()

    expect(page.locator("tbody tr")).to_have_count(5)


def test_the_bar_of_results_speaks_and_opens(visit, site):
    page = visit(locale="en-GB").go(f"/nodes/{site['nodes']['down']}")
    page.locator("[data-beats]").focus()

    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-tip]")).to_contain_text("Down")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-tip]")).to_contain_text("Good")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/results/\d+$"))


def test_times_follow_the_viewers_zone_and_can_be_utc(visit, site):
    page = visit(locale="en-GB").go(f"/nodes/{site['nodes']['down']}")
    time = page.locator("#history time").first
    local = time.text_content()
    assert "GMT+5" in time.get_attribute("title")

    page.locator("[data-zone-switch]").click()

    expect(time).not_to_have_text(local)
    assert "UTC" in time.get_attribute("title")


def test_the_theme_turns_at_once_and_is_kept(visit, site):
    page = visit(color_scheme="light").go("/")
    page.locator("[data-menu] summary").click()

    page.locator("[data-theme-choice=dark]").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).colorScheme") == "dark"


@pytest.mark.parametrize("path", ["/", "/status", "/nodes/{node}", "/results/{check}", "/events"])
def test_agent_text_with_markup_is_text(visit, fleet, report, sql, path):
    node = fleet.node(name="<img src=x onerror=document.title='pwned'>")
    job = fleet.assignment(node=node)
    hostile = {
        "StepType": "<b>x</b>",
        "IsAvailable": False,
        "ErrorMessage": "<script>document.title='pwned'</script>\u202e",
        "Details": {},
    }
    report(
        job,
        is_available=False,
        check_success=None,
        detail_data={"steps_results": [hostile], "pipeline_error_message": "<svg onload=alert(1)>"},
    )
    check = sql("SELECT max(id) AS id FROM check_results")[0]["id"]
    page = visit().go(path.format(node=node, check=check))

    if path == "/":
        page.locator("[data-map-window]").focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("[data-tip]")).to_contain_text("<img src=x")
    assert "pwned" not in page.title().replace("document.title='pwned'", "")
    assert page.locator("main img, main script, main b:text-is('x')").count() == 0


def test_ten_thousand_nodes_stay_few_elements(visit, sql, fleet):
    first = fleet.subdivision(short_name="First")
    sql(
        """
        INSERT INTO subdivisions (object_id, short_name, object_path) SELECT 5000 + n, 'Site ' || n, ARRAY[5000 + n] FROM generate_series(1, 499) n;
        INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || n, s.id
          FROM generate_series(1, 10000) n JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM subdivisions) s ON s.place = 1 + n %% 500;
        INSERT INTO node_states (node_id, status) SELECT id, CASE WHEN id %% 100 = 0 THEN 'unavailable' ELSE 'available' END FROM nodes;
        UPDATE live_revision SET rev = rev + 1, struct = struct + 1
        """,
        first=first,
    )
    page = visit(locale="en-GB").go("/")
    page.wait_for_selector(".map__label")

    expect(page.locator("[data-map-groups]")).to_contain_text("500")
    assert page.evaluate("document.querySelectorAll('*').length") < 1500
    page.locator("[data-map-scroll]").evaluate("element => element.scrollTo(0, element.scrollHeight)")
    page.locator("[data-map-window]").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-tip]")).to_be_visible()

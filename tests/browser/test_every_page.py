"""Every page, in both languages, light and dark, wide and on a phone: nothing in the console, nothing that axe finds."""

import pytest
from playwright.sync_api import expect

from functions.management.app import lambda_handler
from statusmonitor.services.events import NewEvent, add_event
from tests.browser.conftest import PASSWORD, PATIENCE_MS
from tests.http_events import call


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("locale", "word"), [("ru-RU", "Обзор"), ("en-GB", "Overview")])
def test_pages_are_clean_and_accessible(visit, site, sql, width, theme, locale, word):
    add_event(
        NewEvent(
            event_type="FILE_PROCESSED", message="a file", severity="ERROR", node_id=site["nodes"]["down"], details='{"a": 1}'
        )
    )
    window = visit(width=width, color_scheme=theme, locale=locale)
    check = sql("SELECT max(id) AS id FROM check_results")[0]["id"]
    paths = [
        "/",
        "/?view=list",
        "/status",
        "/status?q=nothing",
        f"/nodes/{site['nodes']['down']}",
        f"/nodes/{site['nodes']['none']}",
    ]

    for path in [*paths, f"/results/{check}", "/events", "/account"]:
        page = window.go(path)
        assert window.axe() == {}, path
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, path
    expect(window.go("/").get_by_role("heading", level=1)).to_have_text(word)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_opens_over_a_page_is_accessible_too(visit, site, theme):
    window = visit(color_scheme=theme)
    page = window.go("/")

    page.locator("[data-menu] summary").click()
    assert window.axe() == {}
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("[data-help]")).to_be_visible()
    assert window.axe() == {}


@pytest.mark.parametrize("path", ["/login", "/account/password", "/nodes/999999"])
def test_pages_without_navigation_are_accessible(visit, path):
    window = visit(signed_in=path != "/login")
    window.page.goto(window.address + path)

    assert window.axe() == {}
    window.errors[:] = [error for error in window.errors if "404" not in error]


def test_an_empty_monitor_says_what_to_do_first_and_notices_the_first_node(visit, fleet):
    window = visit(locale="en-GB")
    page = window.go("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is watched yet")
    assert window.axe() == {}

    site, key = fleet.subdivision(), fleet.key("admin")
    made = call(lambda_handler, "POST", "/api/v1/nodes", key=key, body={"name": "first", "parent_subdivision_id": site})

    assert made.status == 201
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview", timeout=PATIENCE_MS)


def test_everything_can_be_read_without_scripts(visit, site):
    window = visit(signed_in=False, java_script_enabled=False, locale="en-GB")
    page = window.page
    page.goto(window.address + f"/nodes/{site['nodes']['down']}")
    page.get_by_label("User name").fill("viewer")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("N-down")
    expect(page.get_by_text("PING got no answer")).to_be_visible()
    page.get_by_role("link", name="Overview").first.click()
    page.get_by_role("link", name="The list does not.").click()
    expect(page.get_by_role("link", name="North-1")).to_be_visible()
    page.goto(window.address + "/status?st=unavailable")
    expect(page.locator("tbody tr")).to_have_count(1)


def test_on_paper_controls_are_gone_and_the_words_stay(visit, site):
    window = visit(color_scheme="dark")
    page = window.go("/status")

    page.emulate_media(media="print")

    expect(page.locator(".side")).to_be_hidden()
    expect(page.locator(".filters")).to_be_hidden()
    expect(page.locator(f"#node-{site['nodes']['down']}")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_forced_colours_keep_shapes_and_words(visit, site):
    window = visit(forced_colors="active", reduced_motion="reduce")
    page = window.go("/")

    expect(page.locator("[data-tile=unavailable]")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.querySelector('.tile')).transitionDuration") == "0s"


def test_nothing_is_cut_off_at_320_pixels(visit, site):
    window = visit(width=320)

    for path in ("/", "/status", f"/nodes/{site['nodes']['down']}", "/events", "/account"):
        page = window.go(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path

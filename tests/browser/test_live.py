"""Live updates: a result that an agent posts shows by itself, everywhere; pause, loss and end of the session are told."""

from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

from functions.management.app import lambda_handler
from statusmonitor.services.events import NewEvent, add_event
from tests.browser.conftest import PATIENCE_MS
from tests.http_events import call

expect.set_options(timeout=PATIENCE_MS)


def go_down(report, job: int) -> None:
    report(job, is_available=False, check_success=None, detail_data={"pipeline_error_message": "cable <b>cut</b>"})


def cell_color(page, label: str) -> list[int]:
    """Return the colour of the first cell of a group on the canvas, near its lower left corner."""
    return page.evaluate(
        """label => {
          const head = [...document.querySelectorAll('.map__label')].find((each) => each.querySelector('a').textContent === label);
          const canvas = document.querySelector('[data-map-canvas]');
          const box = canvas.getBoundingClientRect(), at = head.getBoundingClientRect();
          const x = (at.left - box.left + 4) * devicePixelRatio, y = (at.bottom - box.top + 6) * devicePixelRatio;
          return [...canvas.getContext('2d').getImageData(x, y, 1, 1).data].slice(0, 3);
        }""",
        label,
    )


def test_a_posted_result_changes_everything_on_the_overview(visit, site, report):
    page = visit().go("/")
    page.wait_for_selector(".map__label")
    before = cell_color(page, "North")

    go_down(report, site["jobs"]["up-1"])

    expect(page.locator("[data-tile=unavailable] b")).to_have_text("2")
    expect(page.locator("[data-tile=available] b")).to_have_text("1")
    expect(page.locator(".side [data-count=problems]")).to_have_text("4")
    expect(page).to_have_title("(2) Обзор · Status Monitor")
    expect(page.locator(f"#problem-{site['nodes']['up-1']}")).to_contain_text("cable <b>cut</b>")
    expect(page.locator("#changes")).to_contain_text("N-up-1")
    expect(page.locator("[data-announce]")).to_have_text("Недоступны: N-up-1")
    assert ">2</text>" in unquote(page.locator("[data-favicon]").get_attribute("href"))
    after = cell_color(page, "North")
    assert before != after
    assert after[0] > after[1] + 60  # red

    report(site["jobs"]["up-1"])
    expect(page.locator("[data-tile=unavailable] b")).to_have_text("1")
    expect(page).to_have_title("(1) Обзор · Status Monitor")


def test_two_windows_show_the_same(visit, site, report):
    overview, table = visit().go("/"), visit().go("/status")

    go_down(report, site["jobs"]["up-2"])

    expect(overview.locator("[data-tile=unavailable] b")).to_have_text("2")
    expect(table.locator(f"#node-{site['nodes']['up-2']} .pill")).to_have_text("Недоступен")


def test_the_page_of_a_node_follows_its_node(visit, site, report):
    page = visit(locale="en-GB").go(f"/nodes/{site['nodes']['up-1']}")
    expect(page.locator(".pill--big")).to_contain_text("Up")

    go_down(report, site["jobs"]["up-1"])

    expect(page.locator(".pill--big")).to_contain_text("Down")
    expect(page.locator(".why__message")).to_have_text("cable <b>cut</b>")
    expect(page.locator("#history tbody tr").first).to_contain_text("Down")


def test_a_filtered_table_loses_the_row_that_no_longer_fits(visit, site, report):
    page = visit().go("/status?st=unavailable")
    expect(page.locator("tbody tr")).to_have_count(1)

    report(site["jobs"]["down"])

    expect(page.locator(".empty")).to_be_visible()


def test_a_new_node_comes_by_itself(visit, site, fleet):
    page = visit().go("/")
    page.wait_for_selector(".map__label")

    made = call(
        lambda_handler,
        "POST",
        "/api/v1/nodes",
        key=fleet.key("admin"),
        body={"name": "N-new", "parent_subdivision_id": site["north"]},
    )
    assert made.status == 201

    expect(page.locator("[data-tile=unknown] b")).to_have_text("2")
    expect(page.locator(".map__label", has=page.get_by_text("North", exact=True)).locator("small").last).to_have_text("2")


def test_typing_survives_an_update(visit, site, report):
    page = visit().go("/status")
    search = page.locator("[data-search]")
    with page.expect_response(lambda answer: "/status?" in answer.url and "q=N-" in answer.url):
        search.press_sequentially("N-")

    go_down(report, site["jobs"]["up-1"])

    expect(page.locator(f"#node-{site['nodes']['up-1']} .pill")).to_have_text("Недоступен")
    expect(search).to_be_focused()
    expect(search).to_have_value("N-")
    search.press_sequentially("up-2")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page).to_have_url(page.url.split("/status")[0] + "/status?q=N-up-2")


def test_opened_details_and_focus_survive_an_update(visit, site, report):
    page = visit().go(f"/nodes/{site['nodes']['down']}")
    page.locator(".step__more summary").first.click()
    link = page.locator("#history .row-link").first
    link.focus()

    report(site["jobs"]["down"])

    expect(page.locator(".pill--big")).to_contain_text("Доступен")
    assert page.evaluate("document.activeElement.matches('.row-link')")


def test_pause_holds_the_page_and_resume_catches_up(visit, site, report):
    page, witness = visit().go("/"), visit().go("/")
    page.keyboard.press("p")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-state", "paused")
    polls = []
    page.on("request", lambda request: "/ui/live" in request.url and polls.append(request.url))

    go_down(report, site["jobs"]["up-1"])
    expect(witness.locator("[data-tile=unavailable] b")).to_have_text("2")

    assert polls == []
    expect(page.locator("[data-tile=unavailable] b")).to_have_text("1")
    page.locator("[data-pause]").click()
    expect(page.locator("[data-tile=unavailable] b")).to_have_text("2")


def test_a_lost_connection_is_told_and_made_good(visit, site, report):
    window = visit(locale="en-GB")
    page = window.go("/")
    page.route(
        "**/ui/live*", lambda route: route.fulfill(status=503, json={"error": {"code": "SERVICE_UNAVAILABLE", "message": ""}})
    )
    expect(page.locator("[data-lost]")).to_contain_text("Connection lost, data as of")
    assert window.axe() == {}

    go_down(report, site["jobs"]["up-1"])
    page.unroute("**/ui/live*")
    page.locator("[data-lost-retry]").click()

    expect(page.locator("[data-tile=unavailable] b")).to_have_text("2")
    expect(page.locator("[data-lost]")).to_be_hidden()
    window.errors[:] = [error for error in window.errors if "503" not in error]


def test_the_end_of_the_session_asks_to_sign_in_and_comes_back_here(visit, site, sql):
    window = visit(locale="en-GB")
    page = window.go("/status?q=N-")

    sql("DELETE FROM user_sessions")

    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    dialog.get_by_role("link", name="Sign in").click()
    expect(page.get_by_label("User name")).to_be_visible()
    assert page.url.endswith("/login?next=%2Fstatus%3Fq%3DN-")
    window.errors[:] = [error for error in window.errors if "401" not in error]


@pytest.mark.parametrize("is_down_the_page", [False, True])
def test_new_events_come_to_the_top_or_wait_behind_a_button(visit, fleet, is_down_the_page):
    fleet.node()
    for number in range(50):
        add_event(NewEvent(event_type="T", message=f"event {number}"))
    page = visit(locale="en-GB").go("/events")
    if is_down_the_page:
        page.evaluate("scrollTo(0, 900)")

    add_event(NewEvent(event_type="T", message="the newest"))

    if is_down_the_page:
        button = page.locator("[data-show-new]")
        expect(button).to_have_text("New entries: 1", timeout=20_000)
        expect(page.get_by_text("the newest")).to_have_count(0)
        button.click()
    expect(page.get_by_text("the newest")).to_be_visible(timeout=20_000)

"""The demo as a newcomer sees it: `make run`'s own program, a browser, and an agent that is stopped."""

import os
import re
import signal
import time

import pytest
from playwright.sync_api import expect

from tests.e2e.running_server import RunningServer

NEW_PASSWORD = "a password of my own"
FOUR_STATUSES_MS = 40_000
STALE_MS = 120_000  # a minute of silence, the sweep's interval, and patience


@pytest.fixture
def demo(tmp_path):
    with RunningServer(tmp_path / "data", DEMO="1") as server:
        yield server


@pytest.fixture
def page(chromium, demo):
    context = chromium.new_context(locale="en-US", viewport={"width": 1366, "height": 768})
    opened, errors = context.new_page(), []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and errors.append(message.text))
    yield opened
    context.close()
    assert errors == []


def test_four_statuses_show_and_a_stopped_agent_turns_its_nodes_stale_on_screen(demo, page):
    sign_in(page, f"http://127.0.0.1:{demo.port}")

    for status in ("unavailable", "warning", "unknown", "available"):
        tile = page.locator(f"a.tile[href*='st={status}'] b, a[href*='st={status}'] [data-count]").first
        expect(tile).to_have_text(re.compile("[1-9]"), timeout=FOUR_STATUSES_MS)
    page.evaluate("window.sameDocument = true")
    os.kill(agent_of(demo), signal.SIGTERM)

    good = page.locator("a.tile[href*='st=available'] b, a[href*='st=available'] [data-count]").first
    expect(good).to_have_text("0", timeout=STALE_MS)
    assert page.evaluate("window.sameDocument")  # nobody loaded the page again
    assert "demo-agent ended" in demo.output


def sign_in(page, address: str) -> None:
    """Sign in as the first user, who must choose a password at once."""
    page.goto(f"{address}/")
    page.fill("[name=username]", "adm")
    page.fill("[name=password]", "123")
    page.click("button[type=submit]")
    page.wait_for_url("**/account/password*")
    fields = page.locator("main input[type=password]")
    fields.first.fill("123")
    for place in range(1, fields.count()):
        fields.nth(place).fill(NEW_PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{address}/")


def agent_of(demo: RunningServer) -> int:
    """Return the pid that the start named."""
    deadline = time.monotonic() + 30
    while not (found := re.search(r"agent is process (\d+)", demo.output)):
        assert time.monotonic() < deadline, demo.output
        time.sleep(0.1)
    return int(found.group(1))

"""Compression, caching, budgets, and what the pages do without their database or behind Lambda."""

import gzip
import json
from pathlib import Path

import pytest

from web import assets

STATIC = Path(assets.FOLDER)
KB = 1024


def compressed(names: list[str]) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes(), 9)) for name in names)


def test_large_pages_are_compressed_but_never_the_sign_in(browser, stranger, pages, fleet):
    fleet.node()
    headers = {"Accept-Encoding": "gzip"}

    page = browser.get("/status", headers=headers)
    sign_in = pages.test_client().get("/login", headers=headers)
    plain = browser.get("/status")

    assert page.headers["Content-Encoding"] == "gzip"
    assert "</html>" in gzip.decompress(page.data).decode()
    assert "Content-Encoding" not in sign_in.headers
    assert "Content-Encoding" not in plain.headers
    assert len(page.headers.getlist("Vary")) == 1


def test_static_files_are_cached_for_ever_under_the_hash_of_them_all(stranger):
    now = stranger.get(f"/static/{assets.tree_hash()}/js/app.js")
    old = stranger.get("/static/0123456789ab/js/app.js")

    assert "immutable" in now.headers["Cache-Control"]
    assert now.mimetype == "text/javascript"
    assert old.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "js/../../app.py", "/etc/passwd", "js/none.js"])
def test_nothing_beside_the_static_files_is_served(stranger, name):
    assert stranger.get(f"/static/x/{name}").status_code in (404, 308)


def test_every_file_that_pages_name_is_there(browser, fleet):
    node = fleet.node()
    for address in ("/", "/status", f"/nodes/{node}", "/events", "/account", "/login"):
        page = browser.get(address).get_data(as_text=True)
        for part in page.split('"/static/')[1:]:
            url = "/static/" + part.split('"')[0].split("#")[0]
            if not url.endswith("/"):
                assert browser.get(url).status_code == 200, url


def test_every_symbol_that_templates_name_is_in_the_sprite(browser, fleet, report):
    import re

    sprite = (STATIC / "icons.svg").read_text()
    names = set()
    for template in (STATIC.parent / "templates").rglob("*.html"):
        names |= set(re.findall(r'icon\("([a-z-]+)"', template.read_text()))
    from web.template_helpers import TYPE_ICONS

    names |= set(TYPE_ICONS.values()) | {"box", "shield", "map-pin", "database", "triangle-alert"}
    assert {name for name in names if f'id="i-{name}"' not in sprite} == set()
    for look in ("available", "warning", "unavailable", "unknown", "skipped", "pending", "disabled"):
        assert f'id="s-{look}"' in sprite


def test_scripts_styles_and_icons_keep_their_budgets():
    own = {"heatmap.js", "heatmap-model.js", "heatmap-paint.js", "heatmap-labels.js", "beats.js", "tip.js", "plain.js"}
    everywhere = [f"js/{path.name}" for path in STATIC.glob("js/*.js") if path.name not in own]

    assert compressed(["vendor/htmx.js", *everywhere]) <= 40 * KB
    assert compressed([f"js/{name}" for name in own]) <= 10 * KB
    assert len(gzip.compress(assets.style_sheet().encode(), 9)) <= 16 * KB
    assert compressed(["icons.svg"]) <= 4 * KB


def test_pages_keep_their_budgets(browser, fleet, report):
    site = fleet.subdivision()
    nodes = [fleet.node(subdivision=site, name=f"a node with a rather long name {number}") for number in range(50)]
    job = fleet.assignment(node=nodes[0])
    for minute in range(60):
        report(job, minutes_ago=minute, check_success=minute % 3 > 0)

    for address, budget in (("/", 20), ("/status", 30), (f"/nodes/{nodes[0]}", 30)):
        page = browser.get(address).data
        assert len(gzip.compress(page, 6)) <= budget * KB, address
        assert page.count(b"<") / 2 < 1500, address


def test_vendored_files_are_what_the_manifest_says():
    import subprocess
    import sys

    finished = subprocess.run(
        [sys.executable, STATIC.parent / "vendor" / "vendor.py", "--check"], capture_output=True, text=True, check=False
    )

    assert (finished.returncode, finished.stderr) == (0, "")
    lock = json.loads((STATIC.parent / "vendor" / "package-lock.json").read_text())
    assert not [name for name, each in lock["packages"].items() if "resolved" in each]


def test_without_its_database_a_page_says_so_and_when_to_come_back(browser, monkeypatch):
    from statusmonitor import config
    from statusmonitor.db import connection

    browser.get("/")
    connection.close()
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/none")
    config.settings.cache_clear()

    page, poll = browser.get("/"), browser.get("/ui/live?since=1&struct=1")

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert "Status Monitor" in page.get_data(as_text=True)
    assert (poll.status_code, poll.json["error"]["code"], poll.headers["Retry-After"]) == (503, "SERVICE_UNAVAILABLE", "5")


def test_an_unexpected_error_is_logged_and_shows_nothing_of_itself(browser, pages, monkeypatch, caplog):
    def fail():
        raise RuntimeError("secret words")

    monkeypatch.setitem(pages.view_functions, "events.show", fail)

    answer = browser.get("/events")

    assert answer.status_code == 500
    assert "secret words" not in answer.get_data(as_text=True)
    assert "secret words" in caplog.text


def test_the_pages_run_as_a_function(database, fleet, monkeypatch):
    from apig_wsgi import make_lambda_handler

    from tests.http_events import http_event
    from web import create_app

    handler = make_lambda_handler(create_app())

    answer = handler(http_event("GET", "/login", headers={"accept-encoding": "gzip", "host": "monitor.example"}), None)
    styles = handler(
        http_event("GET", f"/static/{assets.tree_hash()}/app.css", headers={"accept-encoding": "gzip", "host": "x"}), None
    )

    assert answer["statusCode"] == 200
    assert any(cookie.startswith("form=") for cookie in answer["cookies"])
    assert styles["isBase64Encoded"] is True


def test_every_message_is_translated_and_compiled():
    pytest.importorskip("babel")
    import importlib.util

    spec = importlib.util.spec_from_file_location("catalogue", STATIC.parent / "translations" / "catalogue.py")
    catalogue = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(catalogue)

    for language in catalogue.LANGUAGES:
        stored = catalogue.load(language)
        wanted = {message.id for message in catalogue.template() if message.id}
        assert wanted == {message.id for message in stored if message.id}
        assert [
            message.id
            for message in stored
            if message.id and not all([message.string] if isinstance(message.string, str) else message.string)
        ] == []
        assert catalogue.mo_path(language).read_bytes() == catalogue.compiled(language)

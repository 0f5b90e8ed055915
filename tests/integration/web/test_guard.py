"""Every page is closed to strangers, every form to other sites, every answer carries the security headers."""

import pytest

from web.answers import CONTENT_SECURITY_POLICY
from web.guard import OPEN_ENDPOINTS

PAGES = ("/", "/?view=list", "/status", "/events", "/account", "/account/password")
SOME = {"node_id": 1, "check_id": 1, "version": "x", "name": "app.css"}


def closed_rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in OPEN_ENDPOINTS]


def test_only_the_known_endpoints_are_open(pages):
    assert {"auth.login", "assets.static", "assets.favicon", "assets.robots"} == OPEN_ENDPOINTS
    assert len(closed_rules(pages)) >= 15


def test_a_stranger_gets_no_page_and_no_data(pages, stranger):
    for rule in closed_rules(pages):
        with pages.test_request_context():
            address = pages.url_for(rule.endpoint, **{name: SOME[name] for name in rule.arguments})
        for method in rule.methods & {"GET", "POST"}:
            answer = stranger.client.open(address, method=method)
            if address.startswith("/ui/"):
                assert (answer.status_code, answer.json["error"]["code"]) == (401, "UNAUTHORIZED"), address
            else:
                assert answer.status_code == 302, address
                assert answer.location.startswith("/login"), address


def test_a_fragment_for_a_stranger_is_401_and_no_redirect(stranger):
    assert stranger.get("/status", headers={"HX-Request": "true"}).status_code == 401


def test_no_form_is_taken_without_the_token_of_the_session(pages, browser):
    for rule in closed_rules(pages):
        if "POST" not in rule.methods:
            continue
        with pages.test_request_context():
            address = pages.url_for(rule.endpoint)
        assert browser.client.post(address, data={}).status_code == 403, address
        assert browser.client.post(address, data={"csrf_token": "x" * 80}).status_code == 403, address
    assert browser.get("/").status_code == 200


def test_the_token_is_masked_anew_in_every_page(browser):
    tokens = {browser.token("/account") for _ in range(3)}

    assert len(tokens) == 3


def test_the_token_is_taken_from_the_header_too(browser, sql):
    plain = sql("SELECT csrf_token FROM user_sessions")[0]["csrf_token"]

    answer = browser.client.post("/account/preferences", data={"theme": "dark"}, headers={"X-CSRF-Token": plain})

    assert answer.status_code == 302
    assert sql("SELECT theme FROM users") == [{"theme": "dark"}]


@pytest.mark.parametrize(
    "address", [*PAGES, "/login", "/nodes/99", "/ui/live?since=1&struct=1", "/static/x/app.css", "/nothing/here"]
)
def test_every_answer_carries_the_security_headers(browser, address):
    headers = browser.get(address).headers

    assert headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("address", PAGES)
def test_pages_have_no_inline_script_or_style(browser, fleet, address):
    fleet.node()

    page = browser.get(address).get_data(as_text=True)

    assert " style=" not in page
    assert "<style" not in page
    assert "javascript:" not in page
    for part in page.split("<script")[1:]:
        assert part.startswith((' src="/static/', ' type="module" src="/static/', ' type="application/json"')), part[:80]


@pytest.mark.parametrize("address", PAGES)
def test_pages_are_never_stored_by_caches(browser, address):
    assert browser.get(address).headers["Cache-Control"] == "no-store"


def test_an_identity_header_from_outside_counts_for_nothing(stranger):
    headers = {"X-Remote-User": "adm", "Remote-User": "adm", "X-Forwarded-User": "adm", "Authorization": "Basic YWRtOjEyMw=="}

    assert stranger.get("/", headers=headers).status_code == 302


@pytest.mark.parametrize("cookie", ["", "x", "a" * 3000, "\u0430\u0431\u0432", "' OR 1=1 --"])
def test_a_made_up_cookie_is_no_session(stranger, cookie):
    stranger.client.set_cookie("session", cookie)

    assert stranger.get("/").status_code == 302


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_every_role_may_read(stranger, make_user, role):
    make_user(role, role)
    stranger.sign_in(role)

    assert [stranger.get(address).status_code for address in PAGES] == [200] * len(PAGES)


def test_a_user_switched_off_is_out_at_once(browser, sql):
    sql("UPDATE users SET is_active = false")

    assert browser.get("/").status_code == 302


def test_a_body_too_large_for_a_form_is_refused(browser):
    answer = browser.client.post("/account/preferences", data={"theme": "a" * 100_000})

    assert answer.status_code == 413

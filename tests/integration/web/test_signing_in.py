"""Signing in and out, the forced change of the password, where one is sent afterwards."""

import pytest

from tests.integration.web.conftest import PASSWORD


def cookies(answer) -> dict[str, str]:
    return {line.split("=", 1)[0]: line for line in answer.headers.getlist("Set-Cookie")}


def test_a_stranger_is_sent_to_the_sign_in_and_back(stranger, make_user):
    make_user()

    sent_away = stranger.get("/status?q=a&st=warning")
    back = stranger.sign_in("viewer", path=sent_away.location)

    assert (sent_away.status_code, sent_away.location) == (302, "/login?next=/status?q%3Da%26st%3Dwarning")
    assert (back.status_code, back.location) == (302, "/status?q=a&st=warning")
    assert stranger.get("/status?q=a").status_code == 200


def test_the_session_cookie_is_for_the_server_alone(stranger, make_user):
    make_user()

    cookie = cookies(stranger.sign_in("viewer"))["session"]

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_under_https_cookies_are_bound_to_host_and_scheme(monkeypatch, database, make_user):
    from statusmonitor import config
    from tests.integration.web.conftest import Browser
    from web import create_app

    monkeypatch.setenv("PUBLIC_URL", "https://monitor.example")
    config.settings.cache_clear()
    make_user()
    browser = Browser(create_app().test_client())

    form = browser.client.get("/login", base_url="https://monitor.example")
    token = form.get_data(as_text=True).split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    answer = browser.client.post(
        "/login",
        data={"csrf_token": token, "username": "viewer", "password": PASSWORD},
        base_url="https://monitor.example",
        headers={"Referer": "https://monitor.example/login"},
    )

    cookie = cookies(answer)["__Host-session"]
    assert "Secure" in cookie
    assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "///evil.example",
        "status",
        "/" + "a" * 3000,
    ],
)
def test_next_leads_nowhere_outside(stranger, make_user, target):
    make_user()

    answer = stranger.client.get("/login", query_string={"next": target})
    token = answer.get_data(as_text=True).split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    entered = stranger.client.post(
        "/login", query_string={"next": target}, data={"csrf_token": token, "username": "viewer", "password": PASSWORD}
    )

    assert entered.location == "/"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"username": "viewer", "password": "wrong"}, 401),
        ({"username": "nobody", "password": PASSWORD}, 401),
        ({"username": "viewer", "password": ""}, 400),
        ({"username": "", "password": PASSWORD}, 400),
    ],
)
def test_what_is_wrong_is_not_told(stranger, make_user, form, status):
    make_user()

    answer = stranger.post("/login?lang=en", form)

    assert answer.status_code == status
    expected = "The user name or the password is wrong." if status == 401 else "Enter the user name and the password."
    assert expected in answer.get_data(as_text=True)
    assert "session" not in cookies(answer)


def test_too_many_attempts_must_wait(stranger, make_user):
    make_user()

    answers = [stranger.sign_in("viewer", "wrong") for _ in range(7)]

    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_signing_in_needs_the_form_of_this_browser(stranger, make_user, pages):
    make_user()
    foreign = (
        pages.test_client().get("/login").get_data(as_text=True).split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    )

    without = stranger.client.post("/login", data={"username": "viewer", "password": PASSWORD})
    with_foreign = stranger.client.post("/login", data={"csrf_token": foreign, "username": "viewer", "password": PASSWORD})

    assert (without.status_code, with_foreign.status_code) == (400, 400)


@pytest.mark.parametrize("method", ["get", "post"])
def test_signing_out_ends_the_session_itself(browser, sql, method):
    stolen = browser.client.get_cookie("session").value

    answer = browser.get("/logout") if method == "get" else browser.post("/logout", page="/")
    browser.client.set_cookie("session", stolen)

    assert (answer.status_code, answer.location) == (302, "/login")
    assert sql("SELECT * FROM user_sessions") == []
    assert browser.get("/").status_code == 302


def test_signing_in_again_ends_the_session_before(browser, sql, make_user):
    make_user("other")
    browser.client.set_cookie("session", browser.client.get_cookie("session").value)
    browser.get("/logout")
    browser.sign_in("other")

    assert len(sql("SELECT * FROM user_sessions")) == 1


def test_a_first_password_must_be_changed_before_anything_else(stranger, make_user):
    make_user(must_change_password=True)
    stranger.sign_in("viewer")

    kept_out = stranger.get("/status")
    poll = stranger.get("/ui/live?since=0&struct=0")
    changed = stranger.post("/account/password", {"old_password": PASSWORD, "password": "another one", "repeated": "another one"})

    assert (kept_out.status_code, kept_out.location) == (302, "/account/password")
    assert poll.status_code == 403
    assert changed.status_code == 302
    assert stranger.get("/status").status_code == 200


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"old_password": "wrong", "password": "another one", "repeated": "another one"}, "The present password is wrong."),
        ({"old_password": PASSWORD, "password": "another one", "repeated": "different"}, "The two new passwords differ."),
        ({"old_password": PASSWORD, "password": "short", "repeated": "short"}, "at least 8 characters"),
        ({"old_password": PASSWORD, "password": PASSWORD, "repeated": PASSWORD}, "Choose another password"),
    ],
)
def test_a_bad_new_password_is_refused_with_its_reason(browser, form, message):
    answer = browser.post("/account/password?lang=en", form)

    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)


def test_a_changed_password_ends_the_other_sessions(browser, pages, make_user):
    from tests.integration.web.conftest import Browser

    elsewhere = Browser(pages.test_client())
    elsewhere.sign_in("viewer")

    browser.post("/account/password", {"old_password": PASSWORD, "password": "another one", "repeated": "another one"})

    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_other_sessions_can_be_ended(browser, pages):
    from tests.integration.web.conftest import Browser

    elsewhere = Browser(pages.test_client())
    elsewhere.sign_in("viewer")

    browser.post("/account/sessions/end_others", page="/account")

    assert browser.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_a_signed_in_user_is_not_asked_again(browser):
    answer = browser.get("/login?next=/events")

    assert (answer.status_code, answer.location) == (302, "/events")

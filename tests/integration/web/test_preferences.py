"""Language and theme: from the profile, before sign-in from cookies and the browser, in the first byte."""

import pytest


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en-GB,en;q=0.9", "en"), ("ru", "ru"), ("de,fr;q=0.5", "ru"), ("de,en;q=0.1", "en"), ("", "ru"), ("x" * 500, "ru")],
)
def test_the_browser_chooses_the_language_of_a_stranger(stranger, accepted, language):
    page = stranger.get("/login", headers={"Accept-Language": accepted}).get_data(as_text=True)

    assert f'<html lang="{language}"' in page


def test_a_chosen_language_is_remembered(stranger):
    stranger.get("/login?lang=en", headers={"Accept-Language": "ru"})

    assert '<html lang="en"' in stranger.get("/login", headers={"Accept-Language": "ru"}).get_data(as_text=True)


def test_the_profile_wins_over_the_browser(browser, sql):
    browser.post("/account/preferences", {"language": "en", "theme": "dark"}, page="/account")

    page = browser.get("/", headers={"Accept-Language": "ru"}).get_data(as_text=True)

    assert '<html lang="en" data-theme="dark"' in page
    assert sql("SELECT language, theme FROM users") == [{"language": "en", "theme": "dark"}]


def test_one_preference_leaves_the_other(browser, sql):
    browser.post("/account/preferences", {"language": "en"}, page="/account")
    browser.post("/account/preferences", {"theme": "light"}, page="/account")

    assert sql("SELECT language, theme FROM users") == [{"language": "en", "theme": "light"}]


def test_the_theme_outlives_the_session(browser):
    browser.post("/account/preferences", {"theme": "dark"}, page="/account")
    browser.get("/logout")

    assert 'data-theme="dark"' in browser.get("/login").get_data(as_text=True)


@pytest.mark.parametrize("form", [{"theme": "pink"}, {"language": "xx"}, {"theme": "dark", "language": "../etc"}])
def test_an_unknown_preference_is_refused(browser, sql, form):
    assert browser.post("/account/preferences", form, page="/account").status_code == 422
    assert sql("SELECT theme FROM users") == [{"theme": "auto"}]


def test_a_theme_cookie_of_another_kind_is_ignored(stranger):
    stranger.client.set_cookie("theme", '"><script>')

    assert 'data-theme="auto"' in stranger.get("/login").get_data(as_text=True)


@pytest.mark.parametrize(("amount", "words"), [(1, "1 узел"), (2, "2 узла"), (5, "5 узлов"), (21, "21 узел"), (111, "111 узлов")])
def test_russian_counts_in_its_three_forms(pages, amount, words):
    from web import language

    with pages.test_request_context():
        language.use("ru")
        assert language.ngettext("%(amount)s node", "%(amount)s nodes", amount, amount=amount) == words

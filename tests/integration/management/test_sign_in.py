"""Signing in, the life of a session, and passwords."""

import hashlib

import pytest

from functions.management.app import lambda_handler
from statusmonitor import config
from statusmonitor.errors import ConfigurationError, ConflictError, NotFoundError, UnauthorizedError, ValidationError
from statusmonitor.services import passwords, sessions, users
from tests.http_events import call

PASSWORD = "correct horse"
FROM = {"address": "192.0.2.1", "user_agent": "test"}


@pytest.fixture
def user(database) -> int:
    return users.create_user("Ivanov", PASSWORD, "operator")


@pytest.fixture
def production(monkeypatch):
    def start(**settings) -> None:
        monkeypatch.setenv("FLASK_ENV", "production")
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        config.settings.cache_clear()

    yield start
    config.settings.cache_clear()


def reads(token: str) -> int:
    return call(lambda_handler, "GET", "/api/v1/nodes", headers={"cookie": f"session={token}"}).status


def test_a_session_stands_for_its_user(user):
    signed_in = sessions.sign_in(" ivanov ", PASSWORD, **FROM)

    found = sessions.find(signed_in.token)
    assert found == signed_in.user
    assert (found.user_id, found.username, found.role, found.must_change_password) == (user, "Ivanov", "operator", False)
    assert reads(signed_in.token) == 200


def test_only_hashes_are_stored(user, sql):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    stored = sql("SELECT token_hash, address, user_agent FROM user_sessions")[0]
    assert bytes(stored["token_hash"]) == hashlib.sha256(token.encode()).digest()
    assert (stored["address"], stored["user_agent"]) == ("192.0.2.1", "test")
    assert sql("SELECT password_hash FROM users")[0]["password_hash"].startswith("$argon2id$")
    assert len(token) >= 43


@pytest.mark.parametrize(
    ("name", "password"),
    [("Ivanov", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("Ivanov", ""), ("Iva\0nov", PASSWORD), ("Ivanov", "\ud800")],
)
def test_every_failure_reads_alike(user, name, password):
    with pytest.raises(UnauthorizedError, match=r"^the user name or the password is wrong$"):
        sessions.sign_in(name, password, **FROM)


def test_an_unknown_user_costs_a_verification_too(user, monkeypatch):
    """The time tells no names: what is compared is the work, not the clock."""
    from argon2 import PasswordHasher

    verified = []
    monkeypatch.setattr(PasswordHasher, "verify", lambda _self, stored, _given: verified.append(stored) or True)

    with pytest.raises(UnauthorizedError):
        sessions.sign_in("nobody", PASSWORD, **FROM)

    assert len(verified) == 1
    assert verified[0].startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_session_ends_by_signing_out_and_by_time(user, sql):
    first, second = (sessions.sign_in("Ivanov", PASSWORD, **FROM).token for _ in range(2))

    sessions.sign_out(first)
    sessions.sign_out(first)
    assert (reads(first), reads(second)) == (401, 200)

    sql("UPDATE user_sessions SET expires_at = now()")
    assert reads(second) == 401
    assert sessions.find(second) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 100_000, "ключ", "a\0b"])
def test_a_cookie_of_any_text_is_nobody(database, token):
    assert reads(token) == 401


def test_a_change_of_password_ends_the_other_sessions(user):
    kept, other = (sessions.sign_in("Ivanov", PASSWORD, **FROM).token for _ in range(2))

    sessions.change_password(user, PASSWORD, "another secret", keep_token=kept)

    assert (reads(kept), reads(other)) == (200, 401)
    with pytest.raises(UnauthorizedError):
        sessions.sign_in("Ivanov", PASSWORD, **FROM)
    sessions.sign_in("Ivanov", "another secret", **FROM)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("wrong", "another secret", "old_password"),
        (PASSWORD, "short", "password"),
        (PASSWORD, "x" * 1001, "password"),
        (PASSWORD, PASSWORD, "password"),
    ],
)
def test_a_change_of_password_that_will_not_do_is_refused(user, old, new, named):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    with pytest.raises(ValidationError) as caught:
        sessions.change_password(user, old, new, keep_token=token)

    assert list(caught.value.details) == [named]
    assert reads(token) == 200


def test_a_password_is_not_the_users_name(database):
    with pytest.raises(ValidationError):
        users.create_user("administrator", "Administrator")


def test_a_user_who_is_switched_off_is_out_at_once(user, sql):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    sql("UPDATE users SET is_active = false")

    assert reads(token) == 401
    with pytest.raises(UnauthorizedError, match=r"^the user name or the password is wrong$"):
        sessions.sign_in("Ivanov", PASSWORD, **FROM)


def test_a_change_of_rights_signs_out(user, signed_in, audit):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    assert users.update_user(user, role="viewer", is_active=True, actor="user:adm").role == "viewer"

    assert reads(token) == 401
    assert (audit()[-1]["before"], audit()[-1]["after"]) == ({"role": "operator"}, {"role": "viewer"})


def test_the_last_admin_stays(database):
    admin = users.create_user("first", PASSWORD, "admin")

    for rights in ({"role": "operator", "is_active": True}, {"role": "admin", "is_active": False}):
        with pytest.raises(ConflictError):
            users.update_user(admin, **rights, actor="user:first")
    users.create_user("second", PASSWORD, "admin")
    assert users.update_user(admin, role="viewer", is_active=True, actor="user:second").role == "viewer"


def test_a_reset_password_must_be_changed(user):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    users.reset_password(user, "temporary secret", actor="user:adm")

    assert reads(token) == 401
    again = sessions.sign_in("Ivanov", "temporary secret", **FROM)
    assert again.user.must_change_password
    sessions.change_password(user, "temporary secret", "another secret", keep_token=again.token)
    assert not sessions.find(again.token).must_change_password


def test_sessions_are_listed_and_revoked_one_by_one(user, database):
    here, there = (sessions.sign_in("Ivanov", PASSWORD, **FROM).token for _ in range(2))
    listed = {each.is_current: each.id for each in sessions.list_sessions(user, current_token=here)}
    stranger = users.create_user("Petrov", PASSWORD)

    with pytest.raises(NotFoundError):
        sessions.revoke(stranger, listed[False])
    sessions.revoke(user, listed[False])

    assert (reads(here), reads(there)) == (200, 401)
    sessions.revoke_all(user)
    assert reads(here) == 401


def test_last_seen_is_written_once_a_minute_at_most(user, sql):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token
    seen = "SELECT last_seen_at FROM user_sessions"
    before = sql(seen)

    sessions.find(token)
    assert sql(seen) == before
    sql("UPDATE user_sessions SET last_seen_at = now() - interval '2 minutes'")
    sessions.find(token)
    assert sql(seen)[0]["last_seen_at"] >= before[0]["last_seen_at"]


def test_a_hash_with_other_parameters_is_replaced_at_sign_in(user, sql):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    sql("UPDATE users SET password_hash = %(weak)s", weak=weak)

    sessions.sign_in("Ivanov", PASSWORD, **FROM)

    stored = sql("SELECT password_hash FROM users")[0]["password_hash"]
    assert stored != weak
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.is_outdated(stored)


def test_names_are_unique_whatever_their_case(user):
    with pytest.raises(ConflictError):
        users.create_user("IVANOV", PASSWORD)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\0b", "a\u202eb"])
def test_a_name_that_will_not_do_is_refused(database, name):
    with pytest.raises(ValidationError):
        users.create_user(name, PASSWORD)


def test_preferences_are_kept_and_checked(user):
    token = sessions.sign_in("Ivanov", PASSWORD, **FROM).token

    users.set_preferences(user, language="en", theme="dark")

    assert (sessions.find(token).language, sessions.find(token).theme) == ("en", "dark")
    for wrong in ({"language": "xx", "theme": "dark"}, {"language": None, "theme": "pink"}):
        with pytest.raises(ValidationError):
            users.set_preferences(user, **wrong)


def test_the_first_user_is_made_once_and_in_development_only(database, production, sql):
    assert [users.ensure_first_user(), users.ensure_first_user()] == [True, False]
    assert sql("SELECT username, role, must_change_password FROM users") == [
        {"username": "adm", "role": "admin", "must_change_password": True}
    ]
    sql("DELETE FROM users")
    production()
    assert not users.ensure_first_user()


def test_production_refuses_what_everybody_knows(database, production):
    users.ensure_first_user()
    users.check_production_safety()

    production()
    with pytest.raises(ConfigurationError, match="SECRET_KEY"):
        users.check_production_safety()
    production(SECRET_KEY="a random text of our own")
    with pytest.raises(ConfigurationError, match="adm"):
        users.check_production_safety()

    users.reset_password(users.list_users()[0].id, "a secret of our own", actor="command line")
    users.check_production_safety()

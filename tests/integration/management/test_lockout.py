"""Guessing passwords is slow, and nobody can lock others out."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from statusmonitor.db import connection
from statusmonitor.errors import MonitorError, TooManyRequestsError, UnauthorizedError
from statusmonitor.services import sessions, users

PASSWORD = "correct horse"


@pytest.fixture
def ivanov(database) -> None:
    users.create_user("Ivanov", PASSWORD)
    users.create_user("Petrov", PASSWORD)


def attempt(password: str = "wrong", *, name: str = "Ivanov", address: str = "192.0.2.1") -> str:
    try:
        sessions.sign_in(name, password, address=address, user_agent="test")
    except MonitorError as error:
        return error.code
    return "SIGNED_IN"


def test_the_pair_of_account_and_address_is_locked_and_nobody_else(ivanov):
    assert [attempt() for _ in range(5)] == ["UNAUTHORIZED"] * 5

    assert attempt(PASSWORD) == "TOO_MANY_REQUESTS"
    assert attempt(PASSWORD, name="IVANOV ") == "TOO_MANY_REQUESTS"
    assert attempt(PASSWORD, address="192.0.2.2") == "SIGNED_IN"
    assert attempt(PASSWORD, name="Petrov") == "SIGNED_IN"


def test_the_refusal_says_when_to_come_again_and_nothing_about_the_account(ivanov):
    texts = set()
    for name in ("Ivanov", "nobody"):
        for _ in range(5):
            attempt(name=name)
        with pytest.raises(TooManyRequestsError) as caught:
            sessions.sign_in(name, PASSWORD, address="192.0.2.1", user_agent="test")
        assert 0 < caught.value.retry_after_seconds <= 900
        texts.add(caught.value.message.rstrip("0123456789 s"))
    assert texts == {"too many attempts; try again in"}


def test_the_lock_ends_by_itself_and_asking_does_not_prolong_it(ivanov, sql):
    for _ in range(5):
        attempt()
    counted = sql("SELECT * FROM login_attempts ORDER BY account, address")
    attempt()
    assert sql("SELECT * FROM login_attempts ORDER BY account, address") == counted

    sql("UPDATE login_attempts SET last_failed_at = last_failed_at - interval '16 minutes'")
    assert attempt(PASSWORD) == "SIGNED_IN"


def test_a_success_forgives_the_account_but_not_the_address(ivanov, sql):
    attempt()
    attempt(name="nobody")
    attempt(PASSWORD)

    left = {(row["account"], row["address"]): row["failed_count"] for row in sql("SELECT * FROM login_attempts")}
    assert left == {("", "192.0.2.1"): 2, ("nobody", ""): 1, ("nobody", "192.0.2.1"): 1}


def test_an_address_that_tries_many_accounts_has_to_wait(ivanov):
    answers = [attempt(name=f"user{number}", address="198.51.100.1") for number in range(31)]

    assert answers == ["UNAUTHORIZED"] * 30 + ["TOO_MANY_REQUESTS"]
    assert attempt(PASSWORD, address="198.51.100.1") == "TOO_MANY_REQUESTS"
    assert attempt(PASSWORD, address="192.0.2.1") == "SIGNED_IN"


def test_an_account_guessed_from_everywhere_delays_strangers_only(ivanov):
    assert attempt(PASSWORD, address="192.0.2.7") == "SIGNED_IN"
    answers = [attempt(address=f"203.0.113.{number}") for number in range(11)]

    assert answers == ["UNAUTHORIZED"] * 10 + ["TOO_MANY_REQUESTS"]
    with pytest.raises(TooManyRequestsError) as caught:
        sessions.sign_in("Ivanov", PASSWORD, address="203.0.113.99", user_agent="test")
    assert caught.value.retry_after_seconds <= 30
    assert attempt(PASSWORD, address="192.0.2.7") == "SIGNED_IN"


def test_guesses_sent_at_once_are_counted_as_well(ivanov):
    def guess(_number: int) -> str:
        try:
            return attempt()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(16)))

    assert sorted(answers) == ["TOO_MANY_REQUESTS"] * 11 + ["UNAUTHORIZED"] * 5


def test_the_old_password_within_a_session_is_counted_too(ivanov):
    token = sessions.sign_in("Petrov", PASSWORD, address="192.0.2.1", user_agent="test").token
    user = sessions.find(token).user_id

    for _ in range(5):
        with pytest.raises(MonitorError):
            sessions.change_password(user, "wrong", "another secret", keep_token=token)
    with pytest.raises(TooManyRequestsError):
        sessions.change_password(user, PASSWORD, "another secret", keep_token=token)
    assert attempt(PASSWORD, name="Petrov") == "SIGNED_IN"


def test_a_wrong_password_while_it_is_being_changed_opens_nothing(ivanov, sql, monkeypatch):
    """The password is looked at before the transaction that makes the session: that one compares it again."""
    from statusmonitor.services import passwords

    real = passwords.matches

    def changed_meanwhile(*arguments) -> bool:
        result = real(*arguments)
        users.reset_password(users.list_users()[0].id, "another secret", actor="user:adm")
        return result

    monkeypatch.setattr(passwords, "matches", changed_meanwhile)

    with pytest.raises(UnauthorizedError):
        sessions.sign_in("Ivanov", PASSWORD, address="192.0.2.1", user_agent="test")
    assert sql("SELECT id FROM user_sessions") == []

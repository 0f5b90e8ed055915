"""The `flask` commands."""

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from functions.management.app import lambda_handler
from statusmonitor.services import sessions, users
from tests.http_events import call
from web.commands import register_commands

PASSWORD = "correct horse"


@pytest.fixture
def flask(database):
    app = Flask("test")
    upgraded = []
    register_commands(app, upgrade=lambda url: upgraded.append(url) or ["0007"])

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app.cli, arguments, obj=None)

    run.upgraded = upgraded
    return run


@pytest.mark.parametrize("command", [["create-user"], ["user", "create"]])
def test_a_user_is_made_who_may_sign_in(flask, command):
    result = flask(*command, "Ivanov", PASSWORD)

    assert (result.exit_code, result.stdout) == (0, "user Ivanov is made, role admin\n")
    assert sessions.sign_in("Ivanov", PASSWORD, address="192.0.2.1", user_agent="test").user.role == "admin"


def test_without_a_role_the_first_is_admin_and_the_others_operate(flask):
    for name in ("first", "second", "third"):
        flask("create-user", name, PASSWORD, *(["--role", "viewer"] if name == "third" else []))

    assert {user.username: user.role for user in users.list_users()} == {
        "first": "admin",
        "second": "operator",
        "third": "viewer",
    }


def test_a_user_is_made_inactive(flask):
    flask("create-user", "first", PASSWORD)

    assert flask("user", "create", "second", PASSWORD, "--inactive").exit_code == 0
    assert [user.is_active for user in users.list_users()] == [True, False]


@pytest.mark.parametrize(
    "arguments",
    [
        ["create-api-key", "--description", "d", "--role", "reader"],
        ["apikey", "create", "-d", "d", "-r", "reader"],
        ["apikey", "create", "-d", "d", "-r", "reader", "-l", "64"],
    ],
)
def test_the_key_is_alone_on_stdout_and_works(flask, arguments):
    result = flask(*arguments)

    assert result.exit_code == 0
    assert len(result.stderr.splitlines()) == len(result.stdout.splitlines()) == 1
    assert call(lambda_handler, "GET", "/api/v1/nodes", key=result.stdout.strip()).status == 200


def test_a_key_is_bound_to_an_object(flask, fleet, sql):
    fleet.subdivision(object_id=1060)

    assert flask("create-api-key", "--description", "d", "--role", "agent", "--object-id", "1060").exit_code == 0

    assert sql("SELECT role, object_id FROM api_keys") == [{"role": "agent", "object_id": 1060}]
    assert sql("SELECT actor, action FROM audit_log") == [{"actor": "command line", "action": "create"}]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["create-user", "a", "short"], id="short password"),
        pytest.param(["create-user", "taken", PASSWORD], id="name taken"),
        pytest.param(["create-user", "a", PASSWORD, "--role", "root"], id="unknown user role"),
        pytest.param(["create-user", "a"], id="no password"),
        pytest.param(["create-api-key", "--description", "d", "--role", "root"], id="unknown role"),
        pytest.param(["create-api-key", "--description", "d"], id="no role"),
        pytest.param(["create-api-key", "--description", "d", "--role", "agent", "--object-id", "5"], id="unknown object"),
        pytest.param(["apikey", "create", "-d", "d", "-r", "agent", "-o", "x"], id="object is no number"),
        pytest.param(["apikey", "create", "-d", "d", "-r", "agent", "-l", "8"], id="too short a key"),
        pytest.param(["create-user", "a", PASSWORD, "--no-such-option"], id="unknown option"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(flask, sql, arguments):
    users.create_user("taken", PASSWORD)

    result = flask(*arguments)

    assert result.exit_code not in (0, None)
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert sql("SELECT username FROM users") == [{"username": "taken"}]
    assert sql("SELECT id FROM api_keys") == []


def test_the_schema_is_brought_up_to_date(flask, database):
    result = flask("db", "upgrade")

    assert (result.exit_code, result.stdout) == (0, "applied: 0007\n")
    assert flask.upgraded == [database]


def test_without_migrations_it_says_so(database):
    app = Flask("test")
    register_commands(app)

    result = CliRunner().invoke(app.cli, ["db", "upgrade"])

    assert (result.exit_code, result.stderr) == (1, "Error: this installation holds no migrations\n")


def test_a_database_that_is_gone_is_one_line_too(flask, monkeypatch, database):
    from statusmonitor import config
    from statusmonitor.db import connection

    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    config.settings.cache_clear()
    connection.close()

    result = flask("create-user", "a", PASSWORD)

    assert (result.exit_code, len(result.stderr.splitlines())) == (1, 1)
    assert result.stderr.startswith("Error: the database does not answer")

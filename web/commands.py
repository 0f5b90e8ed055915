"""The `flask` commands: users and API keys from the command line, and the schema."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask

from statusmonitor.config import database_url
from statusmonitor.errors import MonitorError
from statusmonitor.repositories.api_keys import KeyFields
from statusmonitor.services import api_keys, users


class OneLineCommand(click.Command):
    """A command whose every error is one line on stderr and a non-zero exit code."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _errors_in_one_line():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _errors_in_one_line():
            return super().invoke(ctx)


def register_commands(app: Flask, *, upgrade: Callable[[str], Any] | None = None) -> None:
    """Add the commands to `flask`; `upgrade` brings the schema of the database at a URL up to date."""
    app.cli.add_command(_create_user("create-user"))
    app.cli.add_command(_create_api_key("create-api-key"))
    app.cli.add_command(click.Group("user", {"create": _create_user("create")}, help="Users."))
    app.cli.add_command(click.Group("apikey", {"create": _create_api_key("create")}, help="API keys."))
    app.cli.add_command(click.Group("db", {"upgrade": _upgrade(upgrade)}, help="The schema of the database."))


def _create_user(name: str) -> click.Command:
    @click.command(name, cls=OneLineCommand)
    @click.argument("username")
    @click.argument("password")
    @click.option("--role", type=click.Choice(users.ROLES), help="Without it: admin while there is none, else operator.")
    @click.option("--active/--inactive", "is_active", default=True)
    def create_user(username: str, password: str, role: str | None, is_active: bool) -> None:  # noqa: FBT001 - click passes it by name
        """Make a user who may sign in."""
        role = role or ("operator" if users.has_admin() else "admin")
        user_id = users.create_user(username, password, role)
        if not is_active:
            users.update_user(user_id, role=role, is_active=False, actor=users.COMMAND_LINE)
        click.echo(f"user {username} is made, role {role}")

    return create_user


def _create_api_key(name: str) -> click.Command:
    @click.command(name, cls=OneLineCommand)
    @click.option("-d", "--description", required=True)
    @click.option("-r", "--role", required=True)
    @click.option("-o", "--object-id", type=click.IntRange(1, 2**31 - 1), help="Bind the key to this object and its descendants.")
    @click.option(
        "-l", "--length", type=click.IntRange(24, 64), expose_value=False, help="Without effect: every key has 256 random bits."
    )
    def create_api_key(description: str, role: str, object_id: int | None) -> None:
        """Make an API key: the key alone on stdout, one line about it on stderr."""
        created = api_keys.create_api_key(KeyFields(description, role, object_id), actor=users.COMMAND_LINE)
        click.echo(f"API key {created.key.id} of role {role} is made; it is shown this once", err=True)
        click.echo(created.text)

    return create_api_key


def _upgrade(upgrade: Callable[[str], Any] | None) -> click.Command:
    @click.command("upgrade", cls=OneLineCommand)
    def upgrade_schema() -> None:
        """Bring the database up to date; does nothing when it is."""
        if upgrade is None:
            raise click.ClickException("this installation holds no migrations")
        applied = upgrade(database_url())
        click.echo(f"applied: {', '.join(applied)}" if applied else "the database is up to date")

    return upgrade_schema


@contextmanager
def _errors_in_one_line() -> Iterator[None]:
    try:
        yield
    except MonitorError as error:
        raise click.ClickException(_one_line(error.message)) from error
    except click.UsageError as error:
        raise click.ClickException(_one_line(error.format_message())) from error


def _one_line(text: str) -> str:
    return " ".join(text.split())

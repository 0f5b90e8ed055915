"""The application behind the `flask` command: the pages, and what only this package can do."""

import click
from flask import Flask

from infra.local.demo import prepare_demo
from infra.local.settings import read_run_settings
from infra.migrations import upgrade
from web import create_app
from web.commands import register_commands


@click.command("demo")
def demo() -> None:
    """Make the demo site, unless it is there already; `make run` starts its agent."""
    chosen = read_run_settings()
    prepare_demo(chosen.data, chosen.port)
    click.echo("the demo site is ready; its agent starts with `make run`")


def create_cli_app() -> Flask:
    app = create_app()
    register_commands(app, upgrade=upgrade)
    app.cli.add_command(demo)
    return app

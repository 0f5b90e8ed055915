"""The application behind the `flask` command: the pages, and what only this package can do."""

import click
from flask import Flask

from infra.local.demo import make_demo
from infra.migrations import upgrade
from web import create_app
from web.commands import register_commands


def create_cli_app() -> Flask:
    app = create_app()
    register_commands(app, upgrade=upgrade)

    @app.cli.command("demo")
    def demo() -> None:
        """Make the demo site, unless it is there already."""
        made = make_demo()
        click.echo("the demo site is ready" if made else "there is a demo site already")

    return app

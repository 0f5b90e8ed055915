"""Makes the application: settings, template environment, guards and blueprints, each from its own module."""

from typing import Any

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.datastructures import ImmutableDict

from statusmonitor.config import settings
from web import answers, assets, errors, formats, guard, language, template_helpers, visible_text
from web.views import account, auth, events, live, nodes, overview, results

MAX_FORM_BYTES = 64 * 1024
BLUEPRINTS = (auth.pages, overview.pages, nodes.pages, results.pages, events.pages, account.pages, live.pages, assets.pages)


class Pages(Flask):
    """A misspelt field fails; whatever a template prints is made visible first, then escaped."""

    jinja_options: dict[str, Any] = ImmutableDict(
        undefined=StrictUndefined, finalize=visible_text.finalize, trim_blocks=True, lstrip_blocks=True
    )


def create_app() -> Flask:
    """Return the application; its settings are read now."""
    app = Pages(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings().secret_key,
        MAX_CONTENT_LENGTH=MAX_FORM_BYTES,
        SESSION_COOKIE_NAME="form",  # protects the sign-in form only; who is signed in is a row of its own
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings().is_https,
        WTF_CSRF_TIME_LIMIT=None,
    )
    for part in (language, guard, answers, errors, formats, template_helpers):
        part.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app

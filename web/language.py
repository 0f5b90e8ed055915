"""Which language a request is answered in, and the texts of it. The language of the request is a context variable."""

import gettext as catalogues
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, request
from markupsafe import Markup

from web.cookies import set_preference
from web.visible_text import visible

LANGUAGES = {"ru": "Русский", "en": "English"}
DEFAULT = "ru"
COOKIE = "language"
_FOLDER = Path(__file__).parent / "translations"

_current: ContextVar[str] = ContextVar("language", default=DEFAULT)


def install(app: Flask) -> None:
    app.before_request(_choose_for_request)
    app.after_request(_remember)
    app.jinja_env.globals.update(_=template_gettext, ngettext=template_ngettext, language=current, LANGUAGES=LANGUAGES)


def current() -> str:
    return _current.get()


def use(language: str | None) -> None:
    """Answer this request in `language`, if it is one of ours."""
    if language in LANGUAGES:
        _current.set(language)


def gettext(message: str, **values: object) -> str:
    """Return the text for `message`, which is the English one, with `%(name)s` filled in."""
    text = _catalogue(current()).gettext(message)
    return text % values if values else text


def ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    """Return the plural form for `n`, which may stand in the text as `%(n)s`."""
    return _catalogue(current()).ngettext(singular, plural, n) % {"n": n, **values}


def template_gettext(message: str, **values: object) -> str:
    """Like `gettext`, for templates: values are made visible and escaped, the text itself is ours."""
    text = _catalogue(current()).gettext(message)
    return Markup(text) % _shown(values) if values else text  # noqa: S704 - from our catalogue


def template_ngettext(singular: str, plural: str, n: int, **values: object) -> str:
    text = _catalogue(current()).ngettext(singular, plural, n)
    return Markup(text) % _shown({"n": n, **values})  # noqa: S704 - from our catalogue


def _shown(values: dict[str, object]) -> dict[str, object]:
    return {name: value if hasattr(value, "__html__") else visible(str(value)) for name, value in values.items()}


@cache
def _catalogue(language: str) -> catalogues.NullTranslations:
    return catalogues.translation("pages", _FOLDER, [language], fallback=language == "en")


def _choose_for_request() -> None:
    """Before the user is known: what the address asks for, the cookie, what the browser accepts, Russian."""
    asked = request.args.get("lang")
    g.asked_language = asked if asked in LANGUAGES else None
    chosen = g.asked_language or request.cookies.get(COOKIE)
    _current.set(chosen if chosen in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT)


def _remember(response: Response) -> Response:
    if g.get("asked_language"):
        set_preference(response, COOKIE, g.asked_language)
    return response


def texts(messages: dict[str, str]) -> dict[str, Any]:
    """Return the translations of `messages` for the page's scripts."""
    return {key: gettext(message) for key, message in messages.items()}

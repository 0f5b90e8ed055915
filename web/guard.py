"""Who may see a page. Everything but the few open endpoints needs a session; every form needs the session's token."""

import logging
from typing import Any

from flask import Flask, Response, g, jsonify, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user

from statusmonitor.errors import ForbiddenError, UnauthorizedError
from statusmonitor.repositories.sessions import SessionUser
from statusmonitor.services import sessions
from web import csrf, language
from web.addresses import here, is_fragment_request
from web.cookies import session_token

log = logging.getLogger(__name__)

OPEN_ENDPOINTS = frozenset({"auth.login", "assets.static", "assets.favicon", "assets.robots"})
# What a user may still do who must change the password first.
UNCHANGED_ENDPOINTS = OPEN_ENDPOINTS | {"account.password", "auth.logout"}
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
_OWN_TOKEN_ENDPOINTS = frozenset({"auth.login"})


class Viewer(UserMixin):  # type: ignore[misc]
    """The signed-in user as Flask-Login and the templates know it."""

    def __init__(self, found: SessionUser, token: str) -> None:
        self.found = found
        self.token = token

    def get_id(self) -> str:
        return str(self.found.user_id)


def install(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # our sessions are rows, not the signed cookie that it would look at
    manager.request_loader(_load_viewer)
    manager.init_app(app, add_context_processor=False)  # it would ask the database while the page about its absence is made
    app.before_request(_admit)
    app.jinja_env.globals.update(csrf_token=_template_token)


def viewer() -> SessionUser:
    """Return who is signed in. Only for views behind the guard."""
    found: SessionUser = current_user.found
    return found


def _load_viewer(_request: Any) -> Viewer | None:
    token = session_token()
    found = sessions.find(token) if token else None
    return Viewer(found, token) if found and token else None


def _admit() -> Response | Any | None:
    if request.endpoint is None or request.endpoint == "assets.static":
        return None
    g.viewer = current_user.found if current_user.is_authenticated else None
    if g.viewer and not g.asked_language:
        language.use(g.viewer.language)
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    return _refuse_stranger() if g.viewer is None else _check_viewer(g.viewer)


def _refuse_stranger() -> Any:
    if request.path.startswith("/ui/") or is_fragment_request():
        return jsonify(error={"code": UnauthorizedError.code, "message": "the session has ended"}), UnauthorizedError.status
    return redirect(url_for("auth.login", next=here() if request.method in _SAFE_METHODS else None))


def _check_viewer(found: SessionUser) -> Any:
    if request.method not in _SAFE_METHODS and request.endpoint not in _OWN_TOKEN_ENDPOINTS:
        _check_token(found)
    if found.must_change_password and request.endpoint not in UNCHANGED_ENDPOINTS:
        if request.path.startswith("/ui/"):
            return jsonify(error={"code": ForbiddenError.code, "message": "the password must be changed first"}), 403
        return redirect(url_for("account.password"))
    return None


def _check_token(found: SessionUser) -> None:
    sent = request.headers.get(csrf.HEADER) or request.form.get(csrf.FIELD)
    if not csrf.matches(sent, found.csrf_token):
        log.warning("refused a form without the session's token: %s %s", request.method, request.path)
        raise ForbiddenError("the form was not sent from a page of this session")


def _template_token() -> str:
    return csrf.masked(viewer().csrf_token)

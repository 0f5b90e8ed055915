"""Signing in and out."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired

from statusmonitor.errors import TooManyRequestsError, UnauthorizedError
from statusmonitor.services import sessions
from statusmonitor.services.sessions import SignedIn
from web.addresses import safe_next
from web.cookies import clear_session, session_token, set_preference, set_session
from web.formats import duration
from web.language import COOKIE, gettext

pages = Blueprint("auth", __name__)


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Its token is Flask-WTF's: signed with SECRET_KEY and bound to the browser by the cookie `form`."""

    username = StringField(validators=[DataRequired()])
    password = PasswordField(validators=[DataRequired()])


@pages.route("/login", methods=["GET", "POST"])
def login() -> Any:
    target = safe_next(request.args.get("next"))
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(target)
    form = SignInForm()
    if request.method == "GET":
        return _page(form, None, 200)
    return _sign_in(form, target) if form.validate() else _page(form, _fault(form), 400)


def _sign_in(form: SignInForm, target: str) -> Any:
    try:
        signed_in = sessions.sign_in(form.username.data, form.password.data, address=_address(), user_agent=_user_agent())
    except UnauthorizedError:
        return _page(form, gettext("The user name or the password is wrong."), 401)
    except TooManyRequestsError as error:
        return _too_many(form, error.retry_after_seconds)
    return _enter(signed_in, target)


@pages.route("/logout", methods=["GET", "POST"])
def logout() -> Any:
    """GET is the contract's; another site can at most end the session with it, which SameSite already forbids to its frames."""
    token = session_token()
    if token:
        sessions.sign_out(token)
    response = redirect("/login")
    clear_session(response)
    return response


def _enter(signed_in: SignedIn, target: str) -> Any:
    previous = session_token()
    if previous:
        sessions.sign_out(previous)
    response = redirect(target)
    set_session(response, signed_in.token)
    set_preference(response, "theme", signed_in.user.theme)
    if signed_in.user.language:
        set_preference(response, COOKIE, signed_in.user.language)
    return response


def _page(form: SignInForm, message: str | None, status: int) -> tuple[str, int]:
    return render_template("pages/login.html", form=form, message=message, next=safe_next(request.args.get("next"))), status


def _too_many(form: SignInForm, seconds: int) -> tuple[str, int, dict[str, str]]:
    message = gettext("Too many attempts. Try again in %(wait)s.", wait=duration(seconds))
    return *_page(form, message, 429), {"Retry-After": str(seconds)}


def _fault(form: SignInForm) -> str:
    if "csrf_token" in form.errors:
        return gettext("The form was too old. Please send it once more.")
    return gettext("Enter the user name and the password.")


def _address() -> str:
    return request.remote_addr or ""


def _user_agent() -> str:
    return request.headers.get("User-Agent", "")

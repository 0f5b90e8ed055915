"""The signed-in user's own page: language, theme, password, open sessions."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user

from statusmonitor.errors import TooManyRequestsError, ValidationError
from statusmonitor.services import sessions, users
from web.addresses import safe_next
from web.cookies import set_preference
from web.formats import duration
from web.guard import viewer
from web.language import COOKIE, LANGUAGES, gettext, use
from web.template_helpers import THEMES

pages = Blueprint("account", __name__)


@pages.get("/account")
def show() -> str:
    found = viewer()
    return render_template("pages/account.html", sessions=sessions.list_sessions(found.user_id, current_token=current_user.token))


@pages.post("/account/preferences")
def preferences() -> Any:
    """Set what the form holds; the other preference stays."""
    found = viewer()
    language = request.form.get("language", found.language)
    theme = request.form.get("theme", found.theme)
    if language not in (*LANGUAGES, None) or theme not in THEMES:
        raise ValidationError("there is no such language or theme")
    users.set_preferences(found.user_id, language=language, theme=theme)
    response = redirect(safe_next(request.form.get("next")))
    set_preference(response, "theme", theme)
    if language:
        set_preference(response, COOKIE, language)
    if "quietly" not in request.form:
        use(language)
        flash(gettext("Saved."))
    return response


@pages.route("/account/password", methods=["GET", "POST"])
def password() -> Any:
    if request.method == "GET":
        return render_template("pages/password.html", message=None)
    message = _change()
    if message:
        return render_template("pages/password.html", message=message), 422
    flash(gettext("The password is changed; other sessions were ended."))
    return redirect(url_for("overview.show") if viewer().must_change_password else url_for("account.show"))


@pages.post("/account/sessions/end_others")
def end_other_sessions() -> Any:
    sessions.revoke_all(viewer().user_id, except_token=current_user.token)
    flash(gettext("All other sessions were ended."))
    return redirect(url_for("account.show"))


def _change() -> str | None:
    """Change the password; return what is wrong with the form, None when it is done."""
    old, new = request.form.get("old_password", ""), request.form.get("password", "")
    if new != request.form.get("repeated", ""):
        return gettext("The two new passwords differ.")
    try:
        sessions.change_password(viewer().user_id, old, new, keep_token=current_user.token)
    except ValidationError as error:
        return _fault(error, new)
    except TooManyRequestsError as error:
        return gettext("Too many attempts. Try again in %(wait)s.", wait=duration(error.retry_after_seconds))
    return None


def _fault(error: ValidationError, new: str) -> str:
    if "old_password" in error.details:
        return gettext("The present password is wrong.")
    if len(new) < 8:  # noqa: PLR2004 - told by the service, said in the user's language
        return gettext("The new password needs at least 8 characters.")
    return gettext("Choose another password: not the present one and not your name.")

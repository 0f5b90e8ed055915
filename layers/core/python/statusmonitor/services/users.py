"""Users: made, given rights, and the first one."""

import logging

from statusmonitor.config import DEVELOPMENT_SECRET_KEY, settings
from statusmonitor.db.connection import cursor, transaction
from statusmonitor.domain.text import cure_text
from statusmonitor.errors import ConfigurationError, ConflictError, ValidationError
from statusmonitor.repositories import sessions, users
from statusmonitor.repositories.audit import AuditEntry
from statusmonitor.repositories.users import NewUser, User
from statusmonitor.services import passwords
from statusmonitor.services.audit import record, record_update

logger = logging.getLogger(__name__)

ROLES = ("viewer", "operator", "admin")
LANGUAGES = ("ru", "en")
THEMES = ("auto", "light", "dark")
MAX_USERNAME = 80
FIRST_USERNAME = "adm"
FIRST_PASSWORD = "123"  # noqa: S105 - development only; check_production_safety refuses it
COMMAND_LINE = "command line"


def list_users() -> list[User]:
    with cursor() as cur:
        return users.list_all(cur)


def create_user(
    name: str, password: str, role: str = "viewer", *, must_change_password: bool = False, actor: str = COMMAND_LINE
) -> int:
    """Make a user and return the id.

    Raises:
        ValidationError: the name, the password or the role will not do.
        ConflictError: there is a user of this name, whatever its case.
    """
    name = name.strip()
    _check_name(name)
    _check_choice("role", role, ROLES)
    passwords.check_rules(password, name)
    password_hash = passwords.hash_password(password)
    with transaction() as cur:
        user_id = users.insert(cur, NewUser(name, password_hash, role, must_change_password))
        record(cur, AuditEntry(actor, "create", "user", user_id, after={"username": name, "role": role}))
        return user_id


def has_admin() -> bool:
    """Tell whether there is an active user of role admin."""
    with cursor() as cur:
        return any(user.role == "admin" and user.is_active for user in users.list_all(cur))


def ensure_first_user() -> bool:
    """Make `adm` with its well-known password if this is a development installation without users; tell whether it was made.

    The password must be changed at first sign-in.
    """
    with cursor() as cur:
        if settings().is_production or users.has_any(cur):
            return False
    password_hash = passwords.hash_password(FIRST_PASSWORD)
    with transaction() as cur:
        user_id = users.insert_first(cur, FIRST_USERNAME, password_hash)
        if user_id is not None:
            after = {"username": FIRST_USERNAME, "role": "admin"}
            record(cur, AuditEntry(COMMAND_LINE, "create", "user", user_id, after=after))
        return user_id is not None


def update_user(user_id: int, *, role: str, is_active: bool, actor: str) -> User:
    """Set role and activity; who is switched off or has another role is signed out everywhere.

    Raises:
        NotFoundError, ValidationError
        ConflictError: nobody would be left to administer.
    """
    _check_choice("role", role, ROLES)
    with transaction() as cur:
        admins = users.lock_admins(cur)
        before = users.get(cur, user_id)
        if admins == [user_id] and (role != "admin" or not is_active):
            raise ConflictError("this is the last active admin")
        users.update_rights(cur, user_id, role=role, is_active=is_active)
        after = users.get(cur, user_id)
        if after != before:
            sessions.delete_of_user(cur, user_id)
            record_update(cur, AuditEntry(actor, "update", "user", user_id, _rights(before), _rights(after)))
        return after


def reset_password(user_id: int, password: str, *, actor: str) -> None:
    """Give a user a password that must be changed at the next sign-in, and end all sessions.

    Raises:
        NotFoundError, ValidationError
    """
    with cursor() as cur:
        user = users.get(cur, user_id)
    passwords.check_rules(password, user.username)
    password_hash = passwords.hash_password(password)
    with transaction() as cur:
        users.update_password(cur, user_id, password_hash, must_change_password=True)
        sessions.delete_of_user(cur, user_id)
        record(cur, AuditEntry(actor, "reset_password", "user", user_id))


def set_preferences(user_id: int, *, language: str | None, theme: str) -> None:
    """Raises: ValidationError."""
    if language is not None:
        _check_choice("language", language, LANGUAGES)
    _check_choice("theme", theme, THEMES)
    with cursor() as cur:
        users.update_preferences(cur, user_id, language=language, theme=theme)


def check_production_safety() -> None:
    """Refuse to run in production with what everybody knows.

    Raises:
        ConfigurationError: SECRET_KEY is the default one, or `adm` still has the password of the first start.
    """
    if not settings().is_production:
        return
    if settings().secret_key == DEVELOPMENT_SECRET_KEY:
        raise ConfigurationError("SECRET_KEY is the default one: set it to a random text of your own")
    with cursor() as cur:
        first = users.find_credentials(cur, FIRST_USERNAME)
    if first and first.is_active and passwords.matches(first.password_hash, FIRST_PASSWORD):
        raise ConfigurationError(f"user {FIRST_USERNAME} still has the password of the first start: change it")


def _rights(user: User) -> dict[str, object]:
    return {"role": user.role, "is_active": user.is_active}


def _check_name(name: str) -> None:
    if not name or len(name) > MAX_USERNAME or not name.isprintable() or cure_text(name) != name:
        text = f"must be 1 to {MAX_USERNAME} printable characters"
        raise ValidationError(f"username: {text}", username=text)


def _check_choice(field: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        text = f"must be one of {', '.join(choices)}"
        raise ValidationError(f"{field}: {text}", **{field: text})

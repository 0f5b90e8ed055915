"""All settings, in one place: the only module that reads the environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

from statusmonitor.errors import ConfigurationError

DEVELOPMENT_SECRET_KEY = "development-only"  # noqa: S105 - refused in production
PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Settings:
    """What may be set from outside; every field is an environment variable of the same name in upper case."""

    database_url: str = ""  # or DB_HOST, DB_PORT, DB_NAME, DB_USER, DB_PASSWORD
    database_secret: str = ""  # name or ARN of a Secrets Manager secret with host, port, dbname, username, password
    database_prepare: bool = True  # prepared statements; off behind a proxy that multiplexes sessions
    database_session_options: bool = True  # time-outs sent at connect; off where the role carries them
    secret_key: str = DEVELOPMENT_SECRET_KEY
    flask_env: str = "development"
    tz: str = "UTC"
    public_url: str = ""  # https://… makes cookies Secure and __Host-
    trusted_proxies: str = ""  # addresses whose X-Forwarded-For counts, separated by commas
    session_days: int = 14
    log_level: str = "INFO"
    data: str = ".data"  # folder of the local runner; it names the embedded database while that runs

    @property
    def is_production(self) -> bool:
        return self.flask_env == PRODUCTION

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


@cache
def settings() -> Settings:
    """Return the settings of this process, read once.

    Raises:
        ConfigurationError: a value has the wrong form, or there is no database to use.
    """
    return read_settings(os.environ)


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Return the settings that `environment` holds; names unknown to `Settings` are left alone.

    Raises:
        ConfigurationError: a value has the wrong form.
    """
    given: dict[str, object] = {}
    for name in Settings.__slots__:
        text = environment.get(name.upper(), "").strip()
        if text:
            given[name] = _convert(name, text)
    if "database_url" not in given and environment.get("DB_HOST"):
        given["database_url"] = _url_from_parts(environment)
    return Settings(**given)  # type: ignore[arg-type]


def database_url() -> str:
    """Return the URL of the database: from the settings, from the secret they name, or of the local runner's own.

    Raises:
        ConfigurationError: none of them is there.
    """
    chosen = settings()
    if chosen.database_url:
        return chosen.database_url
    if chosen.database_secret:
        return _url_from_secret(chosen.database_secret)
    running = Path(chosen.data) / "database.url"
    if running.is_file():
        return running.read_text().strip()
    raise ConfigurationError("no database: set DATABASE_URL, or start the local one with `make run`")


def _convert(name: str, text: str) -> object:
    default = getattr(Settings(), name)
    if isinstance(default, bool):
        return _convert_bool(name, text)
    if isinstance(default, int):
        if not text.isascii() or not text.isdigit():
            raise ConfigurationError(f"{name.upper()} must be a whole number, not {text!r}")
        return int(text)
    return text


def _convert_bool(name: str, text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in words:
        raise ConfigurationError(f"{name.upper()} must be one of 1, 0, true, false, yes, no, on, off, not {text!r}")
    return words[text.lower()]


def _url_from_parts(parts: Mapping[str, str]) -> str:
    user = quote(parts.get("DB_USER", "postgres"), safe="")
    password = quote(parts.get("DB_PASSWORD", ""), safe="")
    name = quote(parts.get("DB_NAME", "statusmonitor"), safe="")
    return f"postgresql://{user}:{password}@{parts['DB_HOST']}:{parts.get('DB_PORT', '5432')}/{name}"


@cache
def _url_from_secret(name: str) -> str:
    import boto3

    secret = json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"])
    return _url_from_parts(
        {
            "DB_HOST": secret["host"],
            "DB_PORT": str(secret.get("port", 5432)),
            "DB_NAME": secret.get("dbname", "statusmonitor"),
            "DB_USER": secret["username"],
            "DB_PASSWORD": secret["password"],
        }
    )

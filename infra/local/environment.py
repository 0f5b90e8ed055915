"""The environment that the runner's children get: its own, with the database, the address and the secret key."""

import os
import secrets
from pathlib import Path

from infra.local.postgres_cluster import write_private
from infra.local.settings import RunSettings


def child_environment(chosen: RunSettings, database_url: str) -> dict[str, str]:
    own = own_environment()
    return {
        **own,
        "DATABASE_URL": database_url,
        "SECRET_KEY": own.get("SECRET_KEY") or secret_key(chosen.data),
        "HOST": chosen.host,
        "PORT": str(chosen.port),
        "DATA": str(chosen.data),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": own.get("MALLOC_ARENA_MAX", "2"),  # glibc keeps one per thread else: a third of the memory
    }


def own_environment() -> dict[str, str]:
    return dict(os.environ)  # noqa: TID251 - handed on to children, not read


def secret_key(data: Path) -> str:
    """Return this installation's key, made at random when there is none yet."""
    path = data / "secret_key"
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return path.read_text(encoding="ascii")

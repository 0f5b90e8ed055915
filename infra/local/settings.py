"""What may be set for the local runner; every field is an environment variable of the same name in upper case.

The settings of the application itself are those of statusmonitor.config.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import load_dotenv

from infra.local.errors import StartError

ROOT = Path(__file__).resolve().parents[2]
LARGEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class RunSettings:
    host: str = "127.0.0.1"
    port: int = 48030
    data: Path = ROOT / ".data"
    demo: bool = True
    database_url: str = ""  # empty: the embedded PostgreSQL
    postgres_bin: Path | None = None
    gateway_workers: int = 1
    gateway_threads: int = 16

    @property
    def base_url(self) -> str:
        """Return the address at which this machine itself reaches the server."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"


def read_run_settings() -> RunSettings:
    """Return the settings from the environment and, for what is not set there, from the file .env.

    Raises:
        StartError: one has the wrong form.
    """
    load_dotenv(ROOT / ".env")  # what the environment already holds wins
    return parse_run_settings(os.environ)  # noqa: TID251 - the runner's own settings, no function's


def parse_run_settings(environment: Mapping[str, str]) -> RunSettings:
    default = RunSettings()
    binaries = environment.get("POSTGRES_BIN", "")
    return RunSettings(
        host=environment.get("HOST", "") or default.host,
        port=_number(environment, "PORT", default.port, LARGEST_PORT),
        data=Path(environment.get("DATA", "") or default.data).expanduser().absolute(),
        demo=environment.get("DEMO", "1").lower() not in ("0", "no", "false", "off"),
        database_url=_database_url(environment),
        postgres_bin=Path(binaries) if binaries else None,
        gateway_workers=_number(environment, "GATEWAY_WORKERS", default.gateway_workers, 64),
        gateway_threads=_number(environment, "GATEWAY_THREADS", default.gateway_threads, 256),
    )


def _number(environment: Mapping[str, str], name: str, default: int, largest: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= largest):
        raise StartError(f"{name} is {text!r}: set it to a number from 1 to {largest}")
    return int(text)


def _database_url(environment: Mapping[str, str]) -> str:
    """Return the URL of the operator's own database, also when it is given in parts."""
    from statusmonitor.config import read_settings

    return read_settings(environment).database_url

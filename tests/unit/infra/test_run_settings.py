"""The settings of the local runner."""

from pathlib import Path

import pytest

from infra.local.errors import StartError
from infra.local.settings import ROOT, RunSettings, parse_run_settings


def test_nothing_has_to_be_set():
    assert parse_run_settings({}) == RunSettings(host="127.0.0.1", port=48030, data=ROOT / ".data", demo=True)


def test_everything_may_be_set():
    chosen = parse_run_settings(
        {
            "HOST": "0.0.0.0",
            "PORT": "8080",
            "DATA": "/srv/monitor",
            "DEMO": "0",
            "DATABASE_URL": "postgresql://db/x",
            "POSTGRES_BIN": "/usr/lib/postgresql/15/bin",
            "GATEWAY_WORKERS": "2",
            "GATEWAY_THREADS": "8",
        }
    )

    assert chosen == RunSettings(
        host="0.0.0.0",
        port=8080,
        data=Path("/srv/monitor"),
        demo=False,
        database_url="postgresql://db/x",
        postgres_bin=Path("/usr/lib/postgresql/15/bin"),
        gateway_workers=2,
        gateway_threads=8,
    )


@pytest.mark.parametrize("text", ["x", "0", "-1", "65536", "1.5", "٣"])
def test_a_port_that_is_none_is_refused_in_one_line(text):
    with pytest.raises(StartError, match=r"^PORT is .*: set it to a number from 1 to 65535$"):
        parse_run_settings({"PORT": text})


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", "http://127.0.0.1:1"), ("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://[::1]:1"), ("::1", "http://[::1]:1")],
)
def test_the_base_url_is_one_that_this_machine_can_open(host, expected):
    assert RunSettings(host=host, port=1).base_url == expected


def test_a_database_may_be_given_in_parts():
    chosen = parse_run_settings({"DB_HOST": "db", "DB_NAME": "monitor", "DB_USER": "me", "DB_PASSWORD": "p@ss"})

    assert chosen.database_url == "postgresql://me:p%40ss@db:5432/monitor"

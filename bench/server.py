"""The server under test: an embedded PostgreSQL with its default durability, and the gateway as `make run` starts it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self

import psycopg2

from bench.machine import ROOT
from infra.local.account import account_for
from infra.local.postgres import EmbeddedPostgres
from infra.local.postgres_binaries import find_binaries, program
from infra.local.postgres_cluster import SUPERUSER
from statusmonitor import config
from statusmonitor.db import connection

START_SECONDS = 30.0
STOP_SECONDS = 5.0
LOOPBACK = "127.0.0.1"
GATEWAY = (sys.executable, "-m", "infra.local.serve")


class Server:
    """A PostgreSQL of its own below build/, on the disk of the project, and the databases in it."""

    def __init__(self) -> None:
        (ROOT / "build").mkdir(exist_ok=True)
        self.data = Path(mkdtemp(prefix="bench-", dir=ROOT / "build"))
        self.postgres = EmbeddedPostgres(self.data)
        self.databases: set[str] = set()

    def __enter__(self) -> Self:
        self.postgres.start()
        return self

    def __exit__(self, *_error: object) -> None:
        use_database("")
        self.postgres.stop()
        shutil.rmtree(self.data)

    @property
    def version(self) -> str:
        with self.administrator() as cur:
            cur.execute("SHOW server_version")
            return str(cur.fetchone()[0])

    def create(self, name: str, template: str = "template1") -> str:
        """Create a database and return its URL."""
        with self.administrator() as cur:
            cur.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self.databases.add(name)
        return self.url(name)

    def copy(self, template: str) -> str:
        """Return the URL of a fresh copy of a database that nothing is connected to."""
        name = f"copy_{len(self.databases)}"
        return self.create(name, template)

    def url(self, name: str) -> str:
        return self.postgres.url(name, role=SUPERUSER)

    def program(self, name: str) -> str:
        return program(find_binaries(None, account_for(self.postgres.folder)), name)

    def administrator(self) -> AbstractContextManager[Any]:
        return self.database(self.url("postgres"))

    @contextmanager
    def database(self, url: str) -> Iterator[Any]:
        """Give a cursor past the code under test; every statement is its own transaction."""
        with closing(psycopg2.connect(url)) as direct:
            direct.autocommit = True
            yield direct.cursor()

    def from_checkpoint(self, run: Callable[[], float]) -> Callable[[], float]:
        """Return `run` that begins with nothing to be written back: otherwise one run pays for what another left."""

        def clean_run() -> float:
            with self.administrator() as cur:
                cur.execute("CHECKPOINT")
            return run()

        return clean_run

    @contextmanager
    def gateway(self, url: str) -> Iterator[int]:
        """Run the gateway with its default workers on a database; gives its port."""
        port = free_port()
        environment = {**os.environ, "DATABASE_URL": url, "HOST": LOOPBACK, "PORT": str(port), "DATA": str(self.data)}
        with (self.data / "gateway.log").open("ab") as log:
            process = subprocess.Popen(GATEWAY, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for_port(port, process)
            yield port
        finally:
            end(process)


def use_database(url: str) -> None:
    """Let this process's own calls go to a database; empty: close what is open."""
    from statusmonitor.services import keys, retention

    os.environ["DATABASE_URL"] = url
    config.settings.cache_clear()
    connection.close()
    retention.forget()
    keys.forget_all()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: subprocess.Popen[Any]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode} while it started")
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args} did not open port {port} within {START_SECONDS:.0f} s")


def end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

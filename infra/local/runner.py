"""Brings everything up in order, keeps it up, and takes it down: what `make run` does."""

import http.client
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit

from infra.local.checks import check_port, check_python, lock_data
from infra.local.child import Child, ChildSpec, python_child
from infra.local.environment import child_environment
from infra.local.errors import StartError
from infra.local.postgres import EmbeddedPostgres
from infra.local.settings import RunSettings
from infra.local.supervisor import Supervisor

POSTGRES = "postgres"
START_SECONDS = 60.0
DEATHS_AT_START = 3
SIGN_IN_HINT = (
    "Sign in as adm; its password is 123 until you change it, which the first sign-in asks for. Ctrl-C stops everything."
)


class StoppedError(Exception):
    """A signal asked to stop before everything was up."""


class Runner:
    def __init__(self, chosen: RunSettings, say: Callable[[str], None]) -> None:
        self._chosen = chosen
        self._say = say
        self._lock = lock_data(chosen.data)
        self._supervisor = Supervisor(chosen.data / "log", say)
        self._postgres: EmbeddedPostgres | None = None

    def run(self) -> None:
        """Start everything, keep it running until a signal comes, and end it.

        Raises:
            StartError: something does not come up; whatever was started is ended again.
        """
        try:
            self._start()
            self._supervisor.run()
        except StoppedError:
            pass
        finally:
            self._stop()

    def _start(self) -> None:
        check_port(self._chosen)
        url = self._chosen.database_url or self._start_postgres()
        environment = child_environment(self._chosen, url)
        self._prepare(environment)
        self._say("Starting the gateway and the worker")
        gateway = self._supervisor.start(python_child("gateway", "infra.local.serve", environment))
        self._supervisor.start(python_child("worker", "scheduler", environment))
        self._wait(lambda: _is_healthy(self._chosen.base_url), gateway)
        for spec in self._demo():
            child = self._supervisor.start(spec)
            if not spec.restarts and child.process is not None:
                self._say(
                    f"The demo's agent is process {child.process.pid}: end it with `kill`, and its nodes turn stale in a minute"
                )
        self._say(f"Status Monitor is ready: {self._chosen.base_url}")
        self._say(SIGN_IN_HINT)

    def _start_postgres(self) -> str:
        self._say(f"Starting PostgreSQL on {self._chosen.data / 'postgres'}")
        server = EmbeddedPostgres(self._chosen.data, binaries=self._chosen.postgres_bin)
        server.open()
        self._postgres = server
        child = self._supervisor.start(ChildSpec(POSTGRES, lambda: server.spawn(subprocess.PIPE)))
        self._wait(server.is_ready, child)
        return server.url(socket=True)

    def _prepare(self, environment: dict[str, str]) -> None:
        self._say("Preparing the database")
        command = [sys.executable, "-m", "infra.local.prepare"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, start_new_session=True)
        if done.returncode != 0:
            (self._chosen.data / "log" / "prepare.log").write_text(done.stderr)
            last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StartError(f"the database cannot be prepared: {last_line} (all of it: {self._chosen.data}/log/prepare.log)")
        for line in done.stdout.splitlines():
            self._say(line)

    def _demo(self) -> list[ChildSpec]:
        if not self._chosen.demo:
            return []
        from infra.local.demo import demo_children

        self._say("Starting the demo site")
        return demo_children(self._chosen.data, self._chosen.base_url)

    def _wait(self, is_up: Callable[[], bool], child: Child) -> None:
        """Keep everything running until `is_up`; `child` is the one that it depends on."""
        deadline = time.monotonic() + START_SECONDS
        while not is_up():
            if self._supervisor.is_stop_asked:
                raise StoppedError
            if child.deaths >= DEATHS_AT_START or time.monotonic() > deadline:
                raise StartError(f"{child.name} does not come up: see {self._chosen.data}/log/{child.name}.log")
            self._supervisor.turn(0.02)

    def _stop(self) -> None:
        children = self._supervisor.children
        if self._supervisor.is_stop_asked and children:
            self._say("Stopping")
        self._supervisor.stop([child for child in children if child.name != POSTGRES])
        if self._postgres is not None:
            self._postgres.stop(within_seconds=1.5)
        self._supervisor.stop(list(children))
        self._lock.release()


def _is_healthy(base_url: str) -> bool:
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=1)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main(read_settings: Callable[[], RunSettings]) -> int:
    """Run until stopped; 1, after one line, when the start fails."""
    try:
        check_python()
        Runner(read_settings(), _say).run()
    except StartError as error:
        return _refuse(str(error))
    except PermissionError as error:  # a file in DATA that another account made
        return _refuse(f"{error.filename} belongs to another account: start as that one, or set DATA to another folder")
    return 0


def _say(line: str) -> None:
    with suppress(BrokenPipeError):  # whoever listened has gone; the logs hold what matters
        print(line, flush=True)


def _refuse(reason: str) -> int:
    print(f"Cannot start: {reason}", file=sys.stderr)
    return 1

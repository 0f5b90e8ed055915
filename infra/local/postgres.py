"""The embedded PostgreSQL: a server that lives and dies with the process that starts it.

    with EmbeddedPostgres(Path(".data")) as server:
        psycopg2.connect(server.url())

Start it from the main thread: the kernel ends the server when the thread that started it ends.
"""

import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from infra.local.account import Account, account_for
from infra.local.errors import StartError
from infra.local.folder_lock import FolderInUseError, FolderLock
from infra.local.parent_death import end_with_parent
from infra.local.postgres_binaries import find_binaries
from infra.local.postgres_cluster import DATABASE, ROLE, Cluster, clean_environment, write_private
from infra.local.postgres_leftovers import clear_leftovers

LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)  # below those that the kernel lends to outgoing connections, so that a restart finds its port free
SOCKET_PATH_BYTES = 100  # the kernel takes 107 on Linux, 103 on macOS
POLL_SECONDS = 0.005
START_SECONDS = 60.0  # recovery after a crash may take this long
STOP_SECONDS = 4.0
QUIT_SECONDS = 0.5
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
READY = "ready"


class EmbeddedPostgres:
    """One cluster in `data`/postgres. `durable=False` trades safety at power loss for speed: for tests.

    It listens on a free port of the loopback address, or of the address `listen`, and on a socket inside its folder,
    a tenth faster, where the system has such and the path is not too long for one.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        shared_buffers: str = "128MB",
        listen: str = LOOPBACK,
        binaries: Path | None = None,
    ) -> None:
        self.data = data.absolute()
        self.folder = self.data / "postgres"
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self._shared_buffers = shared_buffers
        self._listen = listen
        self._port = 0
        self._has_socket = (
            sys.platform != "win32" and len(os.fsencode(self.folder)) + len("/.s.PGSQL.65535.lock") < SOCKET_PATH_BYTES
        )
        self._chosen_binaries = binaries
        self._cluster: Cluster | None = None
        self._lock = FolderLock(self.data / "postgres.lock")

    @property
    def log(self) -> Path:
        return self.data / "log" / "postgres.log"

    def start(self) -> None:
        """Start the server and wait until it answers; makes the cluster when there is none.

        Raises:
            StartError: it cannot run; the text says why and what to do.
        """
        self.open()
        try:
            with self.log.open("ab") as output:
                self.spawn(output)
            self.wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def open(self) -> None:
        """Take the folder for this process and make the cluster, without starting a server.

        Raises:
            StartError: another process has it, or it cannot be made.
        """
        self._make_folders()
        try:
            self._lock.take()
        except FolderInUseError as error:
            raise StartError(
                f"{self.data} is in use by process {error.pid}: stop that one, or set DATA to another folder"
            ) from error
        try:
            account = account_for(self.folder)
            self._check_owner(account)
            self._cluster = Cluster(self.folder, find_binaries(self._chosen_binaries, account), account)
            self._cluster.make(durable=self.durable)
            self._port = self._choose_port()
            write_private(self.data / "database.url", self.url())
        except BaseException:
            self._lock.release()
            raise

    def spawn(self, output: IO[bytes] | int) -> subprocess.Popen[bytes]:
        """Start the server's process after `open` and return at once; also to start it again after it died."""
        cluster = self._opened()
        clear_leftovers(self.folder)
        self._write_client_rules()
        self.process = subprocess.Popen(
            cluster.command("postgres", self.folder, *self._settings()),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C at the terminal is for us; the server is stopped last
            preexec_fn=end_with_parent(signal.SIGINT),  # noqa: PLW1509 - fast shutdown, even after kill -9 of this process
            **cluster.account.identity,
        )
        return self.process

    def wait_until_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server takes connections.

        Raises:
            StartError: it ended, or did not come up in time.
        """
        deadline = time.monotonic() + seconds
        while not self.is_ready():
            if not self.is_running():
                raise StartError(f"PostgreSQL ended while it started: {self._last_complaint()} (all of it: {self.log})")
            if time.monotonic() > deadline:
                raise StartError(f"PostgreSQL did not come up within {seconds:.0f} s: see {self.log}")
            time.sleep(POLL_SECONDS)

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """Tell whether our own server, not an earlier one's note, says that it takes connections."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        is_ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return is_ours and lines[-1].strip() == READY

    def stop(self, within_seconds: float = STOP_SECONDS) -> None:
        """Shut the server down in order, cutting off its clients, at last by force, and free the folder."""
        for number, seconds in ((signal.SIGINT, within_seconds), (signal.SIGQUIT, QUIT_SECONDS), (signal.SIGKILL, None)):
            if self.process is None or not self.is_running():
                break
            self.process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        self.process = None
        (self.data / "database.url").unlink(missing_ok=True)
        self._lock.release()

    def url(self, database: str = DATABASE, *, role: str = ROLE, socket: bool = False) -> str:
        """Return the URL of a database of this server, over its port, or over its `socket` if it has one."""
        login = f"postgresql://{role}:{self._opened().password(role)}@"
        if socket and self._has_socket:
            return f"{login}/{database}?host={quote(str(self.folder))}&port={self._port}"
        address = LOOPBACK if self._listen in ("*", "0.0.0.0") else self._listen  # noqa: S104 - compared, not bound
        return f"{login}{address}:{self._port}/{database}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _opened(self) -> Cluster:
        if self._cluster is None:
            raise RuntimeError("open() comes first")
        return self._cluster

    def _make_folders(self) -> None:
        try:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            (self.data / "postgres.lock").touch(mode=0o600)
        except OSError as error:
            raise StartError(f"cannot write {self.data} ({error.strerror}): set DATA to a folder that is yours") from error

    def _check_owner(self, account: Account) -> None:
        is_foreign = (
            account.uid is None and self.folder.exists() and sys.platform != "win32" and self.folder.stat().st_uid != os.geteuid()
        )
        if is_foreign:
            raise StartError(f"{self.folder} belongs to another account: start as root once more, or set DATA to another folder")

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": self._listen,
            "port": str(self._port),
            "unix_socket_directories": "." if self._has_socket else "",
            "shared_buffers": self._shared_buffers,
            "max_connections": "100",
            "logging_collector": "off",
            "log_checkpoints": "off",
            "log_line_prefix": "%m [%p] ",
            **({} if self.durable else FAST_SETTINGS),
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _write_client_rules(self) -> None:
        rules = ["local all all scram-sha-256", "host all all samenet scram-sha-256"]
        path = self.folder / "pg_hba.conf"
        write_private(path, "\n".join([*rules, ""]))
        self._opened().account.own(path)

    def _choose_port(self) -> int:
        """Return a free port, the last one if possible, so that written-down URLs stay right."""
        note = self.data / "postgres.port"
        last = [int(note.read_text())] if note.exists() else []
        wishes = [*last, *random.sample(PORTS, 100)]
        port = next((port for port in wishes if _is_free(self._listen, port)), 0)
        if not port:
            raise StartError(f"no free port on {self._listen} for PostgreSQL: end what uses {PORTS.start} to {PORTS.stop}")
        note.write_text(str(port))
        return port

    def _last_complaint(self) -> str:
        found = re.findall(r"(?:FATAL|PANIC):\s*(.+)", self.log.read_text(errors="replace")) if self.log.exists() else []
        return found[-1] if found else "it left no message"


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as PostgreSQL does
        try:
            probe.bind(("" if address == "*" else address, port))
        except OSError:
            return False
    return True

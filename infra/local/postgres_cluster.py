"""Makes the folder of a PostgreSQL cluster, whole or not at all."""

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.local.account import Account
from infra.local.errors import StartError
from infra.local.parent_death import end_with_parent
from infra.local.postgres_binaries import program
from infra.local.postgres_leftovers import clear_leftovers

DATABASE = "statusmonitor"
ROLE = "statusmonitor"  # the application's: no superuser, so an injected statement reaches no file and no program
SUPERUSER = "postgres"
FIRST_STATEMENTS = f"""\
ALTER ROLE {SUPERUSER} PASSWORD '{{own}}';
CREATE ROLE {ROLE} LOGIN CREATEDB PASSWORD '{{password}}';
GRANT pg_monitor, pg_checkpoint TO {ROLE};
CREATE DATABASE {DATABASE} OWNER {ROLE};
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """`folder` holds the cluster; what belongs to it but is not PostgreSQL's lies beside it."""

    folder: Path
    binaries: Path
    account: Account

    def make(self, *, durable: bool) -> None:
        """Make the cluster unless it is there. An attempt that was cut short is thrown away.

        Raises:
            StartError: the folder cannot be made.
        """
        if self.folder.exists():
            return
        unfinished = self.folder.with_name(f"{self.folder.name}.init")
        if unfinished.exists():
            clear_leftovers(unfinished)
            shutil.rmtree(unfinished)
        unfinished.mkdir(mode=0o700)
        self.account.own(unfinished)
        self._initdb(unfinished, durable=durable)
        self._create_database(unfinished)
        unfinished.rename(self.folder)

    def password(self, role: str) -> str:
        """Return the role's password. Each follows from one secret, and none tells another."""
        return hashlib.sha256(f"{self._secret()}/{role}".encode()).hexdigest()

    def command(self, name: str, folder: Path, *arguments: str) -> list[str]:
        return [program(self.binaries, name), "-D", self._seen_from_inside(folder), *arguments]

    def _seen_from_inside(self, folder: Path) -> str:
        """Return the name by which the account can open `folder`, its current folder when it starts.

        A parent such as root's home may be closed to the account; the way through the current folder is not.
        """
        is_borrowed = self.account.uid is not None and sys.platform == "linux"
        return "/proc/self/cwd" if is_borrowed else str(folder)

    def _secret(self) -> str:
        path = self.folder.with_name(f"{self.folder.name}.secret")
        if not path.exists():
            write_private(path, secrets.token_hex(32))
        return path.read_text(encoding="ascii")

    def _initdb(self, folder: Path, *, durable: bool) -> None:
        arguments = ["--locale=C.UTF-8", "--encoding=UTF8", f"--username={SUPERUSER}", "--no-instructions"]
        # Nobody can connect yet: the rules for clients are written before each start of the server.
        arguments += ["--auth=trust", *([] if durable else ["--no-sync"])]
        self._run(self.command("initdb", folder, *arguments), folder)

    def _create_database(self, folder: Path) -> None:
        """Create role and database in PostgreSQL's single-user mode, which takes one statement a line."""
        statements = FIRST_STATEMENTS.format(own=self.password(SUPERUSER), password=self.password(ROLE))
        command = [program(self.binaries, "postgres"), "--single", "-D", self._seen_from_inside(folder), SUPERUSER]
        self._run(command, folder, statements=statements)

    def _run(self, command: Sequence[str], folder: Path, statements: str = "") -> None:
        done = subprocess.run(
            command,
            cwd=folder,
            input=statements,
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment(),
            start_new_session=True,  # Ctrl-C lets it finish
            preexec_fn=end_with_parent(signal.SIGKILL),
            **self.account.identity,
        )
        if done.returncode != 0 or "ERROR:" in done.stderr:
            last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise StartError(f"PostgreSQL could not make {folder}: {last_line}")


def clean_environment() -> dict[str, str]:
    """PostgreSQL's own variables (PGDATA, PGPORT, …) and a foreign locale must not reach the embedded server."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    unfinished.replace(path)

"""One child of the runner: how it is started, what it writes, and when it is started again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from infra.local.log_file import LogFile
from infra.local.parent_death import end_with_parent

# Seconds before the next start: at once after an accident, ever slower for a child that dies again and again.
DELAYS = (0.2, 0.2, 0.5, 1.0, 1.5, 3.0, 6.0, 12.0, 30.0)
STEADY_SECONDS = 5.0  # a child that lived this long is sound again
LONGEST_LINE_BYTES = 16_384
SHOWN_CHARACTERS = 240
SHOWN_PER_MINUTE = 5
MINUTE_SECONDS = 60.0
COMPLAINT = re.compile(rb"\b(?:ERROR|CRITICAL|FATAL|PANIC)\b|^[\w.]+(?:Error|Exception)\b")
# What belongs to a restart, which has a line of its own.
EXPECTED = re.compile(
    rb"database system is (?:starting up|shutting down|not yet accepting|in recovery)|terminating connection|Unexpected exit from worker"
)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """`spawn` starts the program with its output on a pipe; it is called again after each death that `restarts`."""

    name: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    restarts: bool = True


def command_child(name: str, command: Sequence[str], environment: Mapping[str, str], *, restarts: bool = True) -> ChildSpec:
    """Return a child that runs `command` and ends with this process, whatever ends it."""

    def spawn() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the terminal reaches us alone; we end the children in order
            preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - this process has no threads
        )

    return ChildSpec(name, spawn, restarts)


def python_child(name: str, module: str, environment: Mapping[str, str]) -> ChildSpec:
    return command_child(name, [sys.executable, "-m", module], environment)


class Child:
    """A started child. `say` shows a line to the person at the terminal."""

    def __init__(self, spec: ChildSpec, log: LogFile, say: Callable[[str], None]) -> None:
        self.spec = spec
        self.process: subprocess.Popen[bytes] | None = None
        self.due_at: float | None = None  # monotonic time of the next start, while it is dead
        self.deaths = 0  # in a row
        self.is_over = False  # dead, and to stay so
        self._log = log
        self._say = say
        self._started_at = 0.0
        self._rest = b""
        self._shown: list[float] = []

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def output(self) -> IO[bytes]:
        if self.process is None or self.process.stdout is None:
            raise RuntimeError(f"{self.name} has no output")
        return self.process.stdout

    def start(self) -> bool:
        """Start the program; False when the system refuses, which counts as a death."""
        self._started_at = time.monotonic()
        try:
            self.process = self.spec.spawn()
        except OSError as error:
            self._plan_next_start(str(error))
            return False
        os.set_blocking(self.output.fileno(), False)
        self.due_at = None
        return True

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def read_output(self) -> bool:
        """Move what the child wrote to its log; False at the end of its output."""
        try:
            text = os.read(self.output.fileno(), 65_536)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + text).split(b"\n")
        for line in lines:
            self._keep(line[:LONGEST_LINE_BYTES])
        if not text or len(self._rest) > LONGEST_LINE_BYTES:
            self._keep_rest()
        return bool(text)

    def note_death(self) -> None:
        """Decide when to start it again, and say so."""
        if self.process is None:
            raise RuntimeError(f"{self.name} was never started")
        self._keep_rest()
        self.kill()
        self.output.close()
        self._plan_next_start(_how(self.process.returncode))

    def terminate(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()

    def kill(self) -> None:
        """Kill the child and whatever it started itself; a buried one is left alone, its number may be another's by now."""
        if self.process is not None and self.due_at is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        if self.process is not None:
            self.process.wait()
            self.output.close()
        self._log.close()

    def _plan_next_start(self, reason: str) -> None:
        now = time.monotonic()
        self.deaths = 1 if now - self._started_at >= STEADY_SECONDS else self.deaths + 1
        delay = DELAYS[min(self.deaths, len(DELAYS)) - 1]
        self.is_over = not self.spec.restarts
        self.due_at = None if self.is_over else now + delay
        outlook = "it stays so until the next start" if self.is_over else f"starting it again in {delay:g} s"
        line = f"{self.name} ended ({reason}); {outlook}"
        self._log.write(line.encode())
        self._say(line)

    def _keep_rest(self) -> None:
        if self._rest:
            self._keep(self._rest[:LONGEST_LINE_BYTES])
        self._rest = b""

    def _keep(self, line: bytes) -> None:
        self._log.write(line)
        if COMPLAINT.search(line) and not EXPECTED.search(line):
            self._show(line)

    def _show(self, line: bytes) -> None:
        now = time.monotonic()
        self._shown = [shown for shown in self._shown if now - shown < MINUTE_SECONDS]
        if len(self._shown) < SHOWN_PER_MINUTE:
            self._say(f"{self.name}: {_printable(line)}")
        elif len(self._shown) == SHOWN_PER_MINUTE:
            self._say(f"{self.name}: more of this is in {self._log.path}")
        else:
            return
        self._shown.append(now)


def _printable(line: bytes) -> str:
    """Return the line without what could steer a terminal: the text may come from a client."""
    text = line.decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "?" for character in text)[:SHOWN_CHARACTERS]


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"

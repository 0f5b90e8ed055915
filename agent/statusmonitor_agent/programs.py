"""Runs programs from argument lists: never through a shell, bounded in time and output."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Mapping, Sequence

if TYPE_CHECKING:
    import subprocess
    from typing import IO

MAX_OUTPUT_BYTES = 256 * 1024
READ_BYTES = 16 * 1024
_running: set[subprocess.Popen[bytes]] = set()


@dataclass(frozen=True)
class Finished:
    """`exit_code` is None when the program was stopped because its time was up."""

    exit_code: int | None
    stdout: str
    stderr: str
    is_truncated: bool = False


class _Collector(threading.Thread):
    """Keeps the first bytes of a stream and throws the rest away, so that the program never blocks on it."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        super().__init__(daemon=True)
        self.stream, self.limit = stream, limit
        self.kept = bytearray()
        self.is_truncated = False
        self.start()

    def run(self) -> None:
        # Closed under us when a grandchild keeps the pipe open after the program is gone.
        with contextlib.suppress(ValueError, OSError):
            for chunk in iter(lambda: os.read(self.stream.fileno(), READ_BYTES), b""):
                room = self.limit - len(self.kept)
                self.kept += chunk[:room]
                self.is_truncated = self.is_truncated or len(chunk) > room


def run_program(
    arguments: Sequence[str],
    *,
    timeout_seconds: float,
    max_output_bytes: int = MAX_OUTPUT_BYTES,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """Run it to its end, or stop it and everything it started when its time is up.

    Raises:
        OSError: it could not be started.
        ValueError: an argument holds a NUL.
    """
    import subprocess

    options: dict[str, Any] = {"start_new_session": True} if os.name == "posix" else {"creationflags": 0x08000000}
    with subprocess.Popen(
        list(arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        **options,
    ) as program:
        _running.add(program)
        streams = [_Collector(stream, max_output_bytes) for stream in (program.stdout, program.stderr) if stream]
        exit_code: int | None
        try:
            exit_code = program.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            exit_code = None
            _stop(program)
        for stream in streams:
            stream.join(1.0)
            if stream.is_alive():  # something it started still holds the pipe
                _stop(program)
                stream.join(1.0)
        _running.discard(program)
    out, err = streams
    return Finished(exit_code, decode(bytes(out.kept)), decode(bytes(err.kept)), out.is_truncated or err.is_truncated)


def stop_all() -> None:
    """Stop every program that is still running, because the agent ends."""
    for program in list(_running):
        _kill(program)


def _stop(program: subprocess.Popen[bytes]) -> None:
    _kill(program)
    program.wait()


def _kill(program: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(program.pid, signal.SIGKILL)
    program.kill()


def decode(output: bytes) -> str:
    """Return a program's output as text; on Windows old programs write in the console's code page."""
    try:
        return output.decode("utf-8")
    except UnicodeDecodeError:
        return output.decode(_fallback_encoding(), "replace")


def _fallback_encoding() -> str:
    if os.name == "posix":
        return "utf-8"
    import ctypes

    return f"cp{ctypes.windll.kernel32.GetOEMCP()}"  # type: ignore[attr-defined,unused-ignore]

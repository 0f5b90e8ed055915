"""A log file that stays small: one older file is kept beside it."""

import time
from pathlib import Path

LIMIT_BYTES = 5_000_000


class LogFile:
    """Appends lines, each with its time in UTC. At `limit_bytes` it starts anew and the old file becomes NAME.1."""

    def __init__(self, path: Path, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = path
        self._limit_bytes = limit_bytes
        self._file = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        self._file.write(time.strftime("%Y-%m-%dT%H:%M:%SZ ", time.gmtime()).encode() + line + b"\n")
        if self._file.tell() > self._limit_bytes:
            self._rotate()

    def close(self) -> None:
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        self.path.replace(self.path.with_name(f"{self.path.name}.1"))
        self._file = self.path.open("ab", buffering=0)

"""A lock beside a folder, held by one process at a time and let go by the kernel when that process dies."""

import os
import sys
from pathlib import Path
from typing import Self


class FolderInUseError(Exception):
    """Another process holds the lock; `pid` is its number, or 0 when it has not written it yet."""

    def __init__(self, path: Path, pid: int) -> None:
        super().__init__(f"{path} is held by process {pid or '?'}")
        self.pid = pid


class FolderLock:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def take(self) -> None:
        """Take the lock without waiting.

        Raises:
            FolderInUseError: somebody else has it.
        """
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            text = os.pread(descriptor, 20, 0) if sys.platform != "win32" else b""
            os.close(descriptor)
            raise FolderInUseError(self.path, int(text) if text.isdigit() else 0) from error
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_error: object) -> None:
        self.release()


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

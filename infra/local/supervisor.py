"""Keeps the children running, and ends them all together.

One thread and one loop: a child must be started from a thread that lives as long as this process (parent_death.py),
and nothing may fork while another thread holds a lock.
"""

import os
import selectors
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from infra.local.child import Child, ChildSpec
from infra.local.log_file import LogFile

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
KILL_AFTER_SECONDS = 2.5  # of the five that a stop may take; the database needs the rest


class Supervisor:
    def __init__(self, log_folder: Path, say: Callable[[str], None]) -> None:
        self.is_stop_asked = False
        self.children: list[Child] = []
        self._log_folder = log_folder
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._catch_signals()

    def start(self, spec: ChildSpec) -> Child:
        child = Child(spec, LogFile(self._log_folder / f"{spec.name}.log"), self._say)
        self.children.append(child)
        self._start(child)
        return child

    def turn(self, seconds: float) -> None:
        """Wait up to `seconds` for something to happen, then keep logs, bury the dead and start who is due."""
        self._pump(self._until_due(seconds))
        if self.is_stop_asked:
            return
        for child in self.children:
            if child.is_over:
                continue
            if child.due_at is None and not child.is_running():
                self._drain(child)
                child.note_death()
            elif child.due_at is not None and child.due_at <= time.monotonic():
                self._start(child)

    def run(self) -> None:
        """Keep everything running until a signal asks to stop."""
        while not self.is_stop_asked:
            self.turn(1.0)

    def stop(self, children: list[Child], within_seconds: float = KILL_AFTER_SECONDS) -> None:
        """End these children: politely at first, by force after `within_seconds`."""
        self.is_stop_asked = True
        for child in children:
            child.terminate()
        deadline = time.monotonic() + within_seconds
        while any(child.is_running() for child in children) and time.monotonic() < deadline:
            self._pump(0.1)
        for child in children:
            child.kill()
            self._drain(child)
            child.close()
            self.children.remove(child)

    def _catch_signals(self) -> None:
        for end in (self._wake_reader, self._wake_writer):
            os.set_blocking(end.fileno(), False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _wake_only)
        for number in STOP_SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup asked for that
                signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.is_stop_asked = True

    def _start(self, child: Child) -> None:
        if child.start():
            self._selector.register(child.output, selectors.EVENT_READ, child)

    def _until_due(self, seconds: float) -> float:
        due = [child.due_at for child in self.children if child.due_at is not None]
        return max(0.0, min([seconds, *(at - time.monotonic() for at in due)]))

    def _pump(self, seconds: float) -> None:
        for key, _events in self._selector.select(seconds):
            if key.data is None:
                self._wake_reader.recv(4096)
            elif not key.data.read_output():
                self._selector.unregister(key.fileobj)

    def _drain(self, child: Child) -> None:
        """Keep the last lines of a dead child; somebody else may still hold its pipe, so the end is not waited for."""
        if child.due_at is None and child.output in self._registered():
            child.read_output()
            self._selector.unregister(child.output)

    def _registered(self) -> set[object]:
        return {key.fileobj for key in self._selector.get_map().values()}


def _wake_only(_number: int, _frame: FrameType | None) -> None:
    """Let the wake-up socket, which a Python handler switches on, do its work."""

"""Runs one built function as Lambda does: its runtime interface client, fed by the runtime interface emulator.

Not imitated: the memory limit, read-only folders, Amazon Linux.
"""

import json
import os
import signal
import socket
import subprocess
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from infra.local.parent_death import end_with_parent
from tests.http_events import Answer, http_event
from tests.template.reading import FUNCTIONS, GLOBALS, environment_of, layers_of

START_SECONDS = 20
INVOKE_PATH = "/2015-03-31/functions/function/invocations"


class Emulator:
    """One function. Calls must come one after another: the emulator dies of several at once."""

    def __init__(self, interface_emulator: Path, python: Path, artifacts: Path, *, log: Path) -> None:
        self._interface_emulator = interface_emulator
        self._python = python
        self._artifacts = artifacts
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    def start(self, function: str, layers: list[str] | None, variables: dict[str, str]) -> None:
        """Start `function` with the template's environment and, unless `layers` says otherwise, its layers."""
        self._port, runtime_port = free_ports(2)
        command = [
            self._interface_emulator,
            "--log-level",
            "error",
            "--runtime-interface-emulator-address",
            f"127.0.0.1:{self._port}",
            "--runtime-api-address",
            f"127.0.0.1:{runtime_port}",
            self._python,
            "-m",
            "awslambdaric",
            FUNCTIONS[function]["Properties"]["Handler"],
        ]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._artifacts / function,
                env=self._environment(function, layers_of(function) if layers is None else layers, variables),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it makes one system call
            )
        self._wait_until_it_listens()

    def invoke(self, event: dict[str, Any]) -> Any:
        """Return what the handler returned, or the error object that Lambda makes of an exception."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        try:
            connection.request("POST", INVOKE_PATH, json.dumps(event))
            text = connection.getresponse().read()
        finally:
            connection.close()
        return json.loads(text)

    def request(self, method: str, path: str, **options: Any) -> Answer:
        """Return the function's answer to an event of the HTTP API; options as in `http_event`."""
        result = self.invoke(http_event(method, path, **options))
        assert "statusCode" in result, f"{result}\n{self.log()}"
        return Answer(result)

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def stop(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)  # the emulator is not reaped before, so the group is there
            self._process.wait()

    def _environment(self, function: str, layers: list[str], variables: dict[str, str]) -> dict[str, str]:
        """Nothing of the test's own environment: what a function finds on Lambda, and no more."""
        task_root = self._artifacts / function
        properties = FUNCTIONS[function]["Properties"]
        return {
            **environment_of(function, **variables),
            "PATH": "/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "PYTHONPATH": ":".join(map(str, (task_root, *(self._artifacts / layer / "python" for layer in layers)))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(task_root),
            "AWS_LAMBDA_FUNCTION_NAME": function,
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(properties.get("Timeout", GLOBALS["Timeout"])),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(properties.get("MemorySize", GLOBALS["MemorySize"])),
            "AWS_REGION": "eu-central-1",
        }

    def _wait_until_it_listens(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, f"the emulator does not listen:\n{self.log()}"
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"the emulator ended:\n{self.log()}")


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports

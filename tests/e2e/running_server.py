"""Starts `make run`'s own program on free ports and a folder of its own, and finds its children."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningServer:
    """The local runner as a process. Ends it, and so all its children, on leaving."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data, self.port = data, free_port()
        self._environment = {**os.environ, "DATA": str(data), "PORT": str(self.port), "DEMO": "0", **environment}
        self._environment.pop("DATABASE_URL", None)
        self._output = (data.parent / f"{data.name}.out").open("ab")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._output.close()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"], cwd=ROOT, env=self._environment, stdout=self._output, stderr=subprocess.STDOUT
        )
        self.wait_until(self.is_healthy, START_SECONDS)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    @property
    def output(self) -> str:
        return Path(self._output.name).read_text("utf-8", "replace")

    @property
    def database_url(self) -> str:
        return (self.data / "database.url").read_text().strip()

    def is_healthy(self) -> bool:
        try:
            return self.request("GET", "/health")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def request(
        self, method: str, path: str, body: object = None, key: object = None, timeout: float = 30
    ) -> tuple[int, dict, str]:
        """Send one request on a connection of its own; return status, headers and text."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": "application/json"} | ({"X-API-Key": str(key)} if key else {})
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def wait_until(self, is_so, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert self.process.poll() is None, f"the server ended: {self.output[-2000:]}"
            assert time.monotonic() < deadline, f"not within {seconds} s: {self.output[-2000:]}"
            time.sleep(0.05)

    def children(self) -> dict[str, int]:
        """Return the pids of gateway, worker and postgres, those that run now."""
        names = {"infra.local.serve": "gateway", "scheduler": "worker", "postgres": "postgres"}
        found = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and _parent(folder) == self.process.pid:
                words = (folder / "cmdline").read_text().split("\0")
                name = next((names[word] for word in words[1:3] if word in names), names.get(Path(words[0]).name))
                if name:
                    found[name] = int(folder.name)
        return found

    def kill(self, name: str) -> bool:
        """Kill a child as a crash would; False when it is not running just now."""
        pid = self.children().get(name)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True


def _parent(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
    except (OSError, IndexError):
        return None

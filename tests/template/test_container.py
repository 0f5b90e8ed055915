"""`sam local start-api`: what was built, in containers, behind SAM's own gateway. The image is a stand-in, not Amazon's."""

import json
import os
import signal
import subprocess
import time
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import pytest

from infra.local.parent_death import end_with_parent
from tests.template.container_engine import ContainerEngine, require_programs
from tests.template.emulator import free_ports
from tests.template.relay import Relay
from tests.template.tools import BUILD, alone

START_SECONDS = 60
STOP_SECONDS = 60


class LocalApi:
    """`sam local start-api` over built artifacts, with the declared environment variables in `variables` set."""

    def __init__(self, sam, engine, artifacts, folder) -> None:
        self._sam, self._engine, self._artifacts, self._folder = sam, engine, artifacts, folder
        (self._port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, variables: dict[str, str]) -> None:
        environment_file = self._folder / "env.json"
        environment_file.write_text(json.dumps({"Parameters": variables}))
        command = self._sam.command(
            *("local", "start-api", "--template", self._artifacts / "template.yaml", "--port", str(self._port)),
            *("--skip-pull-image", "--warm-containers", "LAZY", "--env-vars", environment_file),
        )
        with (self._folder / "start-api.log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=BUILD,
                env=self._engine.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 - it makes one system call
            )
        deadline = time.monotonic() + START_SECONDS
        while "Press CTRL+C to quit" not in self.log():
            assert self._process.poll() is None, f"start-api ended:\n{self.log()}"
            assert time.monotonic() < deadline, f"start-api is not ready:\n{self.log()}"
            time.sleep(0.1)

    def request(self, method: str, path: str, body=None, key=None) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Content-Type": "application/json; charset=utf-8"} | ({"X-API-Key": str(key)} if key else {})
        sent = body if isinstance(body, str) or body is None else json.dumps(body)
        try:
            connection.request(method, path, sent and sent.encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, HTTPException) as error:
            raise AssertionError(f"{method} {path}: {error!r}\n{self.log()}") from error
        finally:
            connection.close()

    def log(self) -> str:
        return (self._folder / "start-api.log").read_text(errors="replace")

    def stop(self) -> None:
        """End it the way that lets it remove its containers."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise


@pytest.fixture
def local_api(sam, artifacts, database, tmp_path):
    require_programs()
    with alone("container-engine"), ContainerEngine(sam) as engine:
        parts = urlsplit(database)
        with Relay(engine.host_address, (parts.hostname, parts.port or 5432)) as relay:
            api = LocalApi(sam, engine, artifacts, tmp_path)
            account = parts.netloc.rpartition("@")[0]
            url = f"postgresql://{account}@{engine.host_address}:{relay.port}{parts.path}"
            try:
                api.start({"DATABASE_URL": url, "SECRET_KEY": os.urandom(16).hex()})
                yield api
            finally:
                api.stop()


@pytest.mark.container
def test_the_functions_answer_in_containers(local_api, fleet, sql):
    """One test, for the start of the engine costs more than all requests."""
    site = fleet.subdivision(object_id=1060)
    job = fleet.assignment(node=fleet.node(subdivision=site))
    agent, loader, reader = fleet.key("agent"), fleet.key("loader"), fleet.key("reader")
    result = {"assignment_id": job, "is_available": True}
    event = {"event_type": "FILE_PROCESSED", "message": "one result"}

    health, _ = local_api.request("GET", "/health")
    fetched, jobs = local_api.request("GET", "/api/v1/assignments?object_id=1060", key=agent)
    stored, _ = local_api.request("POST", "/api/v1/checks", result, key=agent)
    repeated, _ = local_api.request("POST", "/api/v1/checks", result, key=agent)  # the same container, warm
    refused, problem = local_api.request("POST", "/api/v1/checks", "{", key=agent)
    loaded, summary = local_api.request("POST", "/api/v1/checks/bulk", {"results": [result, {}]}, key=loader)
    noted, _ = local_api.request("POST", "/api/v1/events", event, key=loader)
    listed, events = local_api.request("GET", "/api/v1/events", key=reader)
    missing, nothing = local_api.request("GET", "/api/v1/no_such_thing", key=reader)
    signing_in, page = local_api.request("GET", "/login")

    assert health == 200
    assert (fetched, [each["assignment_id"] for each in json.loads(jobs)]) == (200, [job])
    assert (stored, repeated) == (201, 201)
    assert (refused, json.loads(problem)["error"]["code"]) == (400, "BAD_REQUEST")
    assert (loaded, json.loads(summary)["processed"]) == (207, 1)
    assert (noted, listed, json.loads(events)["items"][0]["message"]) == (201, 200, "one result")
    assert (missing, json.loads(nothing)["error"]["code"]) == (404, "NOT_FOUND")
    assert signing_in == 200
    assert 'type="password"' in page
    assert {row["assignment_id"] for row in sql("SELECT assignment_id FROM check_results")} == {job}

"""The demo site: real checks of this machine by the reference agent, so that all four statuses show within seconds.

Nothing is written into the tables of results; the entities are made through the services that the API uses. One node
is truly down (nothing listens on its port), one has a certificate that runs out soon, and the agent of the second site
has stopped before it ever reported.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SITE, STOPPED_SITE = 9001, 9002  # object_id of the two demo subdivisions
CERTIFICATE_DAYS = 9
INTERVAL_SECONDS = 10
ACTOR = "command line"


@dataclass(frozen=True, slots=True)
class DemoJob:
    method: str
    parameters: Mapping[str, Any]
    criteria: Mapping[str, Any] | None = None

    def pipeline(self) -> list[dict[str, Any]]:
        step: dict[str, Any] = {"type": self.method, "parameters": dict(self.parameters)}
        return [step | {"success_criteria": dict(self.criteria)} if self.criteria else step]


@dataclass(frozen=True, slots=True)
class DemoNode:
    name: str
    address: str
    description: str
    jobs: tuple[DemoJob, ...]


PING = DemoJob("PING", {"count": 2, "timeout_ms": 1000}, {"packet_loss_percent": {"<": 50}})


def demo_nodes(server_port: int, tls_port: int, closed_port: int) -> list[DemoNode]:
    """Return the nodes of the first site; the ports are of this machine."""
    here = "127.0.0.1"
    return [
        DemoNode(
            "This machine",
            here,
            "what the agent runs on",
            (
                PING,
                DemoJob("DISK_USAGE", {}, {"disks": {"_condition_": "all", "_criteria_": {"percent_free": {">=": 1}}}}),
                DemoJob("MEMORY", {}, {"percent_free": {">=": 1}}),
                DemoJob(
                    "PROCESS_LIST",
                    {"process_names": [Path(sys.executable).name]},
                    {"processes": {"_condition_": "any", "_criteria_": {"id": {">": 0}}}},
                ),
            ),
        ),
        DemoNode(
            "Status Monitor",
            here,
            "the server you are looking at",
            (
                PING,
                DemoJob("TCP_PORT", {"port": server_port}),
                DemoJob(
                    "HTTP_CHECK", {"url": f"http://{here}:{server_port}/health", "body_contains": '"ok"'}, {"status_code": 200}
                ),
            ),
        ),
        DemoNode(
            "Web shop",
            here,
            f"its certificate runs out in {CERTIFICATE_DAYS} days",
            (
                PING,
                DemoJob(
                    "CERT_EXPIRY",
                    {"host": here, "port": tls_port},
                    {"certificates": {"_condition_": "all", "_criteria_": {"days_left": {">=": 14}}}},
                ),
            ),
        ),
        DemoNode(
            "Label printer", here, "switched off: nothing listens on its port", (DemoJob("TCP_PORT", {"port": closed_port}),)
        ),
    ]

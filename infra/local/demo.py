"""The demo's running parts: the reference agent with its configuration, and the TLS listener it checks."""

import json
import socket
import sys
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from infra.local.child import ChildSpec, command_child
from infra.local.environment import own_environment
from infra.local.postgres_cluster import write_private

AGENT = "demo-agent"
AGENT_LOG_LEVEL = "Info"


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """`<DATA>/demo`: the ports of the last start and the agent's configuration, key included, for its owner's eyes only."""

    path: Path

    @property
    def configuration(self) -> Path:
        return self.path / "agent.json"

    @property
    def ports(self) -> Path:
        return self.path / "ports.json"


def prepare_demo(data: Path, server_port: int) -> None:
    """Make the demo in the database that the settings name, or fit it to the ports of this start."""
    from infra.local.demo_site import SITE, DemoPorts, follow_ports, make_site

    folder = DemoFolder(data / "demo")
    folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = DemoPorts(**json.loads(folder.ports.read_text())) if folder.ports.exists() else None
    wanted = before or DemoPorts(server_port, _free_port(), _free_port())
    ports = DemoPorts(server_port, _free_port(wanted.tls), wanted.closed)
    key = make_site(ports)
    if key is not None:
        write_private(folder.configuration, json.dumps(_configuration(folder, SITE, key), indent=1))
    elif before is not None:
        follow_ports(before, ports)
    write_private(folder.ports, json.dumps(asdict(ports)))


def demo_children(data: Path, base_url: str) -> list[ChildSpec]:
    """Return the demo's processes; none for a demo that was made on another machine's folder."""
    from infra.local.demo_site import CERTIFICATE_DAYS

    folder = DemoFolder(data / "demo")
    if not folder.configuration.exists():
        return []
    configuration = json.loads(folder.configuration.read_text())
    write_private(folder.configuration, json.dumps({**configuration, "api_base_url": f"{base_url}/api"}, indent=1))
    ports = json.loads(folder.ports.read_text())
    agent = [sys.executable, "-m", "statusmonitor_agent", "--config", str(folder.configuration)]
    listener = [sys.executable, "-m", "infra.local.demo_tls", str(ports["tls"]), str(CERTIFICATE_DAYS)]
    return [
        command_child("demo-tls", listener, own_environment()),
        command_child(AGENT, agent, own_environment(), restarts=False),  # a person may stop it to see silence
    ]


def _configuration(folder: DemoFolder, object_id: int, key: str) -> dict[str, object]:
    return {
        "mode": "online",
        "object_id": object_id,
        "log_file": str(folder.path / "agent.log"),
        "log_level": AGENT_LOG_LEVEL,
        "agent_script_version": "demo",
        "api_key": key,
        "api_poll_interval_seconds": 10,
        "default_check_interval_seconds": 10,
        "start_jitter_seconds": 2,
        "queue_path": str(folder.path / "queue"),
    }


def _free_port(wished: int = 0) -> int:
    """Return a loopback port that is free now, the wished one if it is."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wished))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

"""Serves the gateway over HTTP: `python -m infra.local.serve`, with HOST, PORT, GATEWAY_WORKERS and GATEWAY_THREADS."""

import os
import socket
import sys
from pathlib import Path

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from infra.local.client_address import ClientAddress
from infra.local.errors import StartError
from infra.local.gateway import Gateway, RouteTable, load_targets
from infra.local.parent_death import end_this_process_with
from infra.local.request_body import BodyReader
from infra.local.settings import ROOT, RunSettings, read_run_settings
from infra.local.slow_clients import watch_slow_clients
from infra.local.template_routes import read_routes
from statusmonitor.config import settings

BACKLOG = 1024
HEADER_MILLISECONDS = 15_000
STOP_SECONDS = 3
# Threads beyond those that work: what senders of slow bodies may hold while the others go on.
SPARE_THREADS = 16


class GatewayLoader:
    """Builds the gateway inside a server process, whose parent is the one that made this object."""

    def __init__(self, chosen: RunSettings, template: Path) -> None:
        self._chosen = chosen
        self._template = template
        self._parent = os.getpid()

    def __call__(self) -> Gateway:
        end_this_process_with(self._parent)
        bodies = BodyReader(slots=self._chosen.gateway_threads + SPARE_THREADS // 2)
        watch_slow_clients(bodies, self._chosen.port)
        return build_gateway(self._template, bodies)


def build_gateway(template: Path, bodies: BodyReader) -> Gateway:
    """Return the gateway with every handler that the template names imported."""
    trusted = frozenset(word.strip() for word in settings().trusted_proxies.split(",") if word.strip())
    table = RouteTable(load_targets(read_routes(template)))
    return Gateway(table, bodies, ClientAddress(trusted))


def serve(chosen: RunSettings, template: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    server = Server(
        "infra.local.gateway",
        address=_address(chosen.host),
        port=chosen.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS),
        websockets=False,
        workers=chosen.gateway_workers,
        blocking_threads=chosen.gateway_threads + SPARE_THREADS,
        backlog=BACKLOG,
        workers_kill_timeout=STOP_SECONDS,
        log_level=LogLevels.error,
    )
    server.serve(target_loader=GatewayLoader(chosen, template), wrap_loader=False)


def _address(host: str) -> str:
    """Return the address behind a name such as localhost; the server takes addresses only."""
    found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


def main() -> int:
    try:
        serve(read_run_settings(), ROOT / "template.yaml")
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The memory of what `make run` starts, after some load, without PostgreSQL and without the demo."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

from bench import processes
from bench.bodies import BulkRequests, SingleRequests
from bench.client import Client
from bench.fleet import Fleet, copy_of_fleet, make_key
from bench.machine import ROOT
from bench.measure import Figure
from bench.server import LOOPBACK, Server, end, free_port, wait_for_port

LOAD_SECONDS = 3.0


def server_memory_mb(server: Server) -> Figure:
    url = copy_of_fleet(server)
    port = free_port()
    data = Path(mkdtemp(prefix="bench-run-", dir=ROOT / "build"))
    environment = {**os.environ, "DATABASE_URL": url, "HOST": LOOPBACK, "PORT": str(port), "DATA": str(data), "DEMO": "0"}
    with (data / "run.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "infra.local"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        wait_for_port(port, running)
        load(server, url, port)
        return weigh(running.pid)
    finally:
        end(running)
        shutil.rmtree(data)


def load(server: Server, url: str, port: int) -> None:
    """Use every thread and connection once: a server at rest since its start weighs less than one that works."""
    fleet = Fleet()
    with server.database(url) as cur:
        single = SingleRequests(fleet, make_key(cur, "agent"), with_changes=False)
        bulk = BulkRequests(fleet, make_key(cur, "loader"), share=0, shares=10, with_changes=True)
    Client(port, [single], connections=16).run(LOAD_SECONDS)
    Client(port, [bulk], connections=2).run(LOAD_SECONDS)


def weigh(root: int) -> Figure:
    weights = {pid: processes.pss_mb(pid) for pid in processes.tree(root) if processes.name(pid) != "postgres"}
    each = ", ".join(f"{processes.command(pid).rpartition(' ')[2].rpartition('/')[2]} {mb:.0f}" for pid, mb in weights.items())
    return Figure(sum(weights.values()), "MB", f"PSS after load: {each}", at_most=250)

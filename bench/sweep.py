"""The sweep over a million jobs: when nothing is due, and when ten thousand nodes turn."""

from datetime import UTC, datetime
from typing import Any

from bench.fleet import Fleet, make_fleet
from bench.measure import Figure, median_ms
from bench.server import Server, use_database

MILLION = Fleet(sites=2_000, nodes_per_site=100)
DUE = 10_000
RUNS = 7

# The primary jobs of the next 10,000 nodes, each silent past its limit.
MAKE_DUE = """
    UPDATE assignment_states
       SET stale_after = now() - interval '1 second', sweep_at = now() - interval '1 second',
           effective_at = effective_at - interval '1 day'
     WHERE is_primary AND node_id > %(after)s AND node_id <= %(after)s + %(due)s
"""


def sweep_idle_ms(server: Server) -> Figure:
    with_million_jobs(server)
    value = median_ms(lambda: expect_changed(0), 50)
    use_database("")
    return Figure(value, "ms", "refresh_stale_nodes, 1,000,000 jobs, none due", at_most=2)


def sweep_10000_due_ms(server: Server) -> Figure:
    url = with_million_jobs(server)
    with server.database(url) as cur:
        ready = _DueNodes(cur)
        value = median_ms(lambda: expect_changed(DUE), RUNS, before=ready.make)
        cur.execute("SELECT count(*) FROM status_changes")
        transitions = cur.fetchone()[0]
    use_database("")
    if transitions != ready.made:
        raise RuntimeError(f"{ready.made} nodes were due, {transitions} transitions are recorded")
    return Figure(value, "ms", f"1,000,000 jobs, {DUE:,} nodes turn, each with its transition", at_most=150)


def with_million_jobs(server: Server) -> str:
    url = server.url(make_fleet(server, MILLION))
    use_database(url)
    return url


def expect_changed(nodes: int) -> None:
    from statusmonitor.services.sweep import refresh_stale_nodes

    changed = refresh_stale_nodes(datetime.now(UTC))
    if changed != nodes:
        raise RuntimeError(f"the sweep turned {changed} nodes, not {nodes}")


class _DueNodes:
    def __init__(self, cur: Any) -> None:
        self._cur = cur
        self.made = 0

    def make(self) -> None:
        self._cur.execute(MAKE_DUE, {"after": self.made, "due": DUE})
        self._cur.execute("VACUUM assignment_states")
        self.made += DUE

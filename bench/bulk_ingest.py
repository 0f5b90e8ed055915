"""Bulk ingest: requests of 1,000 results over two connections, through HTTP, against what PostgreSQL itself reaches."""

from collections.abc import Callable
from typing import Any, Protocol

from bench.bodies import PER_REQUEST, BulkRequests
from bench.client import Client
from bench.fleet import Fleet, copy_of_fleet, make_key
from bench.generate_series import GenerateSeries
from bench.measure import Figure, Pair, in_turn
from bench.row_loop import RowLoop
from bench.server import Server

CONNECTIONS = 2
SECONDS = 3.0
ROUNDS = 5


class Baseline(Protocol):
    def run(self, seconds: float) -> float: ...


def bulk_ingest_ratio(server: Server) -> Figure:
    pair, client = measure(server, GenerateSeries, with_changes=False)
    note = f"{pair.ours:,.0f} rows/s, generate_series {pair.baseline:,.0f}; client {client.cpu_us / 1000:.1f} ms a request"
    return Figure(pair.ratio, "of generate_series", note, at_least=0.6)


def bulk_ingest_vs_row_loop(server: Server) -> Figure:
    pair, _ = measure(server, RowLoop, with_changes=False)
    return Figure(pair.ratio, "times a row loop", f"{pair.ours:,.0f} rows/s, row loop {pair.baseline:,.0f}", at_least=10)


def bulk_ingest_changing(server: Server) -> Figure:
    pair, _ = measure(server, GenerateSeries, with_changes=True)
    note = f"{pair.ours:,.0f} rows/s, every tenth changes its job; generate_series {pair.baseline:,.0f}"
    return Figure(pair.ratio, "of generate_series", note)


def measure(server: Server, make_baseline: Callable[[str, Fleet, int], Baseline], *, with_changes: bool) -> tuple[Pair, Client]:
    fleet = Fleet()
    url = copy_of_fleet(server)
    with server.gateway(url) as port, server.database(url) as cur:
        key = make_key(cur, "loader")
        sources = [
            BulkRequests(fleet, key, share=share, shares=CONNECTIONS, with_changes=with_changes) for share in range(CONNECTIONS)
        ]
        client = Client(port, sources, connections=1)
        baseline = make_baseline(url, fleet, CONNECTIONS)
        pair = in_turn(
            server.from_checkpoint(lambda: client.run(SECONDS) * PER_REQUEST),
            server.from_checkpoint(lambda: baseline.run(SECONDS)),
            ROUNDS,
        )
        expect_stored(cur, sum(client.sent) * PER_REQUEST)
        return pair, client


def expect_stored(cur: Any, acknowledged: int) -> None:
    """Raises: RuntimeError: not every acknowledged result is stored once. Those of the baselines have source 0."""
    cur.execute("SELECT count(*) FROM check_results WHERE source_id <> 0")
    stored = cur.fetchone()[0]
    if stored != acknowledged:
        raise RuntimeError(f"{acknowledged} results acknowledged, {stored} stored")

"""Single results through the gateway over sixteen connections, against pgbench with as many clients."""

from bench.bodies import SingleRequests
from bench.bulk_ingest import expect_stored
from bench.client import Client
from bench.fleet import Fleet, copy_of_fleet, make_key
from bench.measure import Figure, Pair, in_turn
from bench.pgbench import Pgbench
from bench.server import Server

CONNECTIONS = 16
SECONDS = 4.0
ROUNDS = 5


def single_ingest_ratio(server: Server) -> Figure:
    pair, client = measure(server, with_changes=False)
    note = f"{pair.ours:,.0f} results/s, pgbench {pair.baseline:,.0f}; client {client.cpu_us:.0f} us a request"
    return Figure(pair.ratio, "of pgbench", note, at_least=0.4)


def single_ingest_changing(server: Server) -> Figure:
    pair, _ = measure(server, with_changes=True)
    note = f"{pair.ours:,.0f} results/s, every tenth changes its job; pgbench {pair.baseline:,.0f}"
    return Figure(pair.ratio, "of pgbench", note)


def measure(server: Server, *, with_changes: bool) -> tuple[Pair, Client]:
    fleet = Fleet()
    url = copy_of_fleet(server)
    with server.gateway(url) as port, server.database(url) as cur:
        source = SingleRequests(fleet, make_key(cur, "agent"), with_changes=with_changes)
        client = Client(port, [source], connections=CONNECTIONS)
        baseline = Pgbench(server, url, fleet, CONNECTIONS)
        pair = in_turn(
            server.from_checkpoint(lambda: client.run(SECONDS)), server.from_checkpoint(lambda: baseline.run(SECONDS)), ROUNDS
        )
        expect_stored(cur, sum(client.sent))
        return pair, client

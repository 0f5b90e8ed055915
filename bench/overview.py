"""The overview's data for 10,000 nodes in 500 subdivisions, made on the server for each request."""

from bench.fleet import Fleet, copy_of_fleet
from bench.measure import Figure, median_ms
from bench.server import Server, use_database

RUNS = 30


def overview_10000_nodes_ms(server: Server) -> Figure:
    use_database(copy_of_fleet(server))
    from statusmonitor.services.overview import overview_json

    nodes = Fleet().nodes
    value = median_ms(overview_json, RUNS)
    text = overview_json()
    use_database("")
    return Figure(value, "ms", f"overview_json, {nodes:,} nodes, {len(text):,} characters", at_most=30)

"""What a stored result takes on disk, without its details."""

from bench.fleet import Fleet, copy_of_fleet
from bench.measure import Figure
from bench.server import Server

CYCLES = 10

# Every job reports once a cycle, ten minutes apart, in an order of its own.
STORE_CYCLE = """
    INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, duration_ms, is_available, check_success)
    SELECT assignment_id, moment, moment, 1, 12, true, true
      FROM (SELECT assignment_id, now() - make_interval(mins => 10 * %(cycle)s) + random() * interval '9 minutes' AS moment
              FROM assignment_states) r
     ORDER BY moment
"""

SIZES = """
    SELECT sum(pg_relation_size(relid)), sum(pg_indexes_size(relid)), (SELECT count(*) FROM check_results)
      FROM pg_partition_tree('check_results')
     WHERE isleaf
"""


def storage_bytes_per_result(server: Server) -> Figure:
    with server.database(copy_of_fleet(server)) as cur:
        for cycle in range(CYCLES, 0, -1):
            cur.execute(STORE_CYCLE, {"cycle": cycle})
        cur.execute(SIZES)
        heap, indexes, count = cur.fetchone()
    if count != CYCLES * Fleet().jobs:
        raise RuntimeError(f"{count} results stored")
    note = f"{count:,} results: heap {heap / count:.0f}, indexes {indexes / count:.0f}; no details"
    return Figure(float(heap + indexes) / count, "bytes", note)

"""The ceiling of bulk ingest: rows made inside PostgreSQL, into the same tables, indexes and state rows, 1,000 a statement."""

import json
from itertools import count
from time import monotonic
from typing import Any

import psycopg2

from bench.bodies import PER_REQUEST, details
from bench.fleet import BATCHES, Fleet
from bench.measure import rate_of_threads

# The jobs of one batch are those of every fiftieth site, as in the requests.
STORE = """
    PREPARE store (int, text) AS
    WITH batch AS MATERIALIZED (
        SELECT site * {jobs_per_site}::bigint + place AS job, clock_timestamp() AS moment
          FROM generate_series($1, {last_site}, {batches}) site, generate_series(1, {jobs_per_site}) place
    ),
    stored AS (
        INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, duration_ms, is_available, check_success)
        SELECT job, moment, moment, 0, NULL, true, true FROM batch
    ),
    detailed AS (
        INSERT INTO check_details (assignment_id, executed_at, data)
        SELECT job, moment, $2::json FROM batch
    )
    UPDATE assignment_states s
       SET executed_at = moment, effective_at = moment, stale_after = s.stale_after + (moment - s.effective_at)
      FROM batch
     WHERE s.assignment_id = job
"""


class GenerateSeries:
    """Stores batches over `connections` connections, each with its own share of them."""

    def __init__(self, url: str, fleet: Fleet, connections: int) -> None:
        self._connections = [_prepare(url, fleet) for _ in range(connections)]
        self._data = json.dumps(details(is_good=True))

    def run(self, seconds: float) -> float:
        """Return rows per second."""
        return rate_of_threads(self._work, len(self._connections), seconds) * PER_REQUEST

    def _work(self, share: int, counts: list[int], deadline: float) -> None:
        cur = self._connections[share].cursor()
        for number in count():
            if monotonic() > deadline:
                return
            batch = (share + number * len(self._connections)) % BATCHES
            cur.execute("EXECUTE store (%s, %s)", (batch, self._data))
            counts[share] += 1


def _prepare(url: str, fleet: Fleet) -> Any:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    jobs_per_site = fleet.nodes_per_site * fleet.jobs_per_node
    connection.cursor().execute(STORE.format(jobs_per_site=jobs_per_site, last_site=fleet.sites - 1, batches=BATCHES))
    return connection

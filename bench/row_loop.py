"""The plain way to take a file in: a loop over its rows, each an INSERT, an INSERT, an UPDATE and a COMMIT through psycopg2."""

import json
from datetime import UTC, datetime
from time import monotonic

import psycopg2

from bench.bodies import details
from bench.fleet import Fleet
from bench.measure import rate_of_threads

STORE_RESULT = """
    INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, is_available, check_success)
    VALUES (%(job)s, %(moment)s, %(moment)s, 0, true, true)
"""

STORE_DETAILS = """
    INSERT INTO check_details (assignment_id, executed_at, data) VALUES (%(job)s, %(moment)s, %(data)s)
"""

KEEP_STATE = """
    UPDATE assignment_states
       SET executed_at = %(moment)s, effective_at = %(moment)s, stale_after = stale_after + (%(moment)s - effective_at)
     WHERE assignment_id = %(job)s
"""


class RowLoop:
    """Stores rows one at a time over `connections` connections."""

    def __init__(self, url: str, fleet: Fleet, connections: int) -> None:
        self._connections = [psycopg2.connect(url) for _ in range(connections)]
        self._fleet = fleet
        self._data = json.dumps(details(is_good=True))

    def run(self, seconds: float) -> float:
        """Return rows per second."""
        return rate_of_threads(self._work, len(self._connections), seconds)

    def _work(self, share: int, counts: list[int], deadline: float) -> None:
        connection = self._connections[share]
        cur = connection.cursor()
        for job in self._fleet.batch(share) * 100:
            if monotonic() > deadline:
                return
            row = {"job": job, "moment": datetime.now(UTC), "data": self._data}
            for statement in (STORE_RESULT, STORE_DETAILS, KEEP_STATE):
                cur.execute(statement, row)
            connection.commit()
            counts[share] += 1

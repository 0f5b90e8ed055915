"""The ceiling of single results: pgbench writing result, details and job state in one statement, one transaction each."""

import json
import re
import subprocess

from bench.bodies import details
from bench.fleet import Fleet
from bench.server import Server

SCRIPT = r"""
\set job random(1, {jobs})
WITH stored AS (
    INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, is_available, check_success)
    VALUES (:job, clock_timestamp(), now(), 0, true, true)
    RETURNING assignment_id, executed_at
),
detailed AS (
    INSERT INTO check_details (assignment_id, executed_at, data)
    SELECT assignment_id, executed_at, '{data}' FROM stored
)
UPDATE assignment_states s
   SET executed_at = r.executed_at, effective_at = r.executed_at, stale_after = s.stale_after + (r.executed_at - s.effective_at)
  FROM stored r
 WHERE s.assignment_id = r.assignment_id;
"""


class Pgbench:
    """Runs the program that comes with the server under test; prepared statements, `clients` connections."""

    def __init__(self, server: Server, url: str, fleet: Fleet, clients: int) -> None:
        self._script = server.data / "single.sql"
        data = json.dumps(details(is_good=True))
        self._script.write_text(SCRIPT.format(jobs=fleet.jobs, data=data.replace("'", "''")))
        self._command = [
            server.program("pgbench"),
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            "2",
            "-f",
            str(self._script),
        ]
        self._url = url

    def run(self, seconds: float) -> float:
        """Return transactions per second."""
        command = [*self._command, "-T", str(max(1, round(seconds))), self._url]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
        found = re.search(r"^tps = ([0-9.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or not found:
            raise RuntimeError(f"pgbench failed: {done.stderr.strip()[-500:]}")
        return float(found[1])

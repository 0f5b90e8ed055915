"""What the tests of the read side share: reporting results, counting statements, a large history."""

from datetime import UTC, datetime

import pytest

from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.services.ingest import Outcome, ingest
from statusmonitor.services.keys import recall

AGENT = ResultSource(1060, "AGENT-HOST", "PING", "PIPELINE_AGGREGATED_RESULT", "hybrid_agent_v7.1.0", None)


@pytest.fixture
def report(fleet):
    """Store a result of a job through the ingest service."""
    caller = recall(str(fleet.key("loader")))

    def send(job, executed_at=None, *, available=True, success=True, source=AGENT, **fields):
        check = NewCheck(job, executed_at or datetime.now(UTC), available, success if available else None, source, **fields)
        assert ingest([check], caller) == [Outcome.STORED]

    return send


@pytest.fixture
def long_history(fleet, sql):
    """A node with three jobs of 300 results among 200 other jobs of 1,000: 200,900 results, analysed."""
    node = fleet.node(name="watched")
    jobs = [fleet.assignment(node=node, method=method) for method in ("PING", "MEMORY", "DISK_USAGE")]
    sql("INSERT INTO result_sources (fingerprint, detail_type) VALUES (gen_random_uuid(), 'PIPELINE_AGGREGATED_RESULT')")
    sql(
        """
        INSERT INTO check_results (assignment_id, executed_at, received_at, source_id, is_available, check_success)
        SELECT job, moment, moment, (SELECT max(id) FROM result_sources), true, job %% 2 = 0
          FROM (SELECT job, date_trunc('second', now()) - make_interval(secs => 60 * number + job / 1000.0) AS moment
                  FROM (SELECT generate_series(100001, 100200) AS job, 1000 AS amount
                         UNION ALL SELECT unnest(%(jobs)s), 300) jobs
                 CROSS JOIN LATERAL generate_series(1, amount) AS number) made
         ORDER BY moment
        """,
        jobs=jobs,
    )
    sql("INSERT INTO check_details SELECT assignment_id, executed_at, NULL, '{}' FROM check_results")
    sql("VACUUM ANALYZE check_results, check_details, result_sources, assignments, nodes")
    return node, jobs

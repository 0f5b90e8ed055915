"""Any order and any repetition of the same results ends in the same states."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.services.ingest import Outcome, ingest
from statusmonitor.services.keys import recall
from statusmonitor.services.sweep import refresh_stale_nodes

SOURCE = ResultSource(None, None, None, "PIPELINE_AGGREGATED_RESULT", None, None)
METHODS = ("PING", "PING", "MEMORY")

# Which job (0 to 2), how many seconds ago, available, success.
results = st.lists(
    st.tuples(st.integers(0, 2), st.integers(1, 1200), st.booleans(), st.sampled_from([True, False, None])),
    min_size=1,
    max_size=12,
    unique_by=lambda each: each[:2],
)

JOBS = """
    SELECT executed_at, effective_at, is_available, check_success, is_stale, stale_after
      FROM assignment_states WHERE node_id = %(node)s ORDER BY assignment_id
"""
NODE = "SELECT status, is_outdated FROM node_states WHERE node_id = %(node)s"
HISTORY = """
    SELECT executed_at, is_available, check_success
      FROM check_results r JOIN assignments a ON a.id = r.assignment_id
     WHERE a.node_id = %(node)s ORDER BY r.assignment_id, executed_at
"""


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(results, st.data())
def test_any_order_and_any_repetition_end_in_the_same_states(fleet, sql, results, data):
    caller = recall(str(fleet.key("loader")))
    now = datetime.now(UTC)
    checks = [check(job, now - timedelta(seconds=ago), available, success) for job, ago, available, success in results]
    shuffled = data.draw(st.permutations(checks + data.draw(st.lists(st.sampled_from(checks), max_size=6))))

    in_order, in_disorder = (node_with_jobs(fleet, sql, now - timedelta(minutes=1)) for _ in range(2))
    send(sorted(checks, key=lambda each: each.executed_at), in_order, caller, size=1)
    send(shuffled, in_disorder, caller, size=data.draw(st.sampled_from([1, 3, 50])))
    refresh_stale_nodes(now)

    for query in (JOBS, NODE, HISTORY):
        assert sql(query, node=in_order[0]) == sql(query, node=in_disorder[0])


def check(job: int, executed_at: datetime, available: bool, success: bool | None) -> NewCheck:
    return NewCheck(job, executed_at, available, success if available else None, SOURCE)


def node_with_jobs(fleet, sql, due: datetime) -> tuple[int, list[int]]:
    """Make a node with three jobs that should have reported by `due`."""
    node = fleet.node()
    jobs = [fleet.assignment(node=node, method=method) for method in METHODS]
    sql("UPDATE assignment_states SET stale_after = %(due)s, sweep_at = %(due)s WHERE node_id = %(node)s", due=due, node=node)
    return node, jobs


def send(checks: list[NewCheck], target: tuple[int, list[int]], caller, *, size: int) -> None:
    for start in range(0, len(checks), size):
        batch = [replace(each, assignment_id=target[1][each.assignment_id]) for each in checks[start : start + size]]
        assert set(ingest(batch, caller)) == {Outcome.STORED}

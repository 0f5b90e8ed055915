"""Changes of state: results that change what their job says, and settings that change what a node makes of its jobs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from statusmonitor.db.connection import Cursor, transaction
from statusmonitor.domain.results import NewCheck
from statusmonitor.domain.status import Job, NewestCheck
from statusmonitor.domain.transitions import NodeChange, replay
from statusmonitor.domain.wire import failure_message
from statusmonitor.repositories import results, states
from statusmonitor.repositories.batch import check_rows
from statusmonitor.services import retention
from statusmonitor.services.sources import ids_of_sources


def store_changing(checks: Sequence[NewCheck], now: datetime) -> list[bool]:
    """Store results that change the state of their job, and all that follows, in one transaction.

    Returns for each whether its job is still there; of a job that is gone nothing is stored. A result dated by a
    broken clock that was stored before is recognised here, under the locks, and stored once.
    """
    source_ids = ids_of_sources(checks)
    kept = retention.current()
    with transaction() as cur:
        node_of = states.lock_jobs(cur, (check.assignment_id for check in checks))
        nodes = states.lock_nodes(cur, node_of.values())
        fresh = _apart(_without_repeats(cur, [check for check in checks if check.assignment_id in node_of]))
        batch = check_rows(fresh, source_ids, [None] * len(fresh))
        results.store(cur, batch, received_at=now, details_from=now - kept.details)
        newest = [(check.assignment_id, _newest(check, now)) for check in fresh]
        _write(cur, nodes, newest, now)
    return [check.assignment_id in node_of for check in checks]


def reevaluate_nodes(cur: Cursor, node_ids: Iterable[int], *, now: datetime) -> None:
    """Evaluate these nodes anew from their jobs, inside the caller's transaction and as its last step.

    For a changed setting: an interval, a time-out, a job that came, went, or was switched.
    """
    node_ids = sorted(set(node_ids))
    if not node_ids:
        return
    states.lock_jobs_of_nodes(cur, node_ids)
    _write(cur, states.lock_nodes(cur, node_ids), [], now)


def _write(cur: Cursor, nodes: Mapping[int, dict[str, Any]], newest: Sequence[tuple[int, NewestCheck]], now: datetime) -> None:
    jobs_of: dict[int, dict[int, Job]] = defaultdict(dict)
    node_of: dict[int, int] = {}
    for job in states.list_jobs(cur, nodes):
        jobs_of[job.node_id][job.assignment_id] = job
        node_of[job.assignment_id] = job.node_id
    checks_of: dict[int, list[tuple[int, NewestCheck]]] = defaultdict(list)
    for assignment_id, check in newest:
        checks_of[node_of[assignment_id]].append((assignment_id, check))
    changed_jobs: list[Job] = []
    changed_nodes: list[NodeChange] = []
    for node_id, node in nodes.items():
        jobs, change = replay(node, jobs_of[node_id], checks_of[node_id], now=now)
        changed_jobs += jobs.values()
        changed_nodes += [change] if change else []
    if changed_jobs or changed_nodes:
        states.write(cur, changed_jobs, changed_nodes, now=now)


def _newest(check: NewCheck, now: datetime) -> NewestCheck:
    return NewestCheck(
        check.executed_at,
        check.effective_at(now),
        check.is_available,
        check.check_success,
        check.has_clock_fault,
        failure_message(check),
    )


def _without_repeats(cur: Cursor, checks: Sequence[NewCheck]) -> list[NewCheck]:
    """Leave out what a broken clock dated and an earlier request stored. Costs a statement only when there is such."""
    pairs = [{"a": check.assignment_id, "p": check.reported_at} for check in checks if check.has_clock_fault]
    if not pairs:
        return list(checks)
    stored = results.find_reported(cur, msgspec.json.encode(pairs).decode())
    return [check for check in checks if (check.assignment_id, check.reported_at) not in stored]


def _apart(checks: Sequence[NewCheck]) -> list[NewCheck]:
    """Give the results of one job that a broken clock left with one and the same time a microsecond each."""
    taken: set[tuple[int, datetime]] = set()
    placed = []
    for check in checks:
        moment = check.executed_at
        while check.has_clock_fault and (check.assignment_id, moment) in taken:
            moment += timedelta(microseconds=1)
        taken.add((check.assignment_id, moment))
        placed.append(check if moment == check.executed_at else replace(check, executed_at=moment))
    return placed

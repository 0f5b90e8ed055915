"""Live updates: nothing new costs one statement, and no change is ever missed."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from statusmonitor.db import connection
from statusmonitor.db.connection import transaction
from statusmonitor.domain.marks import MARKS
from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.repositories import facts
from statusmonitor.services import live, sweep
from statusmonitor.services.ingest import ingest
from statusmonitor.services.keys import look_up

SOURCE = ResultSource(None, None, None, "PIPELINE_AGGREGATED_RESULT", None, None)


@pytest.fixture
def now_at(sql):
    """Return the counters as they stand."""

    def read() -> tuple[int, int]:
        [row] = sql("SELECT rev, struct FROM live_revision")
        return row["rev"], row["struct"]

    return read


def test_nothing_new_is_nothing_and_costs_one_statement(fleet, report, now_at, statements):
    job = fleet.assignment()
    report(job)
    rev, struct = now_at()
    report(job)
    live.poll(rev, struct)

    statements.clear()

    assert live.poll(rev, struct) is None
    assert live.poll(rev, None) is None
    assert len(statements) == 2


def test_a_change_is_a_delta(fleet, report, now_at):
    node = fleet.node(name="watched")
    job = fleet.assignment(node=node)
    report(job)
    report(fleet.assignment())
    rev, struct = now_at()
    executed_at = datetime.now(UTC)
    report(job, executed_at, success=False)

    delta = live.poll(rev, struct)

    since_ms = int(executed_at.timestamp() * 1000)
    assert (delta.rev, delta.struct, delta.reset) == (rev + 1, struct, False)
    assert delta.nodes == [[node, "d", 0, since_ms]]
    assert delta.counts == {"available": 1, "warning": 0, "unavailable": 1, "unknown": 0}
    assert [(each.node_id, each.node_name, each.old_status, each.new_status) for each in delta.changes] == [
        (node, "watched", "available", "unavailable")
    ]
    assert abs(delta.now_ms - since_ms) < 60_000
    assert live.poll(delta.rev, delta.struct) is None


def test_only_transitions_that_were_not_seen_are_sent(fleet, report, now_at):
    job = fleet.assignment()
    report(job)
    report(job, success=False)
    rev, struct = now_at()
    report(job, success=None)

    assert [change.new_status for change in live.poll(rev, struct).changes] == ["warning"]
    assert [change.new_status for change in live.poll(0, None).changes] == ["warning", "unavailable", "available"]


def test_flags_travel_with_the_status(fleet, report, now_at):
    job = fleet.assignment()
    report(job, datetime.now(UTC), reported_at="0001-01-01")
    rev, struct = now_at()
    sweep.refresh_stale_nodes(datetime.now(UTC) + timedelta(hours=1))

    [[_, mark, flags, _]] = live.poll(rev, struct).nodes

    assert (mark, flags) == ("w", 3)


@pytest.mark.parametrize("change", ["struct", "future"])
def test_what_a_delta_cannot_say_is_a_reset(fleet, report, now_at, change):
    report(fleet.assignment())
    rev, struct = now_at()
    if change == "struct":
        with transaction() as cur:
            facts.raise_struct(cur)
        delta = live.poll(rev, struct)
    else:
        delta = live.poll(rev + 100, struct)

    assert (delta.reset, delta.nodes, delta.changes) == (True, [], [])
    assert (delta.rev, delta.struct) == now_at()
    assert live.poll(delta.rev, delta.struct) is None


@pytest.mark.parametrize(("amount", "reset"), [(2_000, False), (2_001, True)])
def test_a_page_that_is_far_behind_starts_anew(fleet, sql, now_at, amount, reset):
    site = fleet.subdivision()
    rev, struct = now_at()
    sql("UPDATE live_revision SET rev = rev + 1")
    sql(
        "WITH made AS (INSERT INTO nodes (name, parent_subdivision_id) SELECT 'n' || n, %(site)s FROM generate_series(1, %(amount)s) n RETURNING id)"
        " INSERT INTO node_states (node_id, rev) SELECT id, %(rev)s FROM made",
        site=site,
        amount=amount,
        rev=rev + 1,
    )

    delta = live.poll(rev, struct)

    assert delta.reset is reset
    assert len(delta.nodes) == (0 if reset else amount)


def test_a_change_waits_for_its_commit_and_a_second_one_for_both(fleet, report, now_at):
    """While one change is not committed no poll shows a later one: a lower revision can never arrive late."""
    first, second = fleet.assignment(), fleet.assignment()
    report(first)
    report(second)
    rev, struct = now_at()
    holds, may_commit = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction() as cur:
            cur.execute(
                "WITH r AS (UPDATE live_revision SET rev = rev + 1 RETURNING rev) UPDATE node_states SET status = 'warning', rev = r.rev FROM r WHERE node_id = 1"
            )
            holds.set()
            may_commit.wait(10)
        connection.close()

    def change() -> None:
        report(second, success=False)
        connection.close()

    holder, changer = threading.Thread(target=hold), threading.Thread(target=change)
    holder.start()
    holds.wait(10)
    changer.start()
    assert live.poll(rev, struct) is None
    may_commit.set()
    holder.join(10)
    changer.join(10)

    assert [mark for _, mark, _, _ in live.poll(rev, struct).nodes] == ["w", "d"]


class Follower(threading.Thread):
    """Keeps what a page would know: it starts from nothing and sees deltas only, until `is_over` and nothing is new."""

    def __init__(self, is_over: threading.Event) -> None:
        super().__init__()
        self.is_over, self.rev = is_over, 0
        self.marks: dict[int, str] = {}
        self.changes: list[int] = []

    def run(self) -> None:
        last_round = False
        while not last_round:
            last_round = self.is_over.is_set()
            while delta := live.poll(self.rev, None):
                self.rev = delta.rev
                self.marks |= {node: mark for node, mark, _, _ in delta.nodes}
                self.changes += [change.id for change in delta.changes]
        connection.close()


def test_readers_that_poll_while_others_write_end_up_with_the_truth(fleet, sql):
    """Six writers change 30 nodes at random; two readers that know only deltas know every status in the end."""
    jobs = [fleet.assignment() for _ in range(30)]
    caller = look_up(str(fleet.key("loader")))
    is_over = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(25):
            picked = chance.sample(jobs, 3)
            ingest([NewCheck(job, datetime.now(UTC), True, chance.random() < 0.5, SOURCE) for job in picked], caller)
        connection.close()

    readers = [Follower(is_over) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(6)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join(60)
    is_over.set()
    for thread in readers:
        thread.join(60)

    truth = {row["node_id"]: MARKS[row["status"]] for row in sql("SELECT * FROM node_states WHERE rev > 0")}
    assert len(truth) > 20
    for reader in readers:
        assert reader.marks == truth
        assert len(set(reader.changes)) == len(reader.changes)

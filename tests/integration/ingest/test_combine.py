"""Combining results that arrive at the same time: each durable, none lost, none harmed by another."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from functions.result_ingest.app import lambda_handler
from statusmonitor.db import connection
from statusmonitor.errors import DatabaseUnavailableError
from statusmonitor.services.combine import Combiner
from statusmonitor.services.ingest import Outcome
from tests.http_events import call


def test_all_that_wait_are_written_together():
    first_is_writing, go_on, batches = threading.Event(), threading.Event(), []

    def write(submissions):
        batches.append(list(submissions))
        first_is_writing.set()
        go_on.wait(10)
        return [Outcome.STORED] * len(submissions)

    combiner = Combiner(write)
    with ThreadPoolExecutor(10) as pool:
        first = pool.submit(combiner.submit, "first")
        first_is_writing.wait(10)
        others = [pool.submit(combiner.submit, number) for number in range(9)]
        while len(combiner._waiting) < 9:
            pass
        go_on.set()
        assert [each.result(10) for each in [first, *others]] == [Outcome.STORED] * 10

    assert (batches[0], sorted(batches[1]), len(batches)) == (["first"], list(range(9)), 2)


def test_one_bad_result_fails_alone(caplog):
    def write(submissions):
        if "bad" in submissions:
            raise ValueError("bad")
        return [Outcome.STORED] * len(submissions)

    combiner, gate = Combiner(write), threading.Barrier(8)

    def submit(word):
        gate.wait(10)
        return combiner.submit(word)

    with ThreadPoolExecutor(8) as pool:
        good = [pool.submit(submit, f"good {number}") for number in range(7)]
        bad = pool.submit(submit, "bad")
        assert [each.result(10) for each in good] == [Outcome.STORED] * 7
        with pytest.raises(ValueError, match="bad"):
            bad.result(10)


def test_a_database_that_is_gone_is_told_to_all_and_the_queue_goes_on():
    is_gone = threading.Event()
    is_gone.set()

    def write(submissions):
        if is_gone.is_set():
            raise DatabaseUnavailableError("gone")
        return [Outcome.STORED] * len(submissions)

    combiner = Combiner(write)
    with ThreadPoolExecutor(8) as pool:
        failures = [pool.submit(combiner.submit, number).exception(10) for number in range(20)]
        is_gone.clear()
        assert pool.submit(combiner.submit, "later").result(10) is Outcome.STORED

    assert {type(each) for each in failures} == {DatabaseUnavailableError}


def test_threads_through_the_handler_store_each_result_once_with_its_own_answer(fleet, sql):
    jobs, start = [fleet.assignment() for _ in range(8)], datetime.now(UTC) - timedelta(hours=1)
    key = fleet.key()

    def post(number: int) -> int:
        job = jobs[number % 8] if number % 10 else 999_999
        body = {
            "assignment_id": job,
            "IsAvailable": number % 7 != 0,
            "CheckSuccess": True,
            "Timestamp": (start + timedelta(seconds=number)).isoformat(),
            "Details": {"number": number},
        }
        return call(lambda_handler, "POST", "/api/v1/checks", key=key, body=body).status

    with ThreadPoolExecutor(8, initializer=lambda: None) as pool:
        statuses = list(pool.map(post, range(400)))
        list(pool.map(lambda _: connection.close(), range(64)))

    assert statuses == [404 if number % 10 == 0 else 201 for number in range(400)]
    stored = sql(
        "SELECT r.executed_at, d.data ->> 'number' AS number FROM check_results r JOIN check_details d USING (assignment_id, executed_at)"
    )
    assert sorted(int(row["number"]) for row in stored) == [number for number in range(400) if number % 10]
    assert all(row["executed_at"] == start + timedelta(seconds=int(row["number"])) for row in stored)

"""The queue on disk: order, bounds, damage, and two agents on one file."""

import json
import sqlite3
from pathlib import Path

import pytest

from statusmonitor_agent.online import dropped, result_queue
from statusmonitor_agent.online.dropped import DroppedRecord
from statusmonitor_agent.online.result_queue import QueueError, ResultQueue

TIME = "2030-01-01T00:00:00.0000000+00:00"


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "folder" / "queue.sqlite3")


@pytest.fixture
def open_queue(path):
    opened = []

    def make(max_bytes=10_000, max_age_seconds=3600):
        queue = ResultQueue(
            path, max_bytes=max_bytes, max_age_seconds=max_age_seconds, dropped=DroppedRecord(path + ".dropped.jsonl")
        )
        opened.append(queue)
        return queue

    yield make
    for queue in opened:
        queue.close()


def dropped_entries(path):
    try:
        return [json.loads(line) for line in Path(path + ".dropped.jsonl").read_text("ascii").splitlines()]
    except FileNotFoundError:
        return []


def drain(queue):
    while (result := queue.next()) is not None:
        queue.delete(result)
        yield result.assignment_id


def test_results_come_out_in_order_and_stay_until_deleted(open_queue):
    queue = open_queue()
    for number in (3, 1, 2):
        queue.put(number, TIME, b"{}")

    assert queue.next() == queue.next()
    assert queue.next(skipped=[queue.next().id]).assignment_id == 1
    assert list(drain(queue)) == [3, 1, 2]
    assert queue.next() is None


def test_a_new_process_finds_everything(open_queue):
    queue = open_queue()
    queue.put(1, TIME, b"first")
    queue.close()

    again = open_queue()

    assert (again.next().body, again.fill().bytes) == (b"first", 5)


def test_the_oldest_go_when_the_queue_is_full_and_are_recorded(open_queue, path):
    queue = open_queue(max_bytes=1000)
    for number in range(1, 6):
        queue.put(number, TIME, b"x" * 300)

    assert (queue.fill().results, queue.fill().bytes, queue.fill().percent) == (3, 900, 90.0)
    assert [entry["assignment_id"] for entry in dropped_entries(path)] == [1, 2]
    assert dropped_entries(path)[0]["check_timestamp"] == TIME
    assert list(drain(queue)) == [3, 4, 5]


def test_a_result_larger_than_the_queue_is_recorded_and_harms_no_other(open_queue, path):
    queue = open_queue(max_bytes=1000)
    queue.put(1, TIME, b"x" * 300)

    queue.put(2, TIME, b"x" * 1001)

    assert list(drain(queue)) == [1]
    assert [entry["assignment_id"] for entry in dropped_entries(path)] == [2]


def test_the_bound_holds_over_restarts(open_queue):
    queue = open_queue(max_bytes=1000)
    queue.put(1, TIME, b"x" * 600)
    queue.close()

    again = open_queue(max_bytes=1000)
    again.put(2, TIME, b"x" * 600)

    assert list(drain(again)) == [2]


def test_what_is_too_old_goes_and_is_recorded(open_queue, path):
    queue = open_queue(max_age_seconds=-1)
    queue.put(1, TIME, b"x")

    queue.drop_expired()

    assert queue.fill().results == 0
    assert dropped_entries(path)[0]["reason"] == "too old"


@pytest.mark.parametrize("content", [b"this is no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_corrupt_file_is_set_aside_and_work_goes_on(open_queue, path, tmp_path, content):
    open_queue().close()
    Path(path).write_bytes(content)

    queue = open_queue()
    queue.put(1, TIME, b"x")

    aside = list((tmp_path / "folder").glob("queue.sqlite3.corrupt-*"))
    assert [file.read_bytes()[: len(content)] for file in aside] == [content]
    assert list(drain(queue)) == [1]
    assert "corrupt" in dropped_entries(path)[0]["reason"]


def test_a_database_of_something_else_is_set_aside(open_queue, path, tmp_path):
    (tmp_path / "folder").mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE results (something TEXT)")
    other.close()

    queue = open_queue()
    queue.put(1, TIME, b"x")

    assert list(drain(queue)) == [1]


def test_damage_while_the_agent_runs_is_survived(open_queue, path):
    queue = open_queue(max_bytes=50_000_000)
    for number in range(1, 200):
        queue.put(number, TIME, b"x" * 5000)
    queue.close()
    with Path(path).open("r+b") as file:
        file.seek(4096 * 20)
        file.write(b"\xff" * 4096 * 100)

    again = open_queue(max_bytes=50_000_000)
    again.put(1000, TIME, b"y")

    assert 1000 in set(drain(again))


def test_a_closed_queue_is_not_taken_for_a_corrupt_one(open_queue):
    queue = open_queue()
    queue.put(1, TIME, b"x")
    result = queue.next()
    queue.close()

    with pytest.raises(sqlite3.ProgrammingError):
        queue.delete(result)

    assert open_queue().next() == result


def test_a_second_agent_on_the_same_file_is_refused(open_queue):
    open_queue()

    with pytest.raises(QueueError, match="cannot be used"):
        open_queue()


def test_a_folder_that_cannot_be_made_is_an_error_with_a_reason(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(QueueError, match="cannot be used"):
        ResultQueue(str(tmp_path / "file" / "q"), max_bytes=1, max_age_seconds=1, dropped=DroppedRecord(str(tmp_path / "d")))


def test_the_record_of_dropped_results_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(dropped, "MAX_BYTES", 1000)
    record = DroppedRecord(str(tmp_path / "d.jsonl"))

    for number in range(100):
        record.add(number, TIME, "because\n" * 1000)

    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["d.jsonl", "d.jsonl.1"]
    assert all(file.stat().st_size <= 1000 for file in files)
    assert json.loads(files[0].read_text().splitlines()[-1])["assignment_id"] == 99


def test_more_results_may_be_skipped_than_are_there(open_queue):
    queue = open_queue()
    queue.put(1, TIME, b"x")

    assert queue.next(skipped=range(result_queue.MAX_SKIPPED * 2)) is None

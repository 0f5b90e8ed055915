"""What the runner keeps of a child's output, and how it paces its restarts."""

import subprocess
import sys

import pytest

from infra.local import child as child_module
from infra.local.child import DELAYS, Child, ChildSpec
from infra.local.log_file import LogFile


@pytest.fixture
def said():
    return []


@pytest.fixture
def make_child(tmp_path, said):
    children = []

    def make(program: str) -> Child:
        spec = ChildSpec(
            "example", lambda: subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, start_new_session=True)
        )
        child = Child(spec, LogFile(tmp_path / "example.log"), said.append)
        children.append(child)
        child.start()
        return child

    yield make
    for child in children:
        child.kill()
        child.close()


def finish(child):
    child.process.wait()
    while child.read_output():
        pass


def test_lines_are_kept_with_their_time(make_child, tmp_path):
    finish(make_child("print('one'); print('two')"))

    lines = (tmp_path / "example.log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["one", "two"]
    assert lines[0][:2] == "20"


def test_a_last_line_without_its_end_is_kept(make_child, tmp_path):
    finish(make_child("print('half', end='')"))

    assert (tmp_path / "example.log").read_text().endswith(" half\n")


def test_only_complaints_are_shown_and_steer_no_terminal(make_child, said):
    finish(make_child(r"print('all is well'); print('ERROR \x1b[2J \x07 here')"))

    assert said == ["example: ERROR ?[2J ? here"]


def test_a_flood_of_complaints_is_cut(make_child, said):
    finish(make_child("[print('ERROR', n) for n in range(100)]"))

    assert len(said) == child_module.SHOWN_PER_MINUTE + 1
    assert "more of this is in" in said[-1]


def test_restarts_slow_down_while_a_child_keeps_dying(make_child, said):
    child = make_child("raise SystemExit(3)")
    delays = []
    for _ in range(len(DELAYS) + 1):
        finish(child)
        child.note_death()
        delays.append(float(said[-1].rsplit(" in ", 1)[1].removesuffix(" s")))
        child.start()

    assert delays == [*DELAYS, DELAYS[-1]]
    assert all("example ended (exit code 3)" in line for line in said)


def test_a_child_that_was_sound_is_started_again_at_once(make_child, monkeypatch):
    monkeypatch.setattr(child_module, "STEADY_SECONDS", 0.0)
    child = make_child("raise SystemExit(3)")
    for _ in range(4):
        finish(child)
        child.note_death()
        child.start()

    assert child.deaths == 1


def test_a_log_starts_anew_at_its_limit(tmp_path):
    log = LogFile(tmp_path / "a.log", limit_bytes=1000)
    for number in range(100):
        log.write(f"line {number}".encode())
    log.close()

    assert (tmp_path / "a.log").stat().st_size <= 1100
    assert (tmp_path / "a.log.1").stat().st_size <= 1100
    kept = (tmp_path / "a.log.1").read_text() + (tmp_path / "a.log").read_text()
    assert kept.endswith("line 99\n")

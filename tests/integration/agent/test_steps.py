"""Every step type against the real thing: programs, sockets, servers, files."""

import contextlib
import os
import shutil
import socket
import struct
import sys
import threading
import time

import pytest

from statusmonitor_agent import icmp
from statusmonitor_agent.pipeline import run_step
from statusmonitor_agent.step_type import Permissions, StepContext

needs_ping = pytest.mark.skipif(shutil.which("ping") is None and not os.environ.get("CI"), reason="there is no ping program")


def run(step, parameters=None, criteria=None, **permissions):
    context = StepContext("node", "127.0.0.1", "HOST", Permissions(**permissions))
    return run_step({"type": step, "parameters": parameters or {}, "success_criteria": criteria}, context)


def details_of(result):
    assert result["IsAvailable"], result["ErrorMessage"]
    return result["Details"]


@needs_ping
def test_ping_of_this_machine():
    details = details_of(run("PING", {"count": 2}))

    assert (details["packets_sent"], details["packets_received"], details["packet_loss_percent"]) == (2, 2, 0)
    assert (details["ip_address_replied"], details["status_string"]) == ("127.0.0.1", "Success")
    assert isinstance(details["rtt_ms"], int)
    assert "error" not in details


@needs_ping
def test_ping_of_a_name_that_does_not_exist():
    result = run("PING", {"target": "no-such-host.invalid", "timeout_ms": 500})

    assert (result["IsAvailable"], result["CheckSuccess"]) == (False, None)
    assert (result["Details"]["packets_received"], result["Details"]["packet_loss_percent"], result["Details"]["rtt_ms"]) == (
        0,
        100,
        None,
    )
    assert result["Details"]["error"]


def test_ping_without_a_ping_program_asks_by_socket(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with contextlib.suppress(OSError):
        icmp.echo("127.0.0.1", timeout_seconds=1, size=8, ttl=64, number=1)
        assert details_of(run("PING", {"count": 2}))["packets_received"] == 2
        return
    assert run("PING")["Details"]["error"]  # the system forbids such sockets


def test_icmp_checksum():
    assert icmp.checksum(icmp.build_request(8, 3, b"odd")) == 0


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_tcp_port_that_is_open(listener):
    details = details_of(run("TCP_PORT", {"port": listener}, {"connect_ms": {"<": 60_000}}))

    assert (details["is_open"], details["port"], details["ip_address"]) == (True, listener, "127.0.0.1")


def test_tcp_port_that_is_closed():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    result = run("TCP_PORT", {"port": port})

    assert (result["IsAvailable"], result["Details"]["is_open"]) == (False, False)


def test_dns_by_the_system():
    details = details_of(run("DNS", {"name": "localhost", "expected": ["127.0.0.1"]}))

    assert details["records"] == [{"type": "A", "value": "127.0.0.1", "ttl_seconds": None}]
    assert run("DNS", {"name": "localhost", "expected": ["10.0.0.1"]})["CheckSuccess"] is False
    assert not run("DNS", {"name": "no-such-host.invalid"})["IsAvailable"]
    assert "need the parameter server" in run("DNS", {"name": "localhost", "record_type": "MX"})["ErrorMessage"]


@pytest.fixture
def name_server():
    """Answers each question with 10.1.2.3, after a forged answer with another number."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer():
            with contextlib.suppress(OSError):
                query, client = server.recvfrom(512)
                record = b"\xc0\x0c" + struct.pack("!2HIH", 1, 1, 60, 4) + b"\x0a\x01\x02\x03"
                good = query[:2] + b"\x81\x80\0\x01\0\x01\0\0\0\0" + query[12:] + record
                forged = bytes([query[0] ^ 0xFF]) + good[1:-1] + b"\xff"
                server.sendto(forged, client)
                server.sendto(good, client)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as poke:
            poke.sendto(b"\0" * 20, server.getsockname())
        thread.join()


def test_dns_by_a_server(name_server):
    parameters = {"name": "srv.example", "server": "127.0.0.1", "port": name_server, "expected": ["10.1.2.3"]}

    result = run("DNS", parameters)

    assert details_of(result)["records"] == [{"type": "A", "value": "10.1.2.3", "ttl_seconds": 60}]
    assert result["CheckSuccess"]


def test_dns_by_a_server_that_is_silent(name_server):
    result = run("DNS", {"name": "x.example", "server": "127.0.0.1", "port": 1, "timeout_ms": 200})

    assert not result["IsAvailable"]


def test_disk_usage(tmp_path):
    details = details_of(
        run("DISK_USAGE", {"drives": [str(tmp_path)]}, {"disks": {"_condition_": "count", "_count_": {"==": 1}}})
    )

    disk = details["disks"][0]
    assert disk["size_bytes"] >= disk["used_bytes"] >= 0
    assert disk["drive_letter"] == str(tmp_path)
    assert details_of(run("DISK_USAGE"))["disks"]


def test_disk_usage_of_a_drive_that_is_gone(tmp_path):
    gone = str(tmp_path / "gone")

    assert not run("DISK_USAGE", {"drives": [gone]})["IsAvailable"]
    assert run("DISK_USAGE", {"drives": [gone, str(tmp_path)]})["CheckSuccess"] is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_and_processes():
    memory = details_of(run("MEMORY"))
    processes = details_of(
        run("PROCESS_LIST", {"process_names": ["python*", "pytest*"], "include_username": True, "include_path": True})
    )

    assert memory["total_bytes"] == memory["available_bytes"] + memory["used_bytes"]
    own = next(process for process in processes["processes"] if process["id"] == os.getpid())
    assert (own["path"], own["memory_ws_mb"] > 1) == (os.path.realpath(sys.executable), True)


def test_a_process_that_does_not_run():
    details = details_of(run("PROCESS_LIST", {"process_names": ["no-such-program"]}))

    assert details["processes"] == []
    assert details["message"]


def test_service_status_of_a_service_that_does_not_exist():
    result = run("SERVICE_STATUS", {"service_name": "no-such-service-here"})

    assert not result["IsAvailable"]
    assert result["Details"]["error"]


def test_file_age(tmp_path):
    for name, age in (("a.log", 500), ("b.log", 50), ("c.txt", 5)):
        (tmp_path / name).write_text("12345")
        os.utime(tmp_path / name, (time.time() - age,) * 2)

    newest = details_of(run("FILE_AGE", {"folder": str(tmp_path), "pattern": "*.log"}, {"age_seconds": {"<": 400}}))
    oldest = details_of(run("FILE_AGE", {"folder": str(tmp_path), "pattern": "*.log", "which": "oldest"}))
    single = details_of(run("FILE_AGE", {"path": str(tmp_path / "c.txt")}))

    assert (newest["name"], newest["count"], newest["total_size_bytes"]) == ("b.log", 2, 10)
    assert (oldest["name"], oldest["age_seconds"] >= 500) == ("a.log", True)
    assert (single["count"], single["size_bytes"]) == (1, 5)
    assert details_of(run("FILE_AGE", {"folder": str(tmp_path), "pattern": "*.none"}, {"count": 0}))["count"] == 0
    assert not run("FILE_AGE", {"path": str(tmp_path / "none")})["IsAvailable"]
    assert not run("FILE_AGE")["IsAvailable"]

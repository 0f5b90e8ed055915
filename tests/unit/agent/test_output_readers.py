"""Reading what the systems' own programs print, Windows in two languages included."""

import sys

import pytest

from statusmonitor_agent import ping_output, processes, services
from statusmonitor_agent.perfdata import parse_output, parse_perfdata
from statusmonitor_agent.step_type import Permissions, StepContext
from statusmonitor_agent.steps import disk_usage, execute_command, file_age, memory, nagios_plugin, ping, process_list

LINUX_PING = """PING 10.0.0.1 (10.0.0.1) 32(60) bytes of data.
40 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.512 ms
40 bytes from 10.0.0.1: icmp_seq=3 ttl=64 time=12.5 ms

--- 10.0.0.1 ping statistics ---
3 packets transmitted, 2 received, 33% packet loss, time 2003ms
"""
LINUX_NAMED = "40 bytes from host.example (2001:db8::7): icmp_seq=1 ttl=64 time=3 ms\n"
LINUX_UNREACHABLE = "From 10.0.0.254 icmp_seq=1 Destination Host Unreachable\n\n1 packets transmitted, 0 received, +1 errors\n"
WINDOWS_PING = """
Pinging 10.0.0.1 with 32 bytes of data:
Reply from 10.0.0.1: bytes=32 time<1ms TTL=128
Request timed out.
Reply from 10.0.0.1: bytes=32 time=14ms TTL=128

Ping statistics for 10.0.0.1:
    Packets: Sent = 3, Received = 2, Lost = 1 (33% loss),
Approximate round trip times in milli-seconds:
    Minimum = 0ms, Maximum = 14ms, Average = 7ms
"""
WINDOWS_RUSSIAN = """
Обмен пакетами с 127.0.0.1 по с 32 байтами данных:
Ответ от 127.0.0.1: число байт=32 время<1мс TTL=128
Ответ от 127.0.0.1: число байт=32 время=3мс TTL=128

Статистика Ping для 127.0.0.1:
    Пакетов: отправлено = 2, получено = 2, потеряно = 0
"""
WINDOWS_UNREACHABLE = (
    "Reply from 10.0.0.2: Destination host unreachable.\n    Packets: Sent = 1, Received = 1, Lost = 0 (0% loss),\n"
)
WINDOWS_IPV6 = "Reply from fe80::1%4: time<1ms \nReply from ::1: time=2ms \n"


@pytest.mark.parametrize(
    ("output", "is_windows", "address", "times", "status"),
    [
        (LINUX_PING, False, "10.0.0.1", (0.512, 12.5), "Success"),
        (LINUX_NAMED, False, "2001:db8::7", (3.0,), "Success"),
        ("64 bytes from ::1: icmp_seq=1 ttl=64 time=0.03 ms\n", False, "::1", (0.03,), "Success"),
        (LINUX_UNREACHABLE, False, None, (), "DestinationHostUnreachable"),
        ("From 10.0.0.9 icmp_seq=1 Time to live exceeded\n", False, None, (), "TtlExpired"),
        ("1 packets transmitted, 0 received, 100% packet loss\n", False, None, (), "TimedOut"),
        (WINDOWS_PING, True, "10.0.0.1", (1.0, 14.0), "Success"),
        (WINDOWS_RUSSIAN, True, "127.0.0.1", (1.0, 3.0), "Success"),
        (WINDOWS_UNREACHABLE, True, None, (), "DestinationHostUnreachable"),
        (WINDOWS_IPV6, True, "fe80::1%4", (1.0, 2.0), "Success"),
        ("Превышен интервал ожидания для запроса.\n", True, None, (), "TimedOut"),
    ],
)
def test_ping_output(output, is_windows, address, times, status):
    replies = ping_output.parse(output, is_windows=is_windows)

    assert (replies.address, replies.times_ms, replies.status) == (address, times, status)


def test_single_ping_reports_are_kept():
    assert ping_output.parse(LINUX_UNREACHABLE, is_windows=False).errors == ("10.0.0.254: Destination Host Unreachable",)


@pytest.mark.parametrize(
    ("platform", "expected"),
    [
        ("linux", ["ping", "-n", "-c", "3", "-i", "0.2", "-W", "0.8", "-s", "32", "-t", "128", "h"]),
        ("darwin", ["ping", "-n", "-c", "3", "-W", "800", "-s", "32", "-m", "128", "h"]),
        ("win32", ["ping", "-n", "3", "-w", "800", "-l", "32", "-i", "128", "h"]),
    ],
)
def test_ping_arguments(platform, expected):
    assert ping.arguments("ping", "h", {"count": 3, "timeout_ms": 800, "buffer_size": 32, "ttl": 128}, platform) == expected


@pytest.mark.parametrize("target", ["-f", " -f", "a b", "a\nb", "", "a\0b"])
def test_a_target_that_is_no_host_is_refused(target):
    with pytest.raises(ValueError, match=r"no target|not a host"):
        ping.STEP_TYPE.run({"target": target, "count": 1, "timeout_ms": 1, "buffer_size": 1, "ttl": 1}, StepContext())


TASKLIST = """"System Idle Process","0","Services","0","8 K","Unknown","NT AUTHORITY\\SYSTEM","51:20:11","N/A"
"agent.exe","4711","Services","0","12,345 K","Running","CORP\\svc","0:01:02","N/A"
"агент.exe","5","Console","1","1 234 КБ","Unknown","N/A","0:00:00","Окно, с запятой"
INFO: something else
"""


def test_tasklist():
    found = processes.parse_tasklist(TASKLIST)

    assert [process["name"] for process in found] == ["System Idle Process", "agent.exe", "агент.exe"]
    assert found[1] == {
        "id": 4711, "name": "agent.exe", "cpu_seconds": 62.0, "memory_ws_mb": 12.06, "username": "CORP\\svc", "path": None,
        "start_time": None,
    }  # fmt: skip
    assert (found[2]["memory_ws_mb"], found[2]["username"]) == (1.21, None)


def test_ps():
    found = processes.parse_ps("  501  2048 1-02:03:04 Mon Nov 24 12:00:00 2025 alice  /usr/bin/my agent\nbroken line\n")

    assert (found[0]["id"], found[0]["name"], found[0]["memory_ws_mb"]) == (501, "my agent", 2.0)
    assert (found[0]["cpu_seconds"], found[0]["username"], found[0]["path"]) == (93784.0, "alice", "/usr/bin/my agent")
    assert found[0]["start_time"].startswith("2025-11-2")


@pytest.mark.parametrize(("text", "seconds"), [("0:01.50", 1.5), ("01:02:03", 3723.0), ("2-00:00:01", 172801.0), ("N/A", None)])
def test_cpu_time(text, seconds):
    assert processes.cpu_seconds(text) == seconds


@pytest.mark.skipif(sys.platform == "win32", reason="reads the clock tick of POSIX systems")
def test_a_process_name_may_hold_blanks_and_brackets():
    name, cpu, start, pages = processes.parse_stat("7 (a (b) c) S 1 " + " ".join(str(number) for number in range(5, 30)))

    assert (name, pages) == ("a (b) c", 24)
    assert cpu == pytest.approx((14 + 15) / 100)
    assert start == pytest.approx(22 / 100)


def chosen(**parameters):
    listed = [
        {"id": 1, "name": "b.exe", "cpu_seconds": 5.0, "memory_ws_mb": 1.0, "username": "x", "path": None, "start_time": None},
        {"id": 2, "name": "A", "cpu_seconds": None, "memory_ws_mb": 3.0, "username": "x", "path": None, "start_time": None},
    ]
    base = {
        "process_names": None, "include_username": False, "include_path": False, "sort_by": "name", "sort_descending": False, "top_n": None,
    }  # fmt: skip
    return process_list.choose(listed, {**base, **parameters})


def test_processes_are_chosen_sorted_and_limited():
    assert [process["id"] for process in chosen()] == [2, 1]
    assert [process["id"] for process in chosen(sort_by="cpu_seconds", sort_descending=True)] == [1, 2]
    assert [process["id"] for process in chosen(sort_by="Memory_WS_MB", sort_descending=True, top_n=1)] == [2]
    assert [process["id"] for process in chosen(process_names=["B"])] == [1]
    assert chosen(process_names=["a*.EXE"])[0]["id"] == 2
    assert "username" not in chosen()[0]
    assert "username" in chosen(include_username=True)[0]


SYSTEMD = "LoadState=loaded\nActiveState=active\nUnitFileState=enabled\nDescription=OpenSSH = server\nCanStop=yes\n"


def test_systemctl():
    assert services.parse_systemd(SYSTEMD, "ssh") == {
        "status": "Running", "display_name": "OpenSSH = server", "start_type": "Automatic", "can_stop": True,
    }  # fmt: skip
    assert services.parse_systemd("LoadState=loaded\nActiveState=failed\n", "x")["status"] == "Failed"


@pytest.mark.parametrize("output", ["LoadState=not-found\nActiveState=inactive\n", ""])
def test_a_unit_that_does_not_exist(output):
    with pytest.raises(services.ServiceError, match="no service nosuch"):
        services.parse_systemd(output, "nosuch")


SC_QUERY = """
SERVICE_NAME: Spooler
        TYPE               : 110  WIN32_OWN_PROCESS  (interactive)
        STATE              : 4  RUNNING
                                (STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)
        WIN32_EXIT_CODE    : 0  (0x0)
"""
SC_QC = """
[SC] QueryServiceConfig SUCCESS

SERVICE_NAME: Spooler
        TYPE               : 110  WIN32_OWN_PROCESS (interactive)
        START_TYPE         : 2   AUTO_START
        ERROR_CONTROL      : 1   NORMAL
        DISPLAY_NAME       : Print Spooler
"""
SC_QUERY_RUSSIAN = """
Имя_службы: Spooler
        Тип                : 110  WIN32_OWN_PROCESS  (interactive)
        Состояние          : 1  STOPPED
                                (NOT_STOPPABLE, NOT_PAUSABLE, IGNORES_SHUTDOWN)
"""
SC_QC_RUSSIAN = """
Имя_службы: Spooler
        Тип_запуска        : 3   DEMAND_START
        Выводимое_имя      : Диспетчер печати
"""


def test_sc_in_two_languages():
    assert services.parse_windows(SC_QUERY, SC_QC, "Spooler") == {
        "status": "Running", "display_name": "Print Spooler", "start_type": "Automatic", "can_stop": True,
    }  # fmt: skip
    assert services.parse_windows(SC_QUERY_RUSSIAN, SC_QC_RUSSIAN, "Spooler") == {
        "status": "Stopped", "display_name": "Диспетчер печати", "start_type": "Manual", "can_stop": False,
    }  # fmt: skip


@pytest.mark.parametrize("name", ["-x", "a b", "a;b", "", "--all"])
def test_a_service_name_that_could_be_an_option_is_refused(name):
    with pytest.raises(services.ServiceError):
        services.look_up(name)


def test_meminfo():
    text = "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 400 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\nHugePages_Total: 0\n"

    assert memory.parse_meminfo(text) == (1_024_000, 409_600, 51_200, 20_480)
    assert memory.parse_meminfo("MemTotal: 10 kB\nMemFree: 1 kB\nBuffers: 2 kB\nCached: 3 kB\n") == (10_240, 6144, 0, 0)


def test_mounts():
    text = "proc /proc proc rw 0 0\n/dev/sda1 / ext4 rw 0 0\n/dev/sda1 /bind ext4 rw 0 0\n/dev/sdb1 /my\\040disk xfs rw 0 0\nbroken\n"

    assert disk_usage.parse_mounts(text) == {"/": "ext4", "/my disk": "xfs"}


def test_a_disk_has_the_fields_of_the_contract():
    disk = disk_usage.describe_disk("C", "System", "NTFS", (100 * 1024**3, 25 * 1024**3))

    assert (disk["size_gb"], disk["free_gb"], disk["used_gb"], disk["percent_free"], disk["percent_used"]) == (
        100,
        25,
        75,
        25,
        75,
    )
    assert disk_usage.describe_disk("C", "", "", (0, 0))["percent_used"] == 0


def test_newest_oldest_and_all_files():
    files = [
        {"path": name, "name": name, "size_bytes": 1, "age_seconds": age, "modified_at_utc": ""}
        for name, age in [("a", 9), ("b", 1)]
    ]

    assert file_age.summarise(files, "newest")["name"] == "b"
    assert file_age.summarise(files, "oldest")["name"] == "a"
    assert [file["name"] for file in file_age.summarise(files, "all")["files"]] == ["b", "a"]
    assert file_age.summarise([], "newest") == {
        "count": 0, "total_size_bytes": 0, "path": None, "name": None, "size_bytes": None, "age_seconds": None, "modified_at_utc": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("permissions", "program", "reason"),
    [
        (Permissions(), "/bin/ls", "allow_commands is off"),
        (Permissions(allow_commands=True, allowed_commands=("/bin/df",)), "/bin/ls", "not among allowed_commands"),
        (Permissions(allow_commands=True, allowed_commands=()), "/bin/ls", "not among allowed_commands"),
        (Permissions(allow_commands=True), "C:\\x.BAT", "batch files"),
    ],
)
def test_what_the_agents_own_configuration_does_not_allow_is_refused(permissions, program, reason):
    assert reason in execute_command.refusal(program, permissions)


def test_an_allowed_command():
    assert execute_command.refusal("/bin/df", Permissions(allow_commands=True, allowed_commands=("/bin/df",))) is None
    assert execute_command.refusal("/bin/df", Permissions(allow_commands=True)) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("load=0.5;1;2;0;", ("load", 0.5, "", "1", "2", 0.0, None)),
        ("'free space'=12.5GB;10:;5:;0;100", ("free space", 12.5, "GB", "10:", "5:", 0.0, 100.0)),
        ("'it''s'=1%", ("it's", 1.0, "%", None, None, None, None)),
        ("x=U;;;;", ("x", None, "", None, None, None, None)),
        ("x=-1.5e-3s;@1:2;~:3", ("x", -0.0015, "s", "@1:2", "~:3", None, None)),
        ("x=1,5ms", ("x", 1.5, "ms", None, None, None, None)),
    ],
)
def test_performance_data(text, expected):
    assert [tuple(entry.values()) for entry in parse_perfdata(text)] == [expected]


def test_broken_performance_data_is_left_out():
    assert [entry["label"] for entry in parse_perfdata("a=1 b=x =5 c e=2; f=1..2 g=")] == ["a", "e"]
    assert len(parse_perfdata("a=1 " * 500)) == 200


def test_plugin_output_over_several_lines():
    parsed = parse_output("DISK OK - free | /=1MB;2;3\n/boot fine\n/home fine | /boot=4MB\n/home=5MB\n")

    assert (parsed.text, parsed.long_text) == ("DISK OK - free", "/boot fine\n/home fine")
    assert [entry["label"] for entry in parsed.perfdata] == ["/", "/boot", "/home"]


@pytest.mark.parametrize(
    ("exit_code", "status", "success"),
    [
        (0, "OK", True),
        (1, "WARNING", False),
        (2, "CRITICAL", False),
        (3, "UNKNOWN", None),
        (127, "UNKNOWN", None),
        (-9, "UNKNOWN", None),
    ],
)
def test_plugin_exit_codes(exit_code, status, success):
    outcome = nagios_plugin.outcome_of("check_x", exit_code, "X said so | a=1")

    assert (outcome.is_available, outcome.success, outcome.details["plugin_status"]) == (True, success, status)
    assert outcome.message == (None if success else f"{status}: X said so")

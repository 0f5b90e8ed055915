"""EXECUTE_COMMAND and NAGIOS_PLUGIN with real programs."""

import os
import socket
import sys
from pathlib import Path

import pytest

from statusmonitor_agent.pipeline import run_step
from statusmonitor_agent.step_type import Permissions, StepContext

PLUGINS = Path("/usr/lib/nagios/plugins")
needs_plugins = pytest.mark.skipif(
    not PLUGINS.is_dir() and not os.environ.get("CI"), reason="the package monitoring-plugins-basic is not installed"
)


def run(step, parameters=None, criteria=None, **permissions):
    context = StepContext("node", "127.0.0.1", "HOST", Permissions(**permissions))
    return run_step({"type": step, "parameters": parameters or {}, "success_criteria": criteria}, context)


def details_of(result):
    assert result["IsAvailable"], result["ErrorMessage"]
    return result["Details"]


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def command(*arguments, **parameters):
    return run("EXECUTE_COMMAND", {"command": [sys.executable, "-c", *arguments], **parameters}, allow_commands=True)


def test_a_command_is_not_run_unless_the_agent_allows_it(tmp_path):
    mark = tmp_path / "mark"
    program = f"open({str(mark)!r}, 'w')"

    result = run("EXECUTE_COMMAND", {"command": [sys.executable, "-c", program]})

    assert (result["IsAvailable"], mark.exists()) == (False, False)


def test_a_command_gets_its_arguments_as_they_are():
    result = command("import sys; print(sys.argv[1:])", "$(id); `id` | x > y", "two words")

    assert details_of(result)["stdout"] == "['$(id); `id` | x > y', 'two words']\n"
    assert result["CheckSuccess"]


def test_a_command_that_fails():
    result = command("import sys; print('oh', file=sys.stderr); sys.exit(3)")

    assert (result["CheckSuccess"], details_of(result)["exit_code"], details_of(result)["stderr"]) == (False, 3, "oh\n")
    assert command("raise SystemExit(3)", expected_exit_codes=[0, 3])["CheckSuccess"]


def test_a_command_that_takes_too_long_is_stopped_with_its_children(tmp_path, eventually):
    mark = tmp_path / "pid"
    program = (
        f"import os, time; child = os.fork(); child or time.sleep(60); open({str(mark)!r}, 'w').write(str(child)); time.sleep(60)"
    )

    result = command(program, timeout_seconds=1)

    assert (result["IsAvailable"], "stopped after 1 s" in result["ErrorMessage"]) == (False, True)
    eventually(lambda: not is_alive(int(mark.read_text())))


def is_alive(process_id):
    try:
        return ") Z " not in Path(f"/proc/{process_id}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_the_output_of_a_command_is_bounded():
    details = details_of(command("import sys; sys.stdout.write('x' * 5_000_000)"))

    assert (len(details["stdout"]), details["is_output_truncated"]) == (16_384, True)


def test_a_command_that_does_not_exist():
    assert not run("EXECUTE_COMMAND", {"command": ["/no/such/program"]}, allow_commands=True)["IsAvailable"]


@needs_plugins
def test_real_plugins(listener):
    good = run("NAGIOS_PLUGIN", {"plugin": "check_tcp", "args": ["-H", "$HOSTADDRESS$", "-p", str(listener)]})
    warning = run("NAGIOS_PLUGIN", {"plugin": "check_load", "args": ["-w", "0,0,0", "-c", "9999,9999,9999"]})
    critical = run("NAGIOS_PLUGIN", {"plugin": "check_tcp", "args": ["-H", "127.0.0.1", "-p", "1"]})
    unknown = run("NAGIOS_PLUGIN", {"plugin": "check_tcp"})

    assert [good["CheckSuccess"], critical["CheckSuccess"], unknown["CheckSuccess"]] == [True, False, None]
    assert {metric["label"] for metric in details_of(good)["perfdata"]} == {"time"}
    assert {metric["label"] for metric in details_of(warning)["perfdata"]} == {"load1", "load5", "load15"}
    assert [details_of(result)["plugin_status"] for result in (good, critical, unknown)] == ["OK", "CRITICAL", "UNKNOWN"]


@needs_plugins
def test_performance_data_can_be_judged():
    metric = {
        "perfdata": {"_condition_": "all", "_where_": {"label": "/"}, "_criteria_": {"value": {">": 0}, "uom": {"matches": "B$"}}}
    }

    result = run("NAGIOS_PLUGIN", {"plugin": "check_disk", "args": ["-w", "0", "-c", "0", "-p", "/"]}, metric)

    assert details_of(result)["perfdata"][0]["label"] == "/"
    assert result["CheckSuccess"]


@pytest.fixture
def plugin_folder(tmp_path):
    folder = tmp_path / "plugins"
    folder.mkdir()
    for path in (folder / "check_ok", tmp_path / "outside"):
        path.write_text('#!/bin/sh\necho "OK - $#"\n')
        path.chmod(0o755)
    (folder / "check_plain").write_text("no program")
    (folder / "check_link").symlink_to(tmp_path / "outside")
    (folder / "check_alias").symlink_to("check_ok")
    return str(folder)


@pytest.mark.parametrize(
    "name", ["../outside", "/bin/sh", "..", "check_link", "check_plain", "check_none", "a\\b", "-x", "check_ok\n", "sub/check_ok"]
)
def test_what_is_no_plugin_of_the_folders_is_refused(plugin_folder, name):
    assert not run("NAGIOS_PLUGIN", {"plugin": name}, plugin_folders=(plugin_folder,))["IsAvailable"]


@pytest.mark.parametrize("name", ["check_ok", "check_alias"])
def test_a_plugin_of_the_folders_is_run(plugin_folder, name):
    result = run("NAGIOS_PLUGIN", {"plugin": name, "args": ["a b", "c"]}, plugin_folders=("/nowhere", plugin_folder))

    assert details_of(result)["text"] == "OK - 2"

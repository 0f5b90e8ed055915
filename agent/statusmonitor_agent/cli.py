"""The command line of the agent."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING, List, Optional

from statusmonitor_agent import SCRIPT_VERSION
from statusmonitor_agent.online.settings import Settings, SettingsError, load

if TYPE_CHECKING:
    from statusmonitor_agent.problems import Problem

FAILED, BAD_CONFIGURATION = 1, 2


def main(arguments: Optional[List[str]] = None) -> int:
    """Return the exit code: 0, 1 when something failed, 2 for a configuration that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        settings, warnings = load(options.config)
    except SettingsError as error:
        _print_problems(options.config, error.problems)
        return BAD_CONFIGURATION
    _print_problems(options.config, warnings)
    if options.check_config:
        print(f"{options.config}: good")
        return 0
    return _run(settings, once=options.once)


def entry_point() -> None:
    """End the process with `main`'s exit code; what the installed command and the .pyz file call."""
    sys.exit(main())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="statusmonitor-agent", description="Runs the checks of one site for Status Monitor.")
    parser.add_argument("--config", required=True, metavar="FILE", help="configuration file (JSON)")
    parser.add_argument("--once", action="store_true", help="run every job once, send the results, and end")
    parser.add_argument("--check-config", action="store_true", help="say what is wrong with the configuration, and end")
    parser.add_argument("--version", action="version", version=SCRIPT_VERSION)
    return parser


def _print_problems(path: str, problems: List[Problem]) -> None:
    for problem in problems:
        print(f"{path}: {problem.severity}: {problem.path or 'file'}: {problem.message}", file=sys.stderr)


def _run(settings: Settings, *, once: bool) -> int:
    import logging

    from statusmonitor_agent.online.agent import Agent
    from statusmonitor_agent.online.logs import set_up
    from statusmonitor_agent.online.result_queue import QueueError

    try:
        set_up(settings)
        agent = Agent(settings)
    except (OSError, QueueError) as error:  # the log file, the authorities' file or the queue
        print(f"statusmonitor-agent: {error}", file=sys.stderr)
        return FAILED
    for name in ("SIGTERM", "SIGINT", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: agent.stop())
    logging.getLogger(__name__).info("%s for object %s starts", SCRIPT_VERSION, settings.object_id)
    if once:
        return 0 if agent.run_once() else FAILED
    agent.run()
    return 0

"""The agent of Status Monitor: step catalogue, criteria language, and the program that runs jobs at a site."""

from __future__ import annotations

__version__ = "1.0.0"

SCRIPT_VERSION = "status_monitor_agent_v" + __version__

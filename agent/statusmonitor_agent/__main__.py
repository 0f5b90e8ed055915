"""`python -m statusmonitor_agent`: starts the agent."""

from __future__ import annotations

from statusmonitor_agent.cli import entry_point

if __name__ == "__main__":
    entry_point()

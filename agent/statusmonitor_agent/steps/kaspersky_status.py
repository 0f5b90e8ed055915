"""KASPERSKY_STATUS: state of the virus protection; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="KASPERSKY_STATUS",
    description="State of the Kaspersky protection (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)

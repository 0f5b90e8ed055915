"""EVENT_LOG: entries of the Windows event log; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="EVENT_LOG",
    description="Entries of the Windows event log (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)

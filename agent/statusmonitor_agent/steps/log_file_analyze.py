"""LOG_FILE_ANALYZE: lines of a log file; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="LOG_FILE_ANALYZE",
    description="Lines of a log file (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)

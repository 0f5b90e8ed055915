"""USB_DEVICES: connected USB devices; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="USB_DEVICES",
    description="Connected USB devices (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)

"""CERTIFICATES: certificates in the Windows stores; run by the PowerShell agents only."""

from __future__ import annotations

from statusmonitor_agent.step_type import StepType

STEP_TYPE = StepType(
    name="CERTIFICATES",
    description="Certificates in the Windows stores (PowerShell agents only).",
    is_open=True,  # the script's parameters are the site's own
)

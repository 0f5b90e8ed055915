"""The step types, one module each. A new one needs its module and its line here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Mapping

from statusmonitor_agent.steps import (
    cert_expiry,
    certificates,
    disk_usage,
    dns,
    event_log,
    execute_command,
    file_age,
    http_check,
    json_analyze,
    kaspersky_status,
    log_file_analyze,
    memory,
    nagios_plugin,
    ping,
    powershell_execute,
    process_list,
    registry_key,
    service_status,
    sql_query_execute,
    sql_xml_query,
    tcp_port,
    usb_devices,
)

if TYPE_CHECKING:
    from statusmonitor_agent.step_type import StepType

_ALL = (
    ping.STEP_TYPE,
    tcp_port.STEP_TYPE,
    http_check.STEP_TYPE,
    dns.STEP_TYPE,
    cert_expiry.STEP_TYPE,
    disk_usage.STEP_TYPE,
    memory.STEP_TYPE,
    process_list.STEP_TYPE,
    service_status.STEP_TYPE,
    file_age.STEP_TYPE,
    execute_command.STEP_TYPE,
    nagios_plugin.STEP_TYPE,
    sql_query_execute.STEP_TYPE,
    sql_xml_query.STEP_TYPE,
    powershell_execute.STEP_TYPE,
    kaspersky_status.STEP_TYPE,
    certificates.STEP_TYPE,
    json_analyze.STEP_TYPE,
    registry_key.STEP_TYPE,
    event_log.STEP_TYPE,
    log_file_analyze.STEP_TYPE,
    usb_devices.STEP_TYPE,
)

STEP_TYPES: Mapping[str, StepType] = {step_type.name: step_type for step_type in _ALL}

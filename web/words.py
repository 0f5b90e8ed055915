"""The words for what the domain names by codes: statuses, conditions of jobs, severities, verdicts of results."""

from statusmonitor.domain.status import JobCondition
from statusmonitor.services.history import HistoryRow
from web.language import gettext

WORST_FIRST = ("unavailable", "warning", "unknown", "available")
MARK_STATUS = {"a": "available", "w": "warning", "d": "unavailable", "u": "unknown"}
# How a condition of a job looks: the shape and colour of a status, or one of its own.
CONDITION_LOOK = {
    JobCondition.GOOD: "available",
    JobCondition.OUTDATED: "warning",
    JobCondition.UNCLEAR: "warning",
    JobCondition.SILENT: "warning",
    JobCondition.CRITERIA_FAILED: "unavailable",
    JobCondition.NOT_AVAILABLE: "unavailable",
    JobCondition.PENDING: "pending",
    JobCondition.DISABLED: "disabled",
}


def status_name(status: str) -> str:
    return {
        "available": gettext("Up"),
        "warning": gettext("Warning"),
        "unavailable": gettext("Down"),
        "unknown": gettext("No data"),
    }[status]


def status_count_name(status: str) -> str:
    """Return the label of a counter."""
    return {
        "available": gettext("up"),
        "warning": gettext("need attention"),
        "unavailable": gettext("down"),
        "unknown": gettext("without data"),
    }[status]


def condition_name(condition: str) -> str:
    return {
        "good": gettext("Good"),
        "outdated": gettext("Outdated"),
        "unclear": gettext("Not judged"),
        "silent": gettext("Silent"),
        "criteria_failed": gettext("Criteria not met"),
        "not_available": gettext("Down"),
        "pending": gettext("Waiting"),
        "disabled": gettext("Off"),
    }[condition]


def result_condition(row: HistoryRow) -> JobCondition:
    """Return what one result says of its job."""
    if not row.is_available:
        return JobCondition.NOT_AVAILABLE
    if row.check_success is None:
        return JobCondition.UNCLEAR
    return JobCondition.GOOD if row.check_success else JobCondition.CRITERIA_FAILED


def result_look(row: HistoryRow) -> str:
    return CONDITION_LOOK[result_condition(row)]


def severity_name(severity: str) -> str:
    return {
        "INFO": gettext("Info"),
        "WARN": gettext("Warning"),
        "ERROR": gettext("Error"),
        "CRITICAL": gettext("Critical"),
    }[severity]


SEVERITY_LOOK = {"INFO": "info", "WARN": "warning", "ERROR": "unavailable", "CRITICAL": "critical"}

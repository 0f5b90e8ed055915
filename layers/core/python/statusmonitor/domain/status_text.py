"""The Russian label of a status, as the API gives it: what is the matter, and which method said so. Pure."""

from collections.abc import Mapping
from typing import Any

from statusmonitor.domain.status import JobCondition, NodeStatus

_STATUS = {
    NodeStatus.AVAILABLE: "доступен",
    NodeStatus.WARNING: "внимание",
    NodeStatus.UNAVAILABLE: "недоступен",
    NodeStatus.UNKNOWN: "нет данных",
}
_CONDITION = {
    JobCondition.OUTDATED: "устарело",
    JobCondition.SILENT: "нет результатов",
    JobCondition.UNCLEAR: "критерии не оценены",
    JobCondition.CRITERIA_FAILED: "критерии не выполнены",
    JobCondition.NOT_AVAILABLE: "проверка не прошла",
}
_OVERDUE = (JobCondition.OUTDATED, JobCondition.SILENT)
# What the status says already is not said twice.
_IMPLIED = {NodeStatus.UNAVAILABLE: JobCondition.NOT_AVAILABLE, NodeStatus.UNKNOWN: JobCondition.SILENT}


def status_text(status: str, reason: Mapping[str, Any], method_name: str | None) -> str:
    """Return the label of a status with the reason that `node_status` gave.

    `method_name` is that of the job in the reason, None when there is none.
    """
    status, condition = NodeStatus(status), reason.get("condition")
    words = _STATUS[status]
    if condition in _CONDITION and condition != _IMPLIED.get(status):
        words += f": {_CONDITION[JobCondition(condition)]}"
    if method_name is None:
        return words
    return f"{words} ({method_name}{_limit(condition, reason)})"


def _limit(condition: str | None, reason: Mapping[str, Any]) -> str:
    seconds = reason.get("stale_limit_seconds")
    if condition not in _OVERDUE or not isinstance(seconds, int):
        return ""
    minutes, rest = divmod(seconds, 60)
    return f" > {seconds} с" if rest else f" > {minutes} мин"

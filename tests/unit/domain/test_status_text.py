"""The Russian label of a status."""

import pytest

from statusmonitor.domain.status import JobCondition, NodeStatus
from statusmonitor.domain.status_text import status_text


@pytest.mark.parametrize(
    ("status", "condition", "seconds", "method", "expected"),
    [
        ("available", "good", 300, "PING", "доступен (PING)"),
        ("unavailable", "not_available", 300, "PING", "недоступен (PING)"),
        ("unavailable", "criteria_failed", 300, "PING", "недоступен: критерии не выполнены (PING)"),
        ("warning", "outdated", 300, "PING", "внимание: устарело (PING > 5 мин)"),
        ("warning", "outdated", 90, "PING", "внимание: устарело (PING > 90 с)"),
        ("warning", "silent", 7200, "DISK_USAGE", "внимание: нет результатов (DISK_USAGE > 120 мин)"),
        ("warning", "unclear", 300, "PING", "внимание: критерии не оценены (PING)"),
        ("warning", "not_available", 300, "SQL_QUERY_EXECUTE", "внимание: проверка не прошла (SQL_QUERY_EXECUTE)"),
        ("warning", "criteria_failed", 300, "MEMORY", "внимание: критерии не выполнены (MEMORY)"),
        ("unknown", "silent", 300, "PING", "нет данных (PING > 5 мин)"),
        ("unknown", None, None, None, "нет данных"),
        ("unavailable", "criteria_failed", 300, None, "недоступен: критерии не выполнены"),
    ],
)
def test_a_label_says_what_is_the_matter_and_who_said_so(status, condition, seconds, method, expected):
    reason = {"rule": "primary_job", "condition": condition, "stale_limit_seconds": seconds}

    assert status_text(status, reason, method) == expected


@pytest.mark.parametrize("status", list(NodeStatus))
@pytest.mark.parametrize("condition", [None, "from the future", *JobCondition])
def test_every_reason_has_a_label(status, condition):
    assert status_text(status, {"condition": condition}, "PING").endswith("(PING)")


def test_every_status_has_words_of_its_own():
    assert len({status_text(status, {}, None) for status in NodeStatus}) == len(NodeStatus)

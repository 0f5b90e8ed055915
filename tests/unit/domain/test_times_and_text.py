"""Times and text as clients send them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statusmonitor.domain.text import cure_json, cure_text, is_deeper_than
from statusmonitor.domain.times import CheckTime, judge_time, parse_time

NOW = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
OLDEST = NOW - timedelta(days=90)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-05-20T11:02:03.1234567+00:00", datetime(2025, 5, 20, 11, 2, 3, 123456, UTC)),
        ("2025-05-20T11:02:03.9876543Z", datetime(2025, 5, 20, 11, 2, 3, 987654, UTC)),
        ("2025-05-20T16:02:03.12+05:00", datetime(2025, 5, 20, 11, 2, 3, 120000, UTC)),
        ("2025-05-20T11:02:03", datetime(2025, 5, 20, 11, 2, 3, tzinfo=UTC)),
        (" 2025-05-20 11:02:03 ", datetime(2025, 5, 20, 11, 2, 3, tzinfo=UTC)),
        ("yesterday", None),
        ("9999-12-31T23:59:59-05:00", None),
        ("0001-01-01T00:00:00+05:00", None),
    ],
)
def test_parse_time(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(None, CheckTime(NOW), id="absent"),
        pytest.param("2030-01-01T11:00:00Z", CheckTime(NOW - timedelta(hours=1)), id="an hour ago"),
        pytest.param("2030-01-01T12:05:00Z", CheckTime(NOW + timedelta(minutes=5)), id="just not too far ahead"),
        pytest.param("2030-01-01T12:05:00.000001Z", CheckTime(NOW, "2030-01-01T12:05:00.000001Z"), id="too far ahead"),
        pytest.param("2029-01-01T00:00:00Z", CheckTime(NOW, "2029-01-01T00:00:00Z"), id="before the retention"),
        pytest.param("nonsense", CheckTime(NOW, "nonsense"), id="unparsable"),
        pytest.param("x" * 500, CheckTime(NOW, "x" * 100), id="unparsable and long"),
    ],
)
def test_judge_time(text, expected):
    assert judge_time(text, received_at=NOW, oldest=OLDEST) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"a\\\u0000b"', "a\\\ufffdb"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\ud83d"', "\ufffd"),
        (rb'"\ude00x"', "\ufffdx"),
        (rb'"\ud83d\u0041"', "\ufffdA"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\U0001f600"),
        (rb'"\\ud83d\ude00"', "\\ud83d\ufffd"),
        (rb'"\u0041\ude00"', "A\ufffd"),
        (rb'"\u041f\u0440"', "Пр"),
    ],
)
def test_cure_json(body, expected):
    assert json.loads(cure_json(body)) == expected


@given(
    st.recursive(
        st.text(st.characters(codec=None)) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_cured_json_holds_what_was_there_but_for_what_cannot_be_stored(value):
    cured = json.loads(cure_json(json.dumps(value).encode()))

    assert cured == json.loads(cure_text(json.dumps(value, ensure_ascii=False).replace("\\u0000", "\ufffd")))


@given(st.integers(0, 70), st.text(alphabet='[]{}"\\ab', max_size=30))
def test_depth_is_counted_outside_strings(depth, noise):
    text = json.dumps(noise).encode()
    nested = b"[" * depth + b",".join([text] * 80) + b"]" * depth

    assert is_deeper_than(nested, 64) is (depth > 64)

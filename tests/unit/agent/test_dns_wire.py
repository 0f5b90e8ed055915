"""The small DNS client: packets written, packets read, and packets that lie."""

import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statusmonitor_agent.dns_wire import DnsError, build_query, parse_answer
from statusmonitor_agent.steps.dns import judge


def answer(*records, flags=0x8180):
    """Return a packet whose records are (type, payload), each named by a pointer to the question."""
    question = build_query(7, "mail.example", "A")[12:]
    body = b"".join(b"\xc0\x0c" + struct.pack("!2HIH", kind, 1, 300, len(payload)) + payload for kind, payload in records)
    return struct.pack("!6H", 7, flags, 1, len(records), 0, 0) + question + body


def test_a_query():
    assert build_query(7, "ab.c.", "MX") == b"\0\x07\x01\0\0\x01\0\0\0\0\0\0\x02ab\x01c\0\0\x0f\0\x01"
    assert b"\x09xn--h1ahn\x07example\0" in build_query(7, "мир.example", "A")


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64, ".".join(["x" * 60] * 5), "."])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(DnsError):
        build_query(7, name, "A")


def test_every_kind_of_record():
    records = parse_answer(
        answer(
            (1, b"\x0a\0\0\x05"),
            (28, b"\x20\x01\x0d\xb8" + b"\0" * 11 + b"\x07"),
            (5, b"\x03www\xc0\x0c"),
            (15, b"\0\x0a\xc0\x0c"),
            (16, b"\x03abc\x02de"),
            (99, b"unknown"),
        )
    )

    assert records == [
        {"type": "A", "value": "10.0.0.5", "ttl_seconds": 300},
        {"type": "AAAA", "value": "2001:db8::7", "ttl_seconds": 300},
        {"type": "CNAME", "value": "www.mail.example", "ttl_seconds": 300},
        {"type": "MX", "value": "mail.example", "preference": 10, "ttl_seconds": 300},
        {"type": "TXT", "value": "abcde", "ttl_seconds": 300},
    ]


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (answer(flags=0x8183), "no such name"),
        (answer(flags=0x818B), "error 11"),
        (answer(flags=0x8380), "too large"),
        (answer((1, b"\x0a\0\0\x05"))[:-1], "broken"),
        (answer((5, b"\xc0\x2a")), "broken"),
        (b"", "broken"),
    ],
)
def test_answers_without_an_answer(packet, reason):
    with pytest.raises(DnsError, match=reason):
        parse_answer(packet)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=120), st.integers(0, 20))
def test_whatever_comes_is_read_or_refused(tail, cut):
    packet = answer((5, b"\x03www\xc0\x0c"), (16, b"\x03abc"))

    for mixed in (packet[: len(packet) - cut] + tail, packet[:12] + tail, tail):
        with contextlib.suppress(DnsError):
            parse_answer(mixed)


def test_expected_values():
    records = [{"type": "A", "value": "10.0.0.1"}, {"type": "CNAME", "value": "Www.Example."}]

    assert judge(records, "A", None) is None
    assert judge(records, "A", ["10.0.0.1"]) is None
    assert judge(records, "CNAME", ["www.example"]) is None
    assert judge(records, "A", ["10.0.0.2"]) == "found 10.0.0.1, wanted 10.0.0.2"
    assert judge(records, "AAAA", None) == "no AAAA record"

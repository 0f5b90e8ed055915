"""Reads what the system's ping program prints: Linux, macOS, and Windows in any of its languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Tuple

POSIX_REPLY = re.compile(r"bytes from (?:[^\s(]+ \()?([0-9A-Fa-f.:%\w]+?)\)?:\s.*?time[=<]([\d.]+)\s*ms")
# "Reply from 10.0.0.1: bytes=32 time<1ms TTL=128"; an unreachable report has an address but no time.
WINDOWS_REPLY = re.compile(r"^\S.*?([0-9A-Fa-f.:]*[.:][0-9A-Fa-f.:]+(?:%\d+)?):\s.*?[=<](\d+)\s*(?:ms|мс|мсек)\b", re.MULTILINE)
POSIX_ERROR = re.compile(r"^From (\S+?):? icmp_seq=\d+ (.+)$", re.MULTILINE)
UNREACHABLE = re.compile(r"unreachable|недоступ", re.IGNORECASE)
EXPIRED = re.compile(r"time to live exceeded|ttl expired|превышен срок жизни", re.IGNORECASE)


@dataclass(frozen=True)
class Replies:
    """`times_ms`: one entry a reply. `status` is one of the names .NET gives."""

    address: Optional[str]
    times_ms: Tuple[float, ...]
    errors: Tuple[str, ...]
    status: str


def parse(output: str, *, is_windows: bool) -> Replies:
    """Return the replies found in the output of a ping program."""
    found = (WINDOWS_REPLY if is_windows else POSIX_REPLY).findall(output)
    times = tuple(float(milliseconds) for _, milliseconds in found)
    errors = tuple(f"{sender}: {text.strip()}" for sender, text in POSIX_ERROR.findall(output))
    return Replies(found[0][0] if found else None, times, errors, "Success" if found else _failure(output))


def _failure(output: str) -> str:
    if UNREACHABLE.search(output):
        return "DestinationHostUnreachable"
    return "TtlExpired" if EXPIRED.search(output) else "TimedOut"

"""A small DNS client: one question over UDP, an answer read with every bound checked."""

from __future__ import annotations

import os
import socket
import struct
import time
from typing import Any

RECORD_TYPES = {"A": 1, "CNAME": 5, "MX": 15, "TXT": 16, "AAAA": 28}
CODES = {1: "format error", 2: "server failure", 3: "no such name", 4: "not implemented", 5: "refused"}
MAX_RECORDS = 100
MAX_JUMPS = 20
MAX_NAME = 255
TRUNCATED = 0x0200


class DnsError(Exception):
    """The server gave no usable answer."""


def ask(server: str, port: int, name: str, record_type: str, timeout_seconds: float) -> list[dict[str, Any]]:
    """Return the records of the answer: type, value, ttl_seconds, and preference for MX.

    Raises:
        DnsError: no such name, a refusal, or an answer that cannot be read.
        OSError: the server cannot be reached, or stays silent.
    """
    number = int.from_bytes(os.urandom(2), "big")
    query = build_query(number, name, record_type)
    family, _, _, _, address = socket.getaddrinfo(server, port, type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, socket.SOCK_DGRAM) as channel:
        channel.connect(address)  # so that the system drops what others send
        channel.send(query)
        deadline = time.monotonic() + timeout_seconds
        while True:
            channel.settimeout(max(0.001, deadline - time.monotonic()))
            answer = channel.recv(4096)
            if answer[:2] == query[:2] and answer[12 : len(query)] == query[12:]:
                return parse_answer(answer)
            if time.monotonic() > deadline:
                raise socket.timeout("timed out")


def build_query(number: int, name: str, record_type: str) -> bytes:
    """Return the packet that asks for `name`, recursion desired.

    Raises:
        DnsError: it is not a host name.
    """
    try:
        labels = [label if label.isascii() else label.encode("idna").decode() for label in name.rstrip(".").split(".")]
        encoded = b"".join(bytes([len(label)]) + label.encode("ascii") for label in labels)
    except (UnicodeError, ValueError) as error:
        raise DnsError(f"not a host name: {name!r}") from error
    if not all(1 <= len(label) <= 63 for label in labels) or len(encoded) > MAX_NAME:  # noqa: PLR2004
        raise DnsError(f"not a host name: {name!r}")
    return struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + encoded + b"\0" + struct.pack("!2H", RECORD_TYPES[record_type], 1)


def parse_answer(packet: bytes) -> list[dict[str, Any]]:
    """Return the answer records of the known types.

    Raises:
        DnsError: the server reports an error, or the packet is broken or cut short.
    """
    try:
        return _parse(packet)
    except (struct.error, IndexError) as error:
        raise DnsError("the answer is broken") from error


def _parse(packet: bytes) -> list[dict[str, Any]]:
    _, flags, questions, answers, _, _ = struct.unpack_from("!6H", packet)
    if flags & 0xF:
        raise DnsError(CODES.get(flags & 0xF, f"error {flags & 0xF}"))
    if flags & TRUNCATED:
        raise DnsError("the answer is too large for one packet")
    position = 12
    for _ in range(min(questions, 1)):
        position = _name(packet, position)[1] + 4
    records: list[dict[str, Any]] = []
    for _ in range(min(answers, MAX_RECORDS)):
        position = _name(packet, position)[1]
        kind, _, ttl, length = struct.unpack_from("!2HIH", packet, position)
        position += 10
        record = _record(packet, kind, position, length)
        if record:
            records.append({**record, "ttl_seconds": ttl})
        position += length
    return records


def _record(packet: bytes, kind: int, position: int, length: int) -> dict[str, Any] | None:
    payload = packet[position : position + length]
    if len(payload) < length:
        raise DnsError("the answer is broken")
    if kind == RECORD_TYPES["A"] and length == 4:  # noqa: PLR2004
        return {"type": "A", "value": socket.inet_ntoa(payload)}
    if kind == RECORD_TYPES["AAAA"] and length == 16:  # noqa: PLR2004
        return {"type": "AAAA", "value": socket.inet_ntop(socket.AF_INET6, payload)}
    if kind == RECORD_TYPES["CNAME"]:
        return {"type": "CNAME", "value": _name(packet, position)[0]}
    if kind == RECORD_TYPES["MX"]:
        return {"type": "MX", "value": _name(packet, position + 2)[0], "preference": struct.unpack("!H", payload[:2])[0]}
    return {"type": "TXT", "value": _text(payload)} if kind == RECORD_TYPES["TXT"] else None


def _text(payload: bytes) -> str:
    parts, position = [], 0
    while position < len(payload):
        end = position + 1 + payload[position]
        parts.append(payload[position + 1 : end])
        position = end
    return b"".join(parts).decode("utf-8", "replace")


def _name(packet: bytes, position: int) -> tuple[str, int]:
    """Return a name and where what follows it starts; pointers are followed a limited number of times."""
    labels: list[str] = []
    end = None
    for _ in range(MAX_JUMPS + 128):
        length = packet[position]
        if length >= 0xC0:  # noqa: PLR2004 - a pointer to an earlier place
            end = position + 2 if end is None else end
            position = (length & 0x3F) << 8 | packet[position + 1]
        elif length == 0:
            return ".".join(labels), position + 1 if end is None else end
        else:
            labels.append(packet[position + 1 : position + 1 + length].decode("latin-1"))
            position += 1 + length
            if sum(map(len, labels)) > MAX_NAME:
                break
    raise DnsError("the answer is broken")

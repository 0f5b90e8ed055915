"""Reads the few fields of an X.509 certificate that a check needs, without trusting a byte of it.

The standard library decodes only certificates it has verified, and expired or self-signed ones are what a check is about.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timezone

MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_ELEMENTS = 200
SEQUENCE, SET, VERSION, UTC_TIME, GENERALIZED_TIME, OBJECT_ID = 0x30, 0x31, 0xA0, 0x17, 0x18, 0x06
NAMES = {
    "2.5.4.3": "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "S",
    "2.5.4.9": "STREET",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.5": "SERIALNUMBER",
    "1.2.840.113549.1.9.1": "E",
    "0.9.2342.19200300.100.1.25": "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
ENCODINGS = {0x0C: "utf-8", 0x1E: "utf-16-be", 0x1C: "utf-32-be"}


class DerError(ValueError):
    """These bytes are not a certificate."""


@dataclass(frozen=True)
class Certificate:
    """`thumbprint`: SHA-1 in upper-case hex, as Windows shows it."""

    thumbprint: str
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class _Element:
    tag: int
    content: bytes


def read_certificate(der: bytes) -> Certificate:
    """Return the fields of a DER certificate.

    Raises:
        DerError: it cannot be read.
    """
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise DerError("the certificate is too large")
    fields = _elements(_first(_first(der, SEQUENCE), SEQUENCE))
    if fields and fields[0].tag == VERSION:
        fields = fields[1:]
    if len(fields) < 5:  # noqa: PLR2004 - serial, algorithm, issuer, validity, subject
        raise DerError("not a certificate: fields are missing")
    _, _, issuer, validity, subject = fields[:5]
    times = _elements(validity.content)
    if len(times) != 2:  # noqa: PLR2004
        raise DerError("not a certificate: no validity")
    return Certificate(
        thumbprint=hashlib.sha1(der).hexdigest().upper(),  # noqa: S324 - a name that Windows tools show, no safeguard
        subject=_name(subject.content),
        issuer=_name(issuer.content),
        not_before=_time(times[0]),
        not_after=_time(times[1]),
    )


def _first(data: bytes, tag: int) -> bytes:
    element, _ = _read(data, 0)
    if element.tag != tag:
        raise DerError("not a certificate")
    return element.content


def _elements(data: bytes) -> list[_Element]:
    found: list[_Element] = []
    position = 0
    while position < len(data):
        if len(found) >= MAX_ELEMENTS:
            raise DerError("not a certificate: too many fields")
        element, position = _read(data, position)
        found.append(element)
    return found


def _read(data: bytes, position: int) -> tuple[_Element, int]:
    if position + 2 > len(data):
        raise DerError("not a certificate: it ends too early")
    tag, length = data[position], data[position + 1]
    position += 2
    if length >= 0x80:  # noqa: PLR2004 - the long form: so many bytes hold the length
        size = length & 0x7F
        if not 1 <= size <= 4:  # noqa: PLR2004
            raise DerError("not a certificate: bad length")
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    end = position + length
    if end > len(data):
        raise DerError("not a certificate: it ends too early")
    return _Element(tag, data[position:end]), end


def _name(content: bytes) -> str:
    """Return a distinguished name with the most specific part first, as Windows writes it."""
    parts = [_name_part(part.content) for group in _elements(content) for part in _elements(group.content)]
    return ", ".join(reversed(parts))


def _name_part(content: bytes) -> str:
    fields = _elements(content)
    if len(fields) != 2 or fields[0].tag != OBJECT_ID:  # noqa: PLR2004
        raise DerError("not a certificate: bad name")
    object_id = _object_id(fields[0].content)
    text = fields[1].content.decode(ENCODINGS.get(fields[1].tag, "latin-1"), "replace")
    quoted = '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',+="\n;') else text
    return f"{NAMES.get(object_id, 'OID.' + object_id)}={quoted}"


def _object_id(content: bytes) -> str:
    numbers, value = [], 0
    for byte in content[:64]:
        value = value << 7 | byte & 0x7F
        if byte < 0x80:  # noqa: PLR2004 - the last byte of a number
            numbers.append(value)
            value = 0
    if not numbers:
        raise DerError("not a certificate: bad name")
    first = min(numbers[0] // 40, 2)
    return ".".join(str(number) for number in [first, numbers[0] - first * 40, *numbers[1:]])


def _time(element: _Element) -> datetime:
    text = element.content.decode("ascii", "replace")
    if element.tag == UTC_TIME and len(text) == 13:  # noqa: PLR2004 - YYMMDDHHMMSSZ; RFC 5280: from 50 on it is 19YY
        text = ("19" if text[:2] >= "50" else "20") + text
    elif element.tag != GENERALIZED_TIME:
        raise DerError("not a certificate: bad time")
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError as error:
        raise DerError("not a certificate: bad time") from error

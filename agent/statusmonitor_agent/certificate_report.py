"""Turns certificates into the entries that CERT_EXPIRY reports."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from statusmonitor_agent.der import Certificate, DerError, read_certificate

if TYPE_CHECKING:
    from datetime import datetime

PEM = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----(.+?)-----END", re.DOTALL)
MAX_CERTIFICATES = 50
DAY_SECONDS = 86_400


def days_left(certificate: Certificate, now: datetime) -> int:
    """Return whole days until it expires, rounded down; negative once it has."""
    return int((certificate.not_after - now).total_seconds() // DAY_SECONDS)


def describe_certificate(certificate: Certificate, *, now: datetime, min_days_warning: int, found_at: str) -> dict[str, Any]:
    """Return one entry of `certificates`; it is expiring soon with at most `min_days_warning` days left."""
    left = days_left(certificate, now)
    status, text = "OK", f"{left} days left"
    if certificate.not_after <= now:
        status, text = "Expired", f"expired {-left} days ago"
    elif left <= min_days_warning:
        status = "ExpiringSoon"
    if certificate.not_before > now:
        text += ", not valid yet"
    return {
        "thumbprint": certificate.thumbprint,
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "not_before_utc": certificate.not_before.isoformat(),
        "not_after_utc": certificate.not_after.isoformat(),
        "days_left": left,
        "has_private_key": False,
        "status": status,
        "status_details": text,
        "store_path": found_at,
    }


def read_pem(content: bytes) -> list[Certificate]:
    """Return the certificates of a PEM file, or the one of a DER file, at most 50.

    Raises:
        DerError: there is none, or one cannot be read.
    """
    blocks = PEM.findall(content)[:MAX_CERTIFICATES]
    if not blocks:
        return [read_certificate(content)]
    try:
        return [read_certificate(base64.b64decode(block)) for block in blocks]
    except binascii.Error as error:
        raise DerError("the PEM file is damaged") from error

"""The certificate reader against certificates that the cryptography package makes."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from statusmonitor_agent.certificate_report import describe_certificate, read_pem
from statusmonitor_agent.der import DerError, read_certificate

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
KEY = ec.generate_private_key(ec.SECP256R1())


def make(subject="srv.example", not_before=NOW - timedelta(days=10), not_after=NOW + timedelta(days=90), extra=()):
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Org, Inc."), *extra, x509.NameAttribute(NameOID.COMMON_NAME, subject)]
    )
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 5, not_before, not_after)
    return builder.sign(KEY, hashes.SHA256())


def der(certificate):
    return certificate.public_bytes(serialization.Encoding.DER)


def test_the_fields_are_those_that_cryptography_reads():
    certificate = make()

    read = read_certificate(der(certificate))

    assert read.thumbprint == certificate.fingerprint(hashes.SHA1()).hex().upper()
    assert (read.not_before, read.not_after) == (certificate.not_valid_before_utc, certificate.not_valid_after_utc)
    assert read.subject == read.issuer == 'CN=srv.example, O="Org, Inc."'


@pytest.mark.parametrize("year", [1955, 1999, 2049, 2050, 2199])
def test_both_forms_of_time(year):
    not_after = datetime(year, 6, 1, tzinfo=UTC)

    read = read_certificate(der(make(not_before=not_after - timedelta(days=5), not_after=not_after)))

    assert read.not_after == not_after


def test_names_of_any_script_and_unknown_kinds():
    extra = [
        x509.NameAttribute(x509.ObjectIdentifier("1.3.6.1.4.1.99999.7"), "own"),
        x509.NameAttribute(NameOID.COUNTRY_NAME, "RU"),
    ]

    read = read_certificate(der(make("сервер", extra=extra)))

    assert read.subject == 'CN=сервер, C=RU, OID.1.3.6.1.4.1.99999.7=own, O="Org, Inc."'


@pytest.mark.parametrize(
    ("left", "status", "days"),
    [
        (timedelta(days=90), "OK", 90),
        (timedelta(days=31), "OK", 31),
        (timedelta(days=30, hours=23), "ExpiringSoon", 30),
        (timedelta(hours=1), "ExpiringSoon", 0),
        (timedelta(0), "Expired", 0),
        (timedelta(days=-3), "Expired", -3),
    ],
)
def test_an_entry_has_the_fields_of_the_contract(left, status, days):
    certificate = read_certificate(der(make(not_before=NOW - timedelta(days=100), not_after=NOW + left)))

    entry = describe_certificate(certificate, now=NOW, min_days_warning=30, found_at="x.pem")

    assert (entry["status"], entry["days_left"]) == (status, days)
    assert set(entry) == {
        "thumbprint", "subject", "issuer", "not_before_utc", "not_after_utc", "days_left", "has_private_key", "status", "status_details",
        "store_path",
    }  # fmt: skip


def test_a_certificate_of_tomorrow_is_said_to_be_one():
    certificate = read_certificate(der(make(not_before=NOW + timedelta(days=1))))

    assert "not valid yet" in describe_certificate(certificate, now=NOW, min_days_warning=30, found_at="x")["status_details"]


def test_a_pem_file_may_hold_several():
    pem = b"".join(make(name).public_bytes(serialization.Encoding.PEM) for name in ("a", "b"))

    assert [certificate.subject[:4] for certificate in read_pem(b"text before\n" + pem)] == ["CN=a", "CN=b"]
    assert read_pem(der(make("c")))[0].subject.startswith("CN=c")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"0" * 70_000],
)
def test_what_is_no_certificate_is_refused(content):
    with pytest.raises(DerError):
        read_pem(content)


GOOD = der(make())


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=4), st.integers(0, len(GOOD)))
def test_a_damaged_certificate_is_read_or_refused_never_more(position, damage, length):
    damaged = (GOOD[:position] + damage + GOOD[position + len(damage) :])[:length]

    with contextlib.suppress(DerError):
        read_certificate(damaged)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_refused(content):
    with pytest.raises(DerError):
        read_certificate(content)

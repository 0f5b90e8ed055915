"""CERT_EXPIRY: how long certificates are still valid, of a TLS server or in a PEM file.

The parameters of the Windows certificate stores are read by the PowerShell agents only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, target_of, unavailable

if TYPE_CHECKING:
    from statusmonitor_agent.der import Certificate

MAX_FILE_BYTES = 1024 * 1024
STORE_PARAMETERS = ("store_location", "store_name", "subject_like", "issuer_like", "thumbprint", "require_private_key", "eku_oid")


def _from_server(parameters: Mapping[str, Any], host: str) -> list[Certificate]:
    """Return what the server shows, trusted or not."""
    import socket
    import ssl

    from statusmonitor_agent.der import DerError, read_certificate

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # weak certificates are to be read too
    server_name = parameters["server_name"] or host
    with socket.create_connection((host, parameters["port"]), parameters["timeout_ms"] / 1000) as plain:  # noqa: SIM117
        # Two statements: Python 3.8 knows no brackets around several.
        with context.wrap_socket(plain, server_hostname=server_name) as connection:
            der = connection.getpeercert(binary_form=True)
    if not der:
        raise DerError("the server shows no certificate")
    return [read_certificate(der)]


def _from_file(path: str) -> list[Certificate]:
    from statusmonitor_agent.certificate_report import read_pem
    from statusmonitor_agent.der import DerError

    with open(path, "rb") as pem:
        content = pem.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise DerError("the file is too large")
    return read_pem(content)


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    from statusmonitor_agent.der import DerError

    asked_stores = [name for name in STORE_PARAMETERS if parameters[name] is not None]
    if asked_stores and not (parameters["host"] or parameters["path"]):
        return unavailable(f"this agent reads no Windows certificate stores ({', '.join(asked_stores)})")
    path = parameters["path"]
    host = "" if path else target_of(parameters, context, "host")
    found_at = path or f"tls://{host}:{parameters['port']}"
    try:
        certificates = _from_file(path) if path else _from_server(parameters, host)
    except (OSError, DerError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        return unavailable(f"{found_at}: {reason}", {"certificates": [], "store_access_errors": [f"{found_at}: {reason}"]})
    return StepOutcome(is_available=True, details=_report(certificates, parameters["min_days_warning"], found_at))


def _report(certificates: list[Certificate], min_days_warning: int, found_at: str) -> dict[str, Any]:
    from datetime import datetime, timezone

    from statusmonitor_agent.certificate_report import describe_certificate

    now = datetime.now(timezone.utc)
    entries = [
        describe_certificate(certificate, now=now, min_days_warning=min_days_warning, found_at=found_at)
        for certificate in certificates
    ]
    return {
        "certificates": entries,
        "min_days_left": min(entry["days_left"] for entry in entries),
        "stores_checked": [found_at],
        "filter_applied": False,
        "parameters_used": {"min_days_warning": min_days_warning},
    }


CERTIFICATE_FIELDS = {
    "thumbprint": ResultField(str, "SHA-1 of the certificate, as Windows shows it"),
    "subject": ResultField(str, "Whose it is"),
    "issuer": ResultField(str, "Who issued it"),
    "not_before_utc": ResultField(str, "Valid from"),
    "not_after_utc": ResultField(str, "Valid until"),
    "days_left": ResultField(int, "Whole days left; negative once expired", "days"),
    "has_private_key": ResultField(bool, "In a Windows store: its key is there"),
    "status": ResultField(str, "OK, ExpiringSoon or Expired"),
    "status_details": ResultField(str, "The same in words"),
    "store_path": ResultField(str, "Where it was found"),
}

STEP_TYPE = StepType(
    name="CERT_EXPIRY",
    description="How long certificates are valid: of a TLS server, in a PEM file, or (PowerShell agents only) in Windows stores.",
    parameters={
        "host": Parameter(str, "TLS server; without it and without path the node's own address", maximum=255),
        "port": Parameter(int, "Port of the TLS server", 443, minimum=1, maximum=65_535),
        "server_name": Parameter(str, "Name to ask the server for, if it is not the host", maximum=253),
        "path": Parameter(str, "PEM or DER file on the agent's machine", maximum=1000),
        "timeout_ms": Parameter(int, "Time limit", 10_000, unit="ms", minimum=1, maximum=60_000),
        "min_days_warning": Parameter(
            int, "ExpiringSoon with at most so many days left", 30, unit="days", minimum=0, maximum=3650
        ),
        "store_location": Parameter(str, "Windows store: CurrentUser or LocalMachine", maximum=100),
        "store_name": Parameter(str, "Windows store: its name, such as My", maximum=100),
        "subject_like": Parameter(str, "Windows store: pattern of the subject", maximum=500),
        "issuer_like": Parameter(str, "Windows store: pattern of the issuer", maximum=500),
        "thumbprint": Parameter(str, "Windows store: this one only", maximum=100),
        "require_private_key": Parameter(bool, "Windows store: only with a private key"),
        "eku_oid": Parameter(list, "Windows store: only for these purposes", maximum=50, item_type=str),
    },
    result_fields={
        "certificates": ResultField(list, "The certificates", fields=CERTIFICATE_FIELDS),
        "min_days_left": ResultField(int, "Of the one that expires first", "days"),
        "stores_checked": ResultField(list, "Where was looked, as text"),
        "filter_applied": ResultField(bool, "Not all certificates were looked at"),
        "parameters_used": ResultField(dict, "The parameters"),
        "store_access_errors": ResultField(list, "What could not be read, as text"),
        "message": ResultField(str, "Remark"),
    },
    run=_run,
)

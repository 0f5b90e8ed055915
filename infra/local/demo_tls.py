"""The demo's TLS server: a real listener whose certificate runs out in a few days. `python -m infra.local.demo_tls PORT DAYS`."""

import socket
import ssl
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HANDSHAKE_SECONDS = 5


def make_certificate(days: int) -> bytes:
    """Return a self-signed certificate for localhost and its key, PEM, valid for `days` more days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "shop.demo.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=90 - days))
        .not_valid_after(now + timedelta(days=days, hours=12))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.PEM) + private


def serve(port: int, days: int) -> None:
    """Answer TLS handshakes on loopback until the process is ended."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "certificate.pem"
        path.write_bytes(make_certificate(days))
        context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            connection.settimeout(HANDSHAKE_SECONDS)
            try:
                with context.wrap_socket(connection, server_side=True):
                    pass
            except OSError as error:  # a port check hangs up before the handshake
                print(f"no handshake: {error}")


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))

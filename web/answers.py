"""What every answer carries: the security policy, caching rules, and compression where it is safe."""

import gzip

from flask import Flask, Response, request

from statusmonitor.config import settings

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self' data:; "
    "connect-src 'self'; "
    "font-src 'self'; "
    "manifest-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
YEAR_SECONDS = 31_536_000
MIN_COMPRESSED_BYTES = 1024
COMPRESSION_LEVEL = 6
_COMPRESSED_TYPES = frozenset({"text/html", "application/json", "text/css", "text/javascript", "image/svg+xml", "text/plain"})
# The sign-in page repeats text from its address next to a token that is the same in every answer.
_PLAIN_ENDPOINTS = frozenset({"auth.login"})


def install(app: Flask) -> None:
    app.after_request(_compress)
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    if settings().is_https:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return response


def _compress(response: Response) -> Response:
    if not _is_worth_it(response):
        return response
    body = response.get_data()
    response.headers["Vary"] = "Accept-Encoding, Cookie, HX-Request"  # one line: Lambda keeps the last of several
    if len(body) >= MIN_COMPRESSED_BYTES:
        response.set_data(gzip.compress(body, COMPRESSION_LEVEL, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _is_worth_it(response: Response) -> bool:
    return (
        response.mimetype in _COMPRESSED_TYPES
        and request.endpoint not in _PLAIN_ENDPOINTS
        and request.accept_encodings["gzip"] > 0
        and "Content-Encoding" not in response.headers
        and response.status_code not in (204, 206, 304)
    )

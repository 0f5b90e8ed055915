"""Builds the event that API Gateway's HTTP API sends to a function (payload format 2.0) from a WSGI request."""

import base64
import itertools
import secrets
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from infra.local.client_address import FORWARDED
from infra.local.template_routes import Route
from statusmonitor.errors import BadRequestError

STAGE = "$default"
MAX_QUERY_FIELDS = 1000
TEXT_TYPES = ("application/json", "text/", "application/x-www-form-urlencoded", "application/xml", "application/javascript")
# Cookies have a field of their own. The others are never what a client says.
LEFT_OUT = frozenset({"HTTP_COOKIE", *FORWARDED})
_REQUEST_PREFIX = secrets.token_hex(6)
_request_numbers = itertools.count(1)


def build_event(environ: Mapping[str, Any], route: Route, variables: Mapping[str, str], source_address: str) -> dict[str, Any]:
    """Return the event without a body; `environ` is read, never changed."""
    path = decoded_path(environ)
    query = environ.get("QUERY_STRING", "")
    route_key = f"{route.method} {route.path}"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": _headers(environ, source_address),
        "requestContext": _request_context(environ, route_key, path, source_address),
        "isBase64Encoded": False,
    }
    if cookies := environ.get("HTTP_COOKIE"):
        event["cookies"] = [cookie.strip() for cookie in cookies.split(";")]
    if query:
        event["queryStringParameters"] = _query_parameters(query)
    if variables:
        event["pathParameters"] = dict(variables)
    return event


def add_body(event: dict[str, Any], body: bytes) -> None:
    """Put the body into the event: text as it is, anything else as Base64."""
    content_type = event["headers"].get("content-type", "").lower()
    if content_type.startswith(TEXT_TYPES) or "+json" in content_type:
        try:
            event["body"] = body.decode()
        except UnicodeDecodeError:  # the function sees the bytes and refuses them itself
            pass
        else:
            return
    event["body"] = base64.b64encode(body).decode("ascii")
    event["isBase64Encoded"] = True


def decoded_path(environ: Mapping[str, Any]) -> str:
    """Return the path with its percent signs resolved, as API Gateway hands it on."""
    path: str = environ["PATH_INFO"] or "/"
    return path if path.isascii() else path.encode("latin-1").decode("utf-8", "replace")


def _headers(environ: Mapping[str, Any], source_address: str) -> dict[str, str]:
    headers = {_header_name(key): value for key, value in environ.items() if key[:5] == "HTTP_" and key not in LEFT_OUT}
    for key in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if value := environ.get(key):
            headers[_header_name(f"HTTP_{key}")] = value
    headers["x-forwarded-for"] = source_address
    headers["x-forwarded-proto"] = environ["wsgi.url_scheme"]
    headers["x-forwarded-port"] = environ["SERVER_PORT"]
    return headers


@lru_cache(maxsize=512)
def _header_name(key: str) -> str:
    return key[5:].replace("_", "-").lower()


def _query_parameters(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS)
    except ValueError as error:
        raise BadRequestError(f"The query has more than {MAX_QUERY_FIELDS} parameters.") from error
    parameters: dict[str, str] = {}
    for name, value in pairs:
        parameters[name] = f"{parameters[name]},{value}" if name in parameters else value
    return parameters


def _request_context(environ: Mapping[str, Any], route_key: str, path: str, source_address: str) -> dict[str, Any]:
    now = time.time()
    host = environ.get("HTTP_HOST", "")
    return {
        "accountId": "000000000000",
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "http": {
            "method": environ["REQUEST_METHOD"],
            "path": path,
            "protocol": environ["SERVER_PROTOCOL"],
            "sourceIp": source_address,
            "userAgent": environ.get("HTTP_USER_AGENT", ""),
        },
        "requestId": f"{_REQUEST_PREFIX}-{next(_request_numbers):x}",
        "routeKey": route_key,
        "stage": STAGE,
        "time": _clock_text(int(now)),
        "timeEpoch": int(now * 1000),
    }


@lru_cache(maxsize=4)
def _clock_text(second: int) -> str:
    return time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(second))

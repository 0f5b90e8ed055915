"""Turns what a function answers, or the error that kept it from answering, into a WSGI response."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from statusmonitor.errors import MonitorError

JSON_TYPE = ("content-type", "application/json; charset=utf-8")
STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
SMALLEST_STATUS, LARGEST_STATUS = 200, 599


@dataclass(frozen=True, slots=True)
class Answer:
    status: str
    headers: list[tuple[str, str]]
    body: bytes


def answer_of(result: Mapping[str, Any]) -> Answer:
    """Return the response for a function's result in payload format 2.0.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    status = int(result["statusCode"])
    if not SMALLEST_STATUS <= status <= LARGEST_STATUS:
        raise ValueError(f"statusCode {status} is none that a function may answer")
    headers = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in result.get("cookies") or ()]
    return Answer(STATUS_LINES.get(status, f"{status} Unknown"), headers, _body(result))


def error_answer(error: MonitorError) -> Answer:
    content = {"error": {"code": error.code, "message": error.message}}
    headers = [JSON_TYPE]
    if retry_after := getattr(error, "retry_after_seconds", None):
        headers.append(("retry-after", str(retry_after)))
    return Answer(STATUS_LINES[error.status], headers, json.dumps(content, ensure_ascii=False).encode())


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    return base64.b64decode(body) if result.get("isBase64Encoded") else body.encode()

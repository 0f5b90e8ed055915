"""Builds API Gateway events and calls handlers with them, as the gateway and Lambda do."""

import json
from typing import Any
from urllib.parse import urlencode


def http_event(
    method: str, path: str, *, body: Any = None, key: Any = None, query: dict | None = None, headers: dict | None = None
) -> dict:
    """Return a payload 2.0 event; `body` is text as it is, or anything else as JSON."""
    sent = {"content-type": "application/json; charset=utf-8", "user-agent": "test", **(headers or {})}
    if key is not None:
        sent["x-api-key"] = str(key)
    text = body if isinstance(body, str) or body is None else json.dumps(body, ensure_ascii=False)
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": sent,
        "queryStringParameters": {name: str(value) for name, value in (query or {}).items()},
        "requestContext": {
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": sent["user-agent"],
            },
            "stage": "$default",
            "requestId": "test",
        },
        "body": text,
        "isBase64Encoded": False,
    }


class Answer:
    """What a handler answered."""

    def __init__(self, raw: dict) -> None:
        self.status: int = raw["statusCode"]
        self.headers = {name.lower(): value for name, value in raw.get("headers", {}).items()}
        self.text: str = raw.get("body") or ""

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> dict:
        return self.json["error"]


def call(handler, method: str, path: str, **options) -> Answer:
    return Answer(handler(http_event(method, path, **options), None))

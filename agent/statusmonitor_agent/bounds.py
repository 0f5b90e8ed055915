"""Makes a step's details fit to be stored: plain JSON, free of secrets, at most 64 KB."""

from __future__ import annotations

import json
import math
from typing import Any, Sequence

MAX_DETAILS_BYTES = 64 * 1024
MAX_STEPS_BYTES = 512 * 1024  # of all steps; the server takes 1 MB a result
MAX_MESSAGE_LENGTH = 2000
MAX_DEPTH = 20
HIDDEN = "***"
# Texts and lists are cut to these lengths, one after the other, until the whole fits.
CUTS = ((8000, 1000), (2000, 200), (500, 50), (100, 10))


def without_secrets(value: Any, secrets: Sequence[str]) -> Any:
    """Return the same JSON with every occurrence of a secret replaced."""
    if not secrets:
        return value
    if isinstance(value, str):
        for secret in sorted(secrets, key=len, reverse=True):
            value = value.replace(secret, HIDDEN)
        return value
    if isinstance(value, dict):
        return {without_secrets(name, secrets): without_secrets(inner, secrets) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner, secrets) for inner in value]
    return value


def plain_json(value: Any, depth: int = 0) -> Any:
    """Return it as JSON can carry it: no NaN, no half characters, no NUL, nothing nested deeper than 20."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (dict, list, tuple)):
        return _plain_container(value, depth + 1)
    return value if value is None or isinstance(value, int) else plain_json(str(value))


def _plain_container(value: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {str(plain_json(str(name))): plain_json(inner, depth) for name, inner in value.items()}
    return [plain_json(inner, depth) for inner in value]


def size_of(value: Any) -> int:
    """Return how many bytes it takes as compact UTF-8 JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8"))


def bounded(details: dict[str, Any], limit: int = MAX_DETAILS_BYTES) -> dict[str, Any]:
    """Return the details themselves, or cut ones with the markers `details_truncated` and `details_size_bytes`."""
    size = size_of(details)
    if size <= limit:
        return details
    marker = {"details_truncated": True, "details_size_bytes": size}
    for text_length, list_length in CUTS:
        cut = {**_cut(details, text_length, list_length), **marker}
        if size_of(cut) <= limit:
            return cut
    return {**marker, "details_sample": json.dumps(details, ensure_ascii=False)[:1000]}


def _cut(value: Any, text_length: int, list_length: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= text_length else value[:text_length] + "…"
    if isinstance(value, list):
        return [_cut(inner, text_length, list_length) for inner in value[:list_length]]
    if isinstance(value, dict):
        return {name: _cut(inner, text_length, list_length) for name, inner in value.items()}
    return value


def one_message(text: str) -> str:
    """Return a message cut to 2,000 characters."""
    return text if len(text) <= MAX_MESSAGE_LENGTH else text[: MAX_MESSAGE_LENGTH - 1] + "…"

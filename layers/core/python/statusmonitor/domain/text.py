"""Cures text that PostgreSQL cannot store or a page must not trust, at the edge, once."""

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_BAD_TEXT = re.compile("[\x00\ud800-\udfff]")
# A run of backslashes before u0000 is an escape only when its length is odd; the whole run is matched to know.
_ESCAPE = re.compile(rb"(\\+)u([0-9a-fA-F]{4})(?:\\u([dD][c-fC-F][0-9a-fA-F]{2}))?")
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_OPENERS = (b"{", b"[")
_FIRST_HIGH, _FIRST_LOW, _PAST_SURROGATES = 0xD800, 0xDC00, 0xE000


def cure_text(text: str) -> str:
    """Return `text` with NUL and lone surrogates, which PostgreSQL refuses, replaced by U+FFFD."""
    return _BAD_TEXT.sub(REPLACEMENT, text)


def cure_json(body: bytes) -> bytes:
    """Return the JSON text `body` with the escapes of NUL and of lone surrogates replaced by that of U+FFFD."""
    if not _SUSPECT.search(body):
        return body
    return _ESCAPE.sub(_cure_escape, body)


def _cure_escape(match: re.Match[bytes]) -> bytes:
    slashes, code, low = match.group(1), int(match.group(2), 16), match.group(3)
    if len(slashes) % 2 == 0:  # literal backslashes; a low surrogate behind them stands alone
        return match.group(0) if low is None else match.group(0)[:-6] + b"\\ufffd"
    if _FIRST_HIGH <= code < _FIRST_LOW and low is not None:
        return match.group(0)
    head = b"\\ufffd" if code == 0 or _FIRST_HIGH <= code < _PAST_SURROGATES else b"\\u" + match.group(2)
    return slashes[:-1] + head + (b"" if low is None else b"\\ufffd")


def is_deeper_than(json_text: bytes, limit: int) -> bool:
    """Tell whether the JSON text nests deeper than `limit` levels.

    Cheap for ordinary text: what has at most `limit` opening brackets cannot be deeper.
    """
    if json_text.count(b"{") + json_text.count(b"[") <= limit:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(json_text):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(bracket, 0)
        if depth > limit:
            return True
    return False


_BRACKETS = re.compile(rb'[\[\]{}]|"(?:[^"\\]|\\.)*"', re.DOTALL)


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` characters, marked by an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1] + "…"

"""Reads the fields of a JSON object one by one and collects what is wrong with them."""

from collections.abc import Mapping, Sequence

import msgspec

from statusmonitor.domain.text import cure_text, is_deeper_than
from statusmonitor.errors import ValidationError

MAX_JSON_BYTES = 256_000
MAX_JSON_DEPTH = 64
_DIGITS = 19  # of 2^63


class FieldReader:
    """Fields by name, as raw JSON. What is wrong with one is remembered; `raise_for_faults` says it all at once."""

    def __init__(self, raw: Mapping[str, msgspec.Raw]) -> None:
        self._raw = raw
        self._faults: dict[str, str] = {}

    def raise_for_faults(self) -> None:
        """Raises: ValidationError: there are faults; `details` has them by field."""
        if self._faults:
            raise ValidationError("the event has fields that are missing or wrong", **self._faults)

    def text(self, name: str, limit: int, *, is_required: bool = False) -> str | None:
        """Return a text of at most `limit` characters; a number counts as its digits."""
        value = self._value(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if value is None or value == "":
            self._check(name, not is_required, "is needed")
            return None
        if not isinstance(value, str):
            self._check(name, False, "must be a text")  # noqa: FBT003
            return None
        self._check(name, len(value) <= limit, f"at most {limit} characters")
        return cure_text(value)

    def choice(self, name: str, choices: Sequence[str], *, default: str) -> str:
        """Return one of `choices`, which are in upper case; any case is taken."""
        value = self._value(name)
        if value is None:
            return default
        word = value.strip().upper() if isinstance(value, str) else ""
        self._check(name, word in choices, f"one of {', '.join(choices)}")
        return word

    def number(self, name: str, maximum: int) -> int | None:
        """Return a whole number from 0 to `maximum`; digits in a text count."""
        value = self._value(name)
        if value is None:
            return None
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
            value = int(value)
        number = value if isinstance(value, int) and not isinstance(value, bool) else -1
        self._check(name, 0 <= number <= maximum, f"a whole number from 0 to {maximum}")
        return number

    def json_object(self, name: str) -> str | None:
        """Return the text of a JSON object as it came."""
        raw = self._text(name)
        if not self._check(name, len(raw) <= MAX_JSON_BYTES, f"at most {MAX_JSON_BYTES} bytes"):
            return None
        if not self._check(name, not is_deeper_than(raw, MAX_JSON_DEPTH), f"at most {MAX_JSON_DEPTH} levels"):
            return None
        value = self._value(name)
        if value is None:
            return None
        self._check(name, isinstance(value, dict), "must be an object")
        return raw.decode()

    def _value(self, name: str) -> object:
        try:
            value: object = msgspec.json.decode(self._text(name))
        except (msgspec.DecodeError, RecursionError):
            self._check(name, False, "is not valid JSON")  # noqa: FBT003
            return None
        return value

    def _text(self, name: str) -> bytes:
        return bytes(self._raw.get(name, b"null"))

    def _check(self, name: str, is_right: bool, rule: str) -> bool:  # noqa: FBT001 - reads like an assertion
        """Remember the rule that a field breaks, the first of each field; return whether it is right."""
        if not is_right:
            self._faults.setdefault(name, rule)
        return is_right

"""Reads a JSON body into a pydantic model and says in plain words which field is wrong."""

import base64
import json
from collections.abc import Iterator
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic import ValidationError as PydanticError
from pydantic_core import ErrorDetails

from statusmonitor.domain.text import cure_text, is_deeper_than
from statusmonitor.errors import BadRequestError, TooLargeError, ValidationError
from statusmonitor.http.request import MAX_BODY_BYTES, MAX_INT

MAX_NESTING = 40

# One line: no control characters, line separators or marks that turn the direction of what follows.
_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$"
_PROSE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]*$"

Line100 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_LINE)]
Line255 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255, pattern=_LINE)]
OptionalLine255 = Annotated[str, StringConstraints(strip_whitespace=True, max_length=255, pattern=_LINE)]
Prose = Annotated[str, StringConstraints(max_length=4_000, pattern=_PROSE)]
FileName = Annotated[str, StringConstraints(max_length=100, pattern=r"^(\w[\w. -]*)?$")]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
WholeNumber = Annotated[int, Field(ge=0, le=MAX_INT)]
PositiveNumber = Annotated[int, Field(ge=1, le=MAX_INT)]


class Body(BaseModel):
    """A body: types are taken as they are (true is no number), unknown fields are left alone."""

    # Built at first use: a cold start needs one of them, not all.
    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True, defer_build=True)


B = TypeVar("B", bound=Body)

_TEXTS = {
    "missing": "is required",
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "holds characters that are not allowed here",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "list_type": "must be an array",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "extra_forbidden": "is not known",
    "value_error": "{error}",
}


def parse_body(event: Any, model: type[B]) -> B:
    """Return the body as `model`.

    Raises:
        BadRequestError: there is no body, or it is no JSON object.
        TooLargeError
        ValidationError: a field is missing or wrong; `details` names each.
    """
    body = json_object(event)
    try:
        return model.model_validate(body)
    except PydanticError as error:
        refuse({_path(each): _text(each) for each in error.errors(include_url=False, include_input=False)})


def parse_changes(event: Any, model: type[B]) -> dict[str, Any]:
    """Return those fields of `model` that the body sets.

    Raises:
        BadRequestError: as `parse_body`, or there is none to be set.
        TooLargeError, ValidationError
    """
    changes = parse_body(event, model).model_dump(exclude_unset=True)
    if not changes:
        raise BadRequestError("the body holds no field that can be changed")
    return changes


def json_object(event: Any) -> dict[str, Any]:
    """Return the body as a dictionary in the order of its keys; no text in it holds NUL or a lone surrogate.

    Raises:
        BadRequestError, TooLargeError, ValidationError
    """
    text = _bytes(event)
    try:
        body = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the body is not valid JSON") from error
    if not isinstance(body, dict):
        raise BadRequestError("the body must be a JSON object")
    bad = next(_bad_texts(body, ""), None)
    if bad is not None:
        refuse({bad: "holds a NUL or half a character"})
    return body


def refuse(faults: dict[str, str]) -> NoReturn:
    """Raises: ValidationError with the faults by field."""
    error = ValidationError("; ".join(f"{field}: {text}" for field, text in list(faults.items())[:5]))
    error.details = dict(faults)  # a field may have any name, also that of an argument
    raise error


def _bytes(event: Any) -> bytes:
    text = event.raw_event.get("body")
    if not text:
        raise BadRequestError("the request has no body")
    body = base64.b64decode(text) if event.raw_event.get("isBase64Encoded") else text.encode("utf-8", "surrogatepass")
    if len(body) > MAX_BODY_BYTES:
        raise TooLargeError(f"the body is larger than {MAX_BODY_BYTES} bytes")
    if is_deeper_than(body, MAX_NESTING):
        raise BadRequestError(f"the body nests deeper than {MAX_NESTING} levels")
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _bad_texts(value: Any, path: str) -> Iterator[str]:
    """Yield the paths of texts and keys that PostgreSQL cannot store. The nesting is limited before."""
    if isinstance(value, str) and cure_text(value) != value:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            if cure_text(key) != key:
                yield path or "body"
            yield from _bad_texts(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from _bad_texts(inner, f"{path}[{position}]")


def _path(error: ErrorDetails) -> str:
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path or "body"


def _text(error: ErrorDetails) -> str:
    template = _TEXTS.get(error["type"])
    return template.format(**error.get("ctx", {})) if template else error["msg"]

"""What an agent asks for, and in which form its language can read the answer."""

from enum import StrEnum
from typing import Any

from statusmonitor.errors import BadRequestError
from statusmonitor.http.request import query_int

_NO_JOB = '{"message":"no jobs"}'


class Variant(StrEnum):
    """The form of the list. PowerShell agents unroll an array of one and take an empty one for no answer (contract 2.2)."""

    PLAIN = "plain"
    POWERSHELL = "powershell"

    @classmethod
    def of(cls, event: Any) -> "Variant":
        return cls.POWERSHELL if "PowerShell/" in event.raw_event["headers"].get("user-agent", "") else cls.PLAIN

    def tag(self, version: str) -> str:
        return f'"{version}-{self.value}"'

    def entries(self, jobs: list[str]) -> list[str]:
        """Return the entries of the list, as JSON texts.

        For PowerShell one job stands there twice, which changes nothing for the agent; no job are two entries without
        `assignment_id`, which it skips after it has taken over the list.
        """
        if self is Variant.PLAIN or len(jobs) > 1:
            return jobs
        return jobs * 2 or [_NO_JOB, _NO_JOB]


def read_object_id(event: Any) -> int:
    """Raises: BadRequestError: it is missing or no positive whole number."""
    object_id = query_int(event, "object_id", minimum=1)
    if object_id is None:
        raise BadRequestError("object_id is needed", object_id="a positive whole number")
    return object_id


def is_known(event: Any, tag: str) -> bool:
    """Tell whether the client already has the answer called `tag`: one of its If-None-Match, weak or not."""
    given = event.raw_event["headers"].get("if-none-match", "")
    tags = [each.strip().removeprefix("W/") for each in given.split(",")]
    return tag in tags or "*" in tags

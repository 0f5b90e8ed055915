"""One finding about a pipeline, a criterion or a setting, with a stable code that an editor can translate."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Mapping, NamedTuple

ERROR = "error"
WARNING = "warning"


class Problem(NamedTuple):
    """`path` reads like `[0].parameters.count`; `args` holds the values that stand in `message`."""

    path: str
    message: str
    code: str
    severity: str = ERROR
    args: Mapping[str, Any] = MappingProxyType({})

    def below(self, parent: str) -> Problem:
        """Return the same finding as seen from the object that holds `parent`."""
        joint = "" if self.path.startswith("[") or not self.path else "."
        return self._replace(path=parent + joint + self.path)

    def describe(self) -> dict[str, Any]:
        """Return a JSON-able form."""
        return {
            "path": self.path,
            "message": self.message,
            "code": self.code,
            "severity": self.severity,
            "args": dict(self.args),
        }


def has_errors(problems: list[Problem]) -> bool:
    """Tell whether any of them is more than a warning."""
    return any(problem.severity == ERROR for problem in problems)

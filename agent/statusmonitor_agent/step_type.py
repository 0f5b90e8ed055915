"""What a step type is: its parameters and result fields as data, and how to run it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

# Named tuples, not dataclasses: these are made by the hundred whenever the catalogue is imported.

PythonType = type

TYPE_NAMES: Mapping[PythonType, str] = {
    int: "integer",
    float: "number",
    str: "string",
    bool: "boolean",
    list: "array",
    dict: "object",
}


class Parameter(NamedTuple):
    """One parameter of a step. `type` is a key of TYPE_NAMES; `float` takes whole numbers too.

    Bounds hold for a number's value and for the length of a text or list.
    """

    type: PythonType
    description: str = ""
    default: Any = None
    required: bool = False
    unit: Optional[str] = None
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    choices: Tuple[Any, ...] = ()
    item_type: Optional[PythonType] = None
    is_secret: bool = False
    is_pattern: bool = False

    def describe(self) -> dict[str, Any]:
        """Return a JSON-able form, for an editor."""
        return {
            "type": TYPE_NAMES[self.type],
            "description": self.description,
            "default": self.default,
            "required": self.required,
            "unit": self.unit,
            "minimum": self.minimum,
            "maximum": self.maximum,
            "choices": list(self.choices),
            "item_type": TYPE_NAMES[self.item_type] if self.item_type else None,
            "is_secret": self.is_secret,
        }


class ResultField(NamedTuple):
    """One field of a step's details. `fields` describes the objects of an array."""

    type: PythonType
    description: str = ""
    unit: Optional[str] = None
    fields: Mapping[str, ResultField] = MappingProxyType({})

    def describe(self) -> dict[str, Any]:
        """Return a JSON-able form, for an editor."""
        form: dict[str, Any] = {"type": TYPE_NAMES[self.type], "description": self.description, "unit": self.unit}
        if self.fields:
            form["fields"] = {name: inner.describe() for name, inner in self.fields.items()}
        return form


class Permissions(NamedTuple):
    """What this agent's own configuration allows steps to do; a job cannot change it."""

    allow_commands: bool = False
    allowed_commands: Optional[Tuple[str, ...]] = None  # None: any program, once commands are allowed
    plugin_folders: Tuple[str, ...] = ("/usr/lib/nagios/plugins",)


class StepContext(NamedTuple):
    """The node a step looks at and the agent it runs on."""

    node_name: str = ""
    ip_address: Optional[str] = None
    executor_host: str = ""
    permissions: Permissions = Permissions()


class StepOutcome(NamedTuple):
    """What a step found. `success` is its own verdict, before any criteria; None = it could not tell."""

    is_available: bool
    details: Dict[str, Any]
    message: Optional[str] = None
    success: Optional[bool] = True


Run = Callable[[Mapping[str, Any], StepContext], StepOutcome]


class StepType(NamedTuple):
    """`run` is None for the types that only the field's PowerShell agents can run.

    `is_open`: parameters beyond the listed ones are taken as they are.
    """

    name: str
    description: str
    parameters: Mapping[str, Parameter] = MappingProxyType({})
    result_fields: Mapping[str, ResultField] = MappingProxyType({})
    run: Optional[Run] = None
    is_open: bool = False

    def describe(self) -> dict[str, Any]:
        """Return a JSON-able form, for an editor."""
        return {
            "name": self.name,
            "description": self.description,
            "parameters": {name: parameter.describe() for name, parameter in self.parameters.items()},
            "result_fields": {name: inner.describe() for name, inner in self.result_fields.items()},
            "can_run": self.run is not None,
            "is_open": self.is_open,
        }


def unavailable(message: str, details: Optional[Dict[str, Any]] = None) -> StepOutcome:
    """Return the outcome of a step whose subject did not answer or does not exist."""
    return StepOutcome(is_available=False, details=details or {}, message=message, success=None)


def target_of(parameters: Mapping[str, Any], context: StepContext, name: str = "target") -> str:
    """Return the host to look at: the parameter wins over the node's address.

    Raises:
        ValueError: there is none, or it could be taken for an option of a program.
    """
    target = str(parameters.get(name) or context.ip_address or "").strip()
    if not target:
        raise ValueError("no target: the node has no address and the step names none")
    if target.startswith("-") or any(character.isspace() or not character.isprintable() for character in target):
        raise ValueError(f"not a host name or address: {target!r}")
    return target

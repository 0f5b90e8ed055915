"""The bodies of the management routes. In a change every field may be left out."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from statusmonitor.domain.times import parse_time
from statusmonitor.http.body import (
    Body,
    FileName,
    Id,
    Line100,
    Line255,
    OptionalLine255,
    PositiveNumber,
    Prose,
    WholeNumber,
)
from statusmonitor.repositories.node_types import NodeTypeFields
from statusmonitor.repositories.nodes import NodeFields, NodeFilter
from statusmonitor.repositories.subdivisions import SubdivisionFields

MAX_NODES_AT_ONCE = 100_000
MAX_INTERVAL_SECONDS = 31_536_000  # a year


def _none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def _time(value: Any) -> Any:
    if value is None:
        return None
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        raise ValueError("must be a time in ISO 8601")
    return moment


def _mask(value: str) -> str:
    """A backslash makes the next character of a LIKE mask plain; PostgreSQL refuses one at the end."""
    if (len(value) - len(value.rstrip("\\"))) % 2:
        raise ValueError("must not end with a single backslash")
    return value


# An address or a host name. It becomes an argument of the agents' programs, so it cannot look like an option.
Address = Annotated[str, StringConstraints(strip_whitespace=True, max_length=45, pattern=r"^[0-9A-Za-z:_][0-9A-Za-z._:%-]*$")]
TransportCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,10}$")]
Time = Annotated[datetime, BeforeValidator(_time)]
LikeMask = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_mask)]
Interval = Annotated[int, Field(ge=1, le=MAX_INTERVAL_SECONDS)]
Nullable = BeforeValidator(_none_if_empty)


class SubdivisionChange(Body):
    short_name: Line100 = ""
    full_name: OptionalLine255 | None = None
    parent_id: Id | None = None
    domain_name: OptionalLine255 | None = None
    transport_system_code: Annotated[TransportCode | None, Nullable] = None
    priority: WholeNumber = 10
    comment: Prose | None = None
    icon_filename: FileName | None = None


class NewSubdivision(SubdivisionChange):
    object_id: PositiveNumber
    short_name: Line100

    def fields(self) -> SubdivisionFields:
        return SubdivisionFields(**self.model_dump())


class NodeTypeChange(Body):
    name: Line255 = ""
    description: Prose | None = None
    parent_type_id: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    priority: WholeNumber = 10
    icon_filename: FileName | None = None


class NewNodeType(NodeTypeChange):
    name: Line255

    def fields(self) -> NodeTypeFields:
        return NodeTypeFields(**self.model_dump())


class NodeChange(Body):
    name: Line255 = ""
    parent_subdivision_id: Id = 0
    ip_address: Annotated[Address | None, Nullable] = None
    node_type_id: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None
    description: Prose | None = None


class NewNode(NodeChange):
    name: Line255
    parent_subdivision_id: Id

    def fields(self) -> NodeFields:
        return NodeFields(**self.model_dump())


class AssignmentChange(Body):
    """`pipeline` is only known to be an array here; the step catalogue judges it."""

    method_id: Id = 0
    pipeline: list[Any] = Field(default_factory=list)
    check_interval_seconds: Interval = 0
    is_enabled: bool = True
    description: Prose | None = None


class NewAssignment(AssignmentChange):
    method_id: Id
    pipeline: list[Any] = Field(min_length=1)
    check_interval_seconds: Interval


class Criteria(Body):
    """Which nodes a job is for. A misspelt condition would make it more of them, so unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    subdivision_ids: Annotated[list[Id], Field(min_length=1)] | None = None
    node_type_ids: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1)] | None = None
    node_name_mask: LikeMask | None = None
    include_child_subdivisions: bool = False
    include_nested_types: bool = False

    @model_validator(mode="after")
    def _refuse_everything(self) -> "Criteria":
        if self.subdivision_ids is None and self.node_type_ids is None and self.node_name_mask is None:
            raise ValueError("needs subdivision_ids, node_type_ids or node_name_mask")
        return self

    def filter(self) -> NodeFilter:
        return NodeFilter(
            subdivision_ids=self.subdivision_ids,
            node_type_ids=self.node_type_ids,
            include_child_subdivisions=self.include_child_subdivisions,
            include_nested_types=self.include_nested_types,
            name_mask=self.node_name_mask,
        )


class BulkCreation(Body):
    assignment_data: NewAssignment
    node_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_NODES_AT_ONCE)] | None = None
    criteria: Criteria | None = None

    @model_validator(mode="after")
    def _needs_nodes(self) -> "BulkCreation":
        if self.node_ids is None and self.criteria is None:
            raise ValueError("needs node_ids or criteria")
        return self


class KeyChange(Body):
    description: Line255 = ""
    role: str = ""
    object_id: PositiveNumber | None = None
    is_active: bool = True
    expires_at: Time | None = None


class NewKey(KeyChange):
    description: Line255
    role: str

"""Properties of node types: inherited along the tree of types, then from the base type, then from a constant. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

BASE_TYPE_ID = 0
CONSTANTS = {"timeout_minutes": "5", "display_order": "999", "icon_color": "#95a5a6", "status_scope": "all"}


@dataclass(frozen=True, slots=True)
class NodeType:
    """A type as inheritance sees it; `properties` holds only its own values, by property name."""

    id: int
    parent_type_id: int | None
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """A value and the level it comes from; `type_id` None means the built-in constant."""

    value: str
    type_id: int | None

    @property
    def source(self) -> str:
        return "constant" if self.type_id is None else f"type:{self.type_id}"


def effective_property(types: Mapping[int, NodeType], type_id: int | None, name: str) -> PropertyValue | None:
    """Return the value of a property for nodes of a type, None when no level has one.

    A node without a type has those of the base type.
    """
    for level in lineage(types, type_id):
        value = types[level].properties.get(name)
        if value is not None:
            return PropertyValue(value, level)
    return PropertyValue(CONSTANTS[name], None) if name in CONSTANTS else None


def lineage(types: Mapping[int, NodeType], type_id: int | None) -> Iterator[int]:
    """Yield a type, its parents, and last the base type, each once."""
    seen: set[int] = set()
    while type_id is not None and type_id in types and type_id not in seen:
        seen.add(type_id)
        yield type_id
        type_id = types[type_id].parent_type_id
    if BASE_TYPE_ID in types and BASE_TYPE_ID not in seen:
        yield BASE_TYPE_ID


def timeout_of(types: Mapping[int, NodeType], type_id: int | None) -> tuple[timedelta, str]:
    """Return the time-out of a type's nodes and the level it comes from; a value that is no positive number is skipped."""
    for level in lineage(types, type_id):
        minutes = types[level].properties.get("timeout_minutes", "")
        if minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= 525_600:  # noqa: PLR2004 - a year
            return timedelta(minutes=int(minutes)), f"type:{level}"
    return timedelta(minutes=int(CONSTANTS["timeout_minutes"])), "constant"

"""What a node takes from its type: names, icon and properties, each inherited along the tree. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from statusmonitor.domain.properties import BASE_TYPE_ID, CONSTANTS, NodeType, effective_property, lineage, timeout_of

DEFAULT_ICON = "other.svg"
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}")


@dataclass(frozen=True, slots=True)
class StoredType:
    """A type as stored; `properties` holds only its own values, by property name."""

    id: int
    name: str
    parent_type_id: int | None
    priority: int
    icon_filename: str | None
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TypeView:
    """What nodes of a type show. `path` is the names from the top, joined by ` > `."""

    id: int
    name: str
    path: str
    priority: int
    icon_filename: str
    icon_color: str
    display_order: int
    timeout_minutes: int


def view_types(stored: Iterable[StoredType]) -> dict[int, TypeView]:
    """Return the view of every type, by id; the base type, which stands for none, is among them."""
    by_id = {each.id: each for each in stored}
    types = {each.id: NodeType(each.id, each.parent_type_id, each.properties) for each in by_id.values()}
    return {type_id: _view(type_id, by_id, types) for type_id in by_id}


def nested_types(stored: Iterable[StoredType], type_id: int) -> list[int]:
    """Return a type and all below it; empty when there is no such type."""
    parents = {each.id: NodeType(each.id, each.parent_type_id, {}) for each in stored}
    if type_id not in parents:
        return []
    return [each for each in parents if each == type_id or (type_id != BASE_TYPE_ID and type_id in lineage(parents, each))]


def _view(type_id: int, stored: Mapping[int, StoredType], types: Mapping[int, NodeType]) -> TypeView:
    levels = list(lineage(types, type_id))
    icons = (stored[level].icon_filename for level in levels)
    return TypeView(
        id=type_id,
        name=stored[type_id].name,
        path=_path(levels, type_id, stored),
        priority=stored[type_id].priority,
        icon_filename=next((icon for icon in icons if icon), DEFAULT_ICON),
        icon_color=_color(types, type_id),
        display_order=_display_order(types, type_id),
        timeout_minutes=int(timeout_of(types, type_id)[0].total_seconds()) // 60,
    )


def _path(levels: list[int], type_id: int, stored: Mapping[int, StoredType]) -> str:
    own = [level for level in levels if level == type_id or level != BASE_TYPE_ID]
    return " > ".join(stored[level].name for level in reversed(own))


def _color(types: Mapping[int, NodeType], type_id: int) -> str:
    text = _value(types, type_id, "icon_color")
    return text if _COLOR.fullmatch(text) else CONSTANTS["icon_color"]


def _display_order(types: Mapping[int, NodeType], type_id: int) -> int:
    text = _value(types, type_id, "display_order")
    is_number = text.isascii() and text.isdigit() and len(text) <= 9  # noqa: PLR2004 - fits an integer column
    return int(text if is_number else CONSTANTS["display_order"])


def _value(types: Mapping[int, NodeType], type_id: int, name: str) -> Any:
    found = effective_property(types, type_id, name)
    return found.value if found else CONSTANTS[name]

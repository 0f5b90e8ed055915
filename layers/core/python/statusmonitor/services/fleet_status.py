"""The status of every node for the API's dashboard and detailed status: three statements, whatever the fleet."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from statusmonitor.db.connection import cursor
from statusmonitor.domain.status_text import status_text
from statusmonitor.domain.type_tree import TypeView, view_types
from statusmonitor.repositories import fleet_status, type_tree
from statusmonitor.repositories.fleet_status import FleetNode, FleetSubdivision

__all__ = ["FleetNodeView", "FleetStatus", "FleetSubdivision", "list_fleet"]


@dataclass(slots=True)
class FleetNodeView:
    """A node with what its type gives it, its status in words and the result that decides it."""

    node: FleetNode
    type: TypeView
    status_text: str


@dataclass(frozen=True, slots=True)
class FleetStatus:
    """Subdivisions by priority, then short name; nodes by display order, then name."""

    subdivisions: list[FleetSubdivision]
    nodes: list[FleetNodeView]


def list_fleet() -> FleetStatus:
    with cursor() as cur:
        types = view_types(type_tree.list_all(cur))
        subdivisions = fleet_status.list_subdivisions(cur)
        nodes = fleet_status.list_nodes(cur)
    views = [_view(node, types) for node in nodes]
    views.sort(key=lambda view: (view.type.display_order, view.node.name, view.node.id))
    return FleetStatus(subdivisions, views)


def _view(node: FleetNode, types: Mapping[int, TypeView]) -> FleetNodeView:
    text = _label(node.status, node.reason.condition, node.reason.stale_limit_seconds, node.reason_method)
    return FleetNodeView(node, types[node.node_type_id], text)


@lru_cache(maxsize=1_000)
def _label(status: str, condition: str | None, stale_limit_seconds: int | None, method_name: str | None) -> str:
    return status_text(status, {"condition": condition, "stale_limit_seconds": stale_limit_seconds}, method_name)

"""GET /api/v1/dashboard and /api/v1/status_detailed: the status of every node (contract 1.6, 1.7)."""

from collections import defaultdict
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from statusmonitor.http.auth import require_reader
from statusmonitor.http.resolver import answer
from statusmonitor.services.fleet_status import FleetNodeView, list_fleet

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/dashboard")
def get_dashboard() -> Response[Any]:
    require_reader(router.current_event)
    fleet = list_fleet()
    nodes_of = defaultdict(list)
    for view in fleet.nodes:
        nodes_of[view.node.subdivision_id].append(_brief(view))
    return answer([{**asdict(each), "nodes": nodes_of[each.id]} for each in fleet.subdivisions])


@router.get("/api/v1/status_detailed")
def get_status_detailed() -> Response[Any]:
    require_reader(router.current_event)
    fleet = list_fleet()
    names = {each.id: each.short_name for each in fleet.subdivisions}
    subdivisions = [{"id": each.id, "object_id": each.object_id, "short_name": each.short_name} for each in fleet.subdivisions]
    return answer({"nodes": [_detailed(view, names) for view in fleet.nodes], "subdivisions": subdivisions})


def _brief(view: FleetNodeView) -> dict[str, Any]:
    node = view.node
    return {
        "id": node.id,
        "name": node.name,
        "ip_address": node.ip_address,
        "status_class": node.status,
        "status_text": view.status_text,
        "node_type_path": view.type.path,
        "icon_filename": view.type.icon_filename,
        "check_timestamp": node.executed_at,
        "last_checked": node.received_at,
        "last_available": node.last_good_at,
        "display_order": view.type.display_order,
    }


def _detailed(view: FleetNodeView, subdivision_names: dict[int, str]) -> dict[str, Any]:
    node = view.node
    return {
        **_brief(view),
        "node_id": node.id,
        "description": node.description,
        "subdivision_id": node.subdivision_id,
        "subdivision_short_name": subdivision_names.get(node.subdivision_id),
        "node_type_id": node.node_type_id,
        "node_type_name": view.type.name,
        "node_type_priority": view.type.priority,
        "timeout_minutes": view.type.timeout_minutes,
        "icon_color": view.type.icon_color,
        "is_available": node.is_available,
        "check_success": node.check_success,
        "executor_object_id": node.executor_object_id,
        "executor_host": node.executor_host,
    }

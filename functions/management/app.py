"""Everything under /api/v1 that is for people and their tools, one router per entity, and /health."""

from typing import Any

from functions.management.routes import (
    api_keys,
    assignments,
    check_methods,
    dashboard,
    health,
    history,
    node_types,
    nodes,
    subdivisions,
)
from statusmonitor.http.resolver import create_api

api = create_api()
for module in (subdivisions, node_types, nodes, assignments, api_keys, check_methods, dashboard, history, health):
    api.include_router(module.router)


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return api.resolve(event, context)

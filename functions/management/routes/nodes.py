"""/api/v1/nodes: what is watched."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.management.request import NewNode, NodeChange
from statusmonitor.http.auth import require_operator, require_reader
from statusmonitor.http.body import parse_body, parse_changes
from statusmonitor.http.paging import as_json, page_answer, path_id, query_bool, query_text, read_page
from statusmonitor.http.request import query_int
from statusmonitor.http.resolver import answer, no_content
from statusmonitor.repositories.nodes import NodeFilter
from statusmonitor.services import nodes

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/nodes")
def list_nodes() -> Response[Any]:
    event = router.current_event
    require_reader(event)
    page = read_page(event)
    return page_answer(nodes.list_nodes(read_filter(event), page), page)


@router.post("/api/v1/nodes")
def create_node() -> Response[Any]:
    actor = require_operator(router.current_event).actor
    fields = parse_body(router.current_event, NewNode).fields()
    return answer(as_json(nodes.create_node(fields, actor=actor)), 201)


@router.get("/api/v1/nodes/<node_id>")
def get_node(node_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return answer(as_json(nodes.get_node(path_id(node_id))))


@router.put("/api/v1/nodes/<node_id>")
def update_node(node_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    changes = parse_changes(router.current_event, NodeChange)
    return answer(as_json(nodes.update_node(path_id(node_id), changes, actor=actor)))


@router.delete("/api/v1/nodes/<node_id>")
def delete_node(node_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    nodes.delete_node(path_id(node_id), actor=actor)
    return no_content()


def read_filter(event: Any) -> NodeFilter:
    """Return the conditions on nodes that a query holds. Raises: BadRequestError."""
    subdivision_id = query_int(event, "subdivision_id", minimum=1)
    node_type_id = query_int(event, "node_type_id")
    return NodeFilter(
        subdivision_ids=None if subdivision_id is None else [subdivision_id],
        node_type_ids=None if node_type_id is None else [node_type_id],
        include_child_subdivisions=query_bool(event, "include_child_subdivisions") or False,
        include_nested_types=query_bool(event, "include_nested_types") or False,
        search_text=query_text(event, "search_text"),
    )

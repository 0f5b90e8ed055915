"""/api/v1/node_types and /api/v1/node_property_types: the tree of types and what nodes inherit along it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.management.request import NewNodeType, NodeTypeChange
from statusmonitor.errors import BadRequestError
from statusmonitor.http.auth import require_operator, require_reader
from statusmonitor.http.body import json_object, parse_body, parse_changes, refuse
from statusmonitor.http.paging import (
    MAX_ID_DIGITS,
    as_json,
    page_answer,
    path_id,
    query_bool,
    query_parent,
    query_text,
    read_page,
)
from statusmonitor.http.resolver import answer, no_content
from statusmonitor.repositories.node_types import NodeTypeFilter, Property
from statusmonitor.services import node_types

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/node_types")
def list_node_types() -> Response[Any]:
    event = router.current_event
    require_reader(event)
    chosen = NodeTypeFilter(*query_parent(event, "parent_type_id"), query_text(event, "search_text"))
    page = read_page(event)
    return page_answer(node_types.list_node_types(chosen, page), page)


@router.post("/api/v1/node_types")
def create_node_type() -> Response[Any]:
    actor = require_operator(router.current_event).actor
    fields = parse_body(router.current_event, NewNodeType).fields()
    return answer(as_json(node_types.create_node_type(fields, actor=actor)), 201)


@router.get("/api/v1/node_types/<type_id>")
def get_node_type(type_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return answer(as_json(node_types.get_node_type(_type_id(type_id))))


@router.put("/api/v1/node_types/<type_id>")
def update_node_type(type_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    changes = parse_changes(router.current_event, NodeTypeChange)
    return answer(as_json(node_types.update_node_type(_type_id(type_id), changes, actor=actor)))


@router.delete("/api/v1/node_types/<type_id>")
def delete_node_type(type_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    is_cascade = query_bool(router.current_event, "cascade") or False
    node_types.delete_node_type(_type_id(type_id), is_cascade=is_cascade, actor=actor)
    return no_content()


@router.get("/api/v1/node_property_types")
def list_property_types() -> Response[Any]:
    require_reader(router.current_event)
    return answer([as_json(each) for each in node_types.list_property_types()])


@router.get("/api/v1/node_types/<type_id>/properties")
def list_properties(type_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return _properties(node_types.list_properties(_type_id(type_id)))


@router.put("/api/v1/node_types/<type_id>/properties")
def set_properties(type_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    values = _property_values(json_object(router.current_event))
    return _properties(node_types.set_properties(_type_id(type_id), values, actor=actor))


@router.delete("/api/v1/node_types/<type_id>/properties/<property_type_id>")
def delete_property(type_id: str, property_type_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    node_types.delete_property(_type_id(type_id), path_id(property_type_id), actor=actor)
    return no_content()


def _type_id(text: str) -> int:
    return path_id(text, minimum=0)  # 0 is the base type


def _properties(properties: list[Property]) -> Response[Any]:
    return answer([as_json(each) for each in properties])


def _property_values(body: dict[str, Any]) -> dict[int, str | None]:
    """Return values by property type id; numbers are taken as text, None means delete."""
    if not body:
        raise BadRequestError("the body sets no property")
    bad_keys = [key for key in body if not (key.isascii() and key.isdigit() and len(key) <= MAX_ID_DIGITS)]
    if bad_keys:
        refuse(dict.fromkeys(bad_keys, "a property type is named by its id"))
    bad_values = [key for key, value in body.items() if isinstance(value, bool | float | list | dict)]
    if bad_values:
        refuse(dict.fromkeys(bad_values, "must be text, a whole number or null"))
    return {int(key): None if value is None else str(value) for key, value in body.items()}

"""/api/v1/subdivisions: the tree of sites."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.management.request import NewSubdivision, SubdivisionChange
from statusmonitor.http.auth import require_operator, require_reader
from statusmonitor.http.body import parse_body, parse_changes
from statusmonitor.http.paging import MAX_LIMIT, as_json, page_answer, path_id, query_bool, query_parent, query_text, read_page
from statusmonitor.http.resolver import answer, no_content
from statusmonitor.repositories.subdivisions import SubdivisionFilter
from statusmonitor.services import subdivisions

CONFIGURATOR_LIMIT = 1_000  # the field's configurators ask for all sites with a transport code at once

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/subdivisions")
def list_subdivisions() -> Response[Any]:
    event = router.current_event
    principal = require_reader(event, "configurator")
    parent_id, only_top_level = query_parent(event, "parent_id")
    has_transport_code = query_bool(event, "has_transport_code") or False
    chosen = SubdivisionFilter(
        principal.object_id, parent_id, only_top_level, has_transport_code, query_text(event, "search_text")
    )
    page = read_page(event, max_limit=CONFIGURATOR_LIMIT if has_transport_code else MAX_LIMIT)
    return page_answer(subdivisions.list_subdivisions(chosen, page), page)


@router.post("/api/v1/subdivisions")
def create_subdivision() -> Response[Any]:
    actor = require_operator(router.current_event).actor
    fields = parse_body(router.current_event, NewSubdivision).fields()
    return answer(as_json(subdivisions.create_subdivision(fields, actor=actor)), 201)


@router.get("/api/v1/subdivisions/<subdivision_id>")
def get_subdivision(subdivision_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return answer(as_json(subdivisions.get_subdivision(path_id(subdivision_id))))


@router.put("/api/v1/subdivisions/<subdivision_id>")
def update_subdivision(subdivision_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    changes = parse_changes(router.current_event, SubdivisionChange)
    return answer(as_json(subdivisions.update_subdivision(path_id(subdivision_id), changes, actor=actor)))


@router.delete("/api/v1/subdivisions/<subdivision_id>")
def delete_subdivision(subdivision_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    is_cascade = query_bool(router.current_event, "cascade") or False
    subdivisions.delete_subdivision(path_id(subdivision_id), is_cascade=is_cascade, actor=actor)
    return no_content()

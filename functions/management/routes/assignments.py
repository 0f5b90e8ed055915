"""/api/v1/assignments/…: jobs, given to many nodes at once."""

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.management.pipeline import canonical_pipeline
from functions.management.request import AssignmentChange, BulkCreation, NewAssignment
from functions.management.routes.nodes import read_filter
from statusmonitor.domain.paging import Page
from statusmonitor.http.auth import require_operator, require_reader
from statusmonitor.http.body import parse_body, parse_changes
from statusmonitor.http.paging import as_json, page_answer, path_id, query_bool, query_text
from statusmonitor.http.request import query_int
from statusmonitor.http.resolver import answer, no_content
from statusmonitor.http.wire import raw_json
from statusmonitor.repositories.assignments import Assignment, AssignmentFields, AssignmentFilter
from statusmonitor.services import assignments
from statusmonitor.services.assignments import ChosenNodes

MAX_LIMIT = 500

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/assignments/all")
def list_assignments() -> Response[Any]:
    event = router.current_event
    require_reader(event)
    page = Page(query_int(event, "limit", minimum=1, maximum=MAX_LIMIT), query_int(event, "offset") or 0)
    chosen = AssignmentFilter(
        node_id=query_int(event, "node_id", minimum=1),
        method_id=query_int(event, "method_id", minimum=1),
        is_enabled=query_bool(event, "is_enabled"),
        search_text=query_text(event, "search_text"),
    )
    of_nodes = replace(read_filter(event), search_text=None)
    if of_nodes.subdivision_ids is None and of_nodes.node_type_ids is None:
        return page_answer(assignments.list_assignments(chosen, None, page), page, key="assignments", shape=_shape)
    return page_answer(assignments.list_assignments(chosen, of_nodes, page), page, key="assignments", shape=_shape)


@router.post("/api/v1/assignments/bulk_create")
def create_assignments() -> Response[Any]:
    actor = require_operator(router.current_event).actor
    body = parse_body(router.current_event, BulkCreation)
    chosen = ChosenNodes(body.node_ids, body.criteria.filter() if body.criteria else None)
    created_ids = assignments.create_assignments(_fields(body.assignment_data), chosen, actor=actor)
    count = len(created_ids)
    answered = {"status": "success", "assignments_created": count, "created_ids": created_ids, "message": f"{count} created"}
    return answer(answered, 201)


@router.get("/api/v1/assignments/<assignment_id>")
def get_assignment(assignment_id: str) -> Response[Any]:
    require_reader(router.current_event)
    return answer(_shape(assignments.get_assignment(path_id(assignment_id))))


@router.put("/api/v1/assignments/<assignment_id>")
def update_assignment(assignment_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    changes = parse_changes(router.current_event, AssignmentChange)
    if "pipeline" in changes:
        changes["pipeline"] = canonical_pipeline(changes["pipeline"])
    return answer(_shape(assignments.update_assignment(path_id(assignment_id), changes, actor=actor)))


@router.delete("/api/v1/assignments/<assignment_id>")
def delete_assignment(assignment_id: str) -> Response[Any]:
    actor = require_operator(router.current_event).actor
    assignments.delete_assignment(path_id(assignment_id), actor=actor)
    return no_content()


def _fields(body: NewAssignment) -> AssignmentFields:
    return AssignmentFields(**{**body.model_dump(), "pipeline": canonical_pipeline(body.pipeline)})


def _shape(assignment: Assignment) -> dict[str, Any]:
    """Return the contract's form; the pipeline goes out as it is stored, in its author's order of keys."""
    return {**as_json(assignment), "pipeline": raw_json(assignment.pipeline)}

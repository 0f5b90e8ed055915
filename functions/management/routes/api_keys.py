"""/api/v1/api_keys: who may call. The text of a key is answered once, when it is made."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.management.request import KeyChange, NewKey
from statusmonitor.http.auth import require_admin
from statusmonitor.http.body import parse_body, parse_changes
from statusmonitor.http.paging import as_json, page_answer, path_id, query_bool, query_text, read_page
from statusmonitor.http.request import query_int
from statusmonitor.http.resolver import answer, no_content
from statusmonitor.repositories.api_keys import KeyFields, KeyFilter
from statusmonitor.services import api_keys

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/api_keys")
def list_api_keys() -> Response[Any]:
    event = router.current_event
    require_admin(event)
    chosen = KeyFilter(query_text(event, "role"), query_int(event, "object_id", minimum=1), query_bool(event, "is_active"))
    page = read_page(event)
    return page_answer(api_keys.list_api_keys(chosen, page), page)


@router.post("/api/v1/api_keys")
def create_api_key() -> Response[Any]:
    actor = require_admin(router.current_event).actor
    fields = KeyFields(**parse_body(router.current_event, NewKey).model_dump())
    created = api_keys.create_api_key(fields, actor=actor)
    return answer({**as_json(created.key), "api_key": created.text}, 201, {"Cache-Control": "no-store"})


@router.put("/api/v1/api_keys/<key_id>")
def update_api_key(key_id: str) -> Response[Any]:
    actor = require_admin(router.current_event).actor
    changes = parse_changes(router.current_event, KeyChange)
    return answer(as_json(api_keys.update_api_key(path_id(key_id), changes, actor=actor)))


@router.delete("/api/v1/api_keys/<key_id>")
def delete_api_key(key_id: str) -> Response[Any]:
    actor = require_admin(router.current_event).actor
    api_keys.delete_api_key(path_id(key_id), actor=actor)
    return no_content()

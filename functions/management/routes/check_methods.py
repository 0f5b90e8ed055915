"""GET /api/v1/check_methods: which methods jobs may have."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from statusmonitor.http.auth import require_reader
from statusmonitor.http.resolver import answer
from statusmonitor.services.check_methods import list_check_methods

router = Router()  # type: ignore[no-untyped-call]


@router.get("/api/v1/check_methods")
def get_check_methods() -> Response[Any]:
    require_reader(router.current_event)
    methods = list_check_methods()
    return answer([{"id": each.id, "method_name": each.method_name, "description": each.description} for each in methods])

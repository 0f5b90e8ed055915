"""GET /health: open, for load balancers and people."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router

from statusmonitor.http.resolver import answer
from statusmonitor.services.health import is_database_connected

router = Router()  # type: ignore[no-untyped-call]


@router.get("/health")
def get_health() -> Response[Any]:
    is_connected = is_database_connected()
    body = {"status": "ok" if is_connected else "error", "database_connected": is_connected}
    return answer(body, 200 if is_connected else 503, {"Cache-Control": "no-store"})

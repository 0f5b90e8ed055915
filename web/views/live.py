"""The live poll: what changed visibly since a revision."""

from typing import Any

import msgspec
from flask import Blueprint, Response, request

from statusmonitor.errors import BadRequestError
from statusmonitor.services import live
from statusmonitor.services.live import Delta, SeenChange
from web.visible_text import visible

pages = Blueprint("live", __name__)

_MAX_NUMBER = 2**62


@pages.get("/ui/live")
def poll() -> Response:
    """204 when nothing is new; never 304, which htmx and caches read differently."""
    delta = live.poll(_number("since"), _number("struct"))
    if delta is None:
        return Response(status=204)
    return Response(msgspec.json.encode(_body(delta)), mimetype="application/json")


def _number(name: str) -> int:
    text = request.args.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_MAX_NUMBER)):
        raise BadRequestError(f"{name} must be a whole number")
    return min(int(text), _MAX_NUMBER)


def _body(delta: Delta) -> dict[str, Any]:
    return {
        "rev": delta.rev,
        "struct": delta.struct,
        "now": delta.now_ms,
        "counts": delta.counts,
        "n": delta.nodes,
        "ev": [_change(each) for each in delta.changes],
        "reset": delta.reset,
    }


def _change(change: SeenChange) -> dict[str, Any]:
    return {
        "node": change.node_id,
        "name": visible(change.node_name),
        "old": change.old_status,
        "new": change.new_status,
        "at": int(change.changed_at.timestamp() * 1000),
    }

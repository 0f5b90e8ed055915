"""The overview: counters, the map of all nodes, what is wrong, what changed last."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
from flask import Blueprint, Response, render_template, request

from statusmonitor.services import node_page, overview
from statusmonitor.services.overview import Group
from web.formats import RECENT_CHANGE
from web.template_helpers import current_head
from web.visible_text import visible

pages = Blueprint("overview", __name__)

SHOWN_PROBLEMS, SHOWN_CHANGES = 12, 10
MARKED_CHANGES = 200


@pages.get("/")
def show() -> str:
    head = current_head()
    if not sum(head.counts.values()):
        return render_template("pages/first_steps.html")
    is_list = request.args.get("view") == "list"
    return render_template(
        "pages/overview.html",
        groups=overview.overview().groups if is_list else None,
        problems=overview.problems(SHOWN_PROBLEMS),
        changes=overview.recent_changes(SHOWN_CHANGES),
    )


@pages.get("/ui/problems")
def problems() -> str:
    return render_template(
        "components/problem_list.html", problems=overview.problems(SHOWN_PROBLEMS), counts=current_head().counts
    )


@pages.get("/ui/changes")
def changes() -> str:
    return render_template("components/change_list.html", changes=overview.recent_changes(SHOWN_CHANGES))


@pages.get("/ui/map")
def map_data() -> Response:
    """The whole fleet, packed: ids as differences to the one before, statuses as one character a node."""
    fleet = overview.overview()
    body = {
        "rev": fleet.rev,
        "struct": fleet.struct,
        "now": int(fleet.now.timestamp() * 1000),
        "groups": [_packed(group) for group in fleet.groups if group.node_ids],
        "recent": _recently_changed(),
    }
    return Response(msgspec.json.encode(body), mimetype="application/json")


@pages.get("/ui/nodes/<int:node_id>/hint")
def hint(node_id: int) -> str:
    return render_template("components/node_hint.html", node=node_page.get_node(node_id))


def _packed(group: Group) -> list[Any]:
    ids = group.node_ids
    steps = [ids[0], *(after - before for before, after in pairwise(ids))]
    return [
        group.subdivision_id,
        group.depth,
        visible(group.short_name),
        group.transport_system_code or "",
        group.statuses,
        steps,
    ]


def _recently_changed() -> list[list[int]]:
    """Return pairs of node id and moment in ms, for the corner marks."""
    oldest = datetime.now(UTC) - RECENT_CHANGE
    rows = overview.recent_changes(MARKED_CHANGES)
    return [[row.node_id, int(row.changed_at.timestamp() * 1000)] for row in rows if row.changed_at > oldest]

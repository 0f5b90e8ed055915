"""The table of all nodes, and the page of one."""

from typing import Any

from flask import Blueprint, render_template, request

from statusmonitor.domain.paging import Page
from statusmonitor.repositories.node_types import NodeTypeFilter
from statusmonitor.repositories.subdivisions import SubdivisionFilter
from statusmonitor.services import history, node_list, node_page, node_types, subdivisions
from statusmonitor.services.node_page import JobView, NodeView
from web.addresses import is_fragment_request
from web.beats import beats_of
from web.keyset import page_before, read_moment
from web.node_query import PAGE_SIZE, read_filter
from web.pager import Pager
from web.reasons import explain
from web.result_steps import message_of, steps_of
from web.template_helpers import current_head

pages = Blueprint("nodes", __name__)

HISTORY_SIZE = 25
BEATS = 60
MAX_CHOICES = 500


@pages.get("/status")
def status() -> str:
    current_head()
    wanted = read_filter(request.args)
    found = node_list.list_nodes(wanted)
    shown: dict[str, Any] = {
        "wanted": wanted,
        "found": found,
        "pager": Pager("nodes.status", request.args, wanted.offset // PAGE_SIZE + 1, found.total_count, PAGE_SIZE),
    }
    if is_fragment_request():
        return render_template("components/node_table.html", **shown)
    return render_template("pages/status.html", subdivisions=_subdivisions(), node_types=_node_types(), **shown)


@pages.get("/nodes/<int:node_id>")
def detail(node_id: int) -> str:
    current_head()
    node = node_page.get_node(node_id)
    rows = history.node_history(node_id, limit=HISTORY_SIZE + 1, before=read_moment(request.args.get("before")))
    shown, older = page_before(rows, HISTORY_SIZE)
    last = _last_result(node)
    template = "components/node_body.html" if is_fragment_request() else "pages/node.html"
    return render_template(
        template,
        node=node,
        why=explain(node, last["steps"] if last else []),
        beats=beats_of(history.last_beats(node_id, BEATS)),
        last=last,
        history=shown,
        older=older,
        is_older_page="before" in request.args,
    )


def _last_result(node: NodeView) -> dict[str, Any] | None:
    """Return the result that explains the status: of the job in the reason, else the newest one."""
    reported = [job for job in node.jobs if job.last_result]
    chosen = next((job for job in reported if job.id == node.reason.assignment_id), None) or max(
        reported, key=_reported_at, default=None
    )
    if chosen is None or chosen.last_result is None:
        return None
    details = history.get_details(chosen.last_result.id)
    data = details.data if details else None
    return {"row": chosen.last_result, "job": chosen, "steps": steps_of(data, chosen.pipeline), "message": message_of(data)}


def _reported_at(job: JobView) -> float:
    return job.executed_at.timestamp() if job.executed_at else 0.0


def _subdivisions() -> list[Any]:
    return subdivisions.list_subdivisions(SubdivisionFilter(), Page(MAX_CHOICES)).entries


def _node_types() -> list[Any]:
    return node_types.list_node_types(NodeTypeFilter(), Page(MAX_CHOICES)).entries

"""One result: its steps, and what the agent sent as it came."""

from flask import Blueprint, Response, render_template

from statusmonitor.errors import NotFoundError
from statusmonitor.services import history, node_page
from statusmonitor.services.history import HistoryRow
from web.result_steps import message_of, steps_of

pages = Blueprint("results", __name__)


@pages.get("/results/<int:check_id>")
def detail(check_id: int) -> str:
    row = _get(check_id)
    details = history.get_details(check_id)
    data = details.data if details else None
    return render_template(
        "pages/result.html", row=row, data=data, steps=steps_of(data, _pipeline(row)), message=message_of(data)
    )


@pages.get("/results/<int:check_id>.json")
def raw(check_id: int) -> Response:
    """The details as the API gives them, to be saved or copied."""
    details = history.get_details(_get(check_id).id)
    if details is None:
        raise NotFoundError("this result has no details, or they are past their retention")
    return Response(details.data, mimetype="application/json")


def _get(check_id: int) -> HistoryRow:
    row = history.find_result(check_id)
    if row is None:
        raise NotFoundError(f"there is no result {check_id}")
    return row


def _pipeline(row: HistoryRow) -> str | None:
    """Return the job's pipeline as it is today, None when the job was deleted."""
    jobs = node_page.list_job_views(row.node_id)
    return next((job.pipeline for job in jobs if job.id == row.assignment_id), None)

"""The journal of events under filters."""

from flask import Blueprint, render_template, request

from statusmonitor.services import events
from web.addresses import is_fragment_request
from web.event_query import PAGE_SIZE, read_event_filter, read_page
from web.pager import Pager
from web.template_helpers import current_head

pages = Blueprint("events", __name__)


@pages.get("/events")
def show() -> str:
    current_head()
    wanted, page = read_event_filter(request.args), read_page(request.args)
    found = events.list_events(wanted, limit=PAGE_SIZE, offset=(page - 1) * PAGE_SIZE)
    template = "components/event_table.html" if is_fragment_request() else "pages/events.html"
    return render_template(
        template, wanted=wanted, found=found, pager=Pager("events.show", request.args, page, found.total_count, PAGE_SIZE)
    )

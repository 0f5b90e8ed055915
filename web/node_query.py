"""The filter of the node table as it stands in the address: ?q=&st=unavailable,warning&sub=3&type=5&sort=-since&page=2."""

from collections.abc import Mapping

from statusmonitor.services.node_list import SORTS, NodeFilter
from web.words import WORST_FIRST

PAGE_SIZE = 50
MAX_PAGE = 20_000
MAX_TEXT = 200
_MAX_ID_DIGITS = 18


def read_filter(arguments: Mapping[str, str]) -> NodeFilter:
    """Return the filter; what cannot be read counts as not given, so that a shortened link still shows something."""
    statuses = tuple(each for each in arguments.get("st", "").split(",") if each in WORST_FIRST)
    sort = arguments.get("sort", "")
    return NodeFilter(
        q=arguments.get("q", "").replace("\x00", "").strip()[:MAX_TEXT] or None,
        statuses=statuses,
        subdivision_id=read_id(arguments, "sub"),
        node_type_id=read_id(arguments, "type"),
        sort=sort if sort.removeprefix("-") in SORTS else "-status",
        limit=PAGE_SIZE,
        offset=(read_page(arguments) - 1) * PAGE_SIZE,
    )


def read_page(arguments: Mapping[str, str]) -> int:
    return max(1, min(read_id(arguments, "page") or 1, MAX_PAGE))


def read_id(arguments: Mapping[str, str], name: str) -> int | None:
    text = arguments.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MAX_ID_DIGITS else None

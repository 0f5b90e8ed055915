"""Where a page starts to listen: revision, structure and counters, read before the page's own data.

Read first, so that whatever changes while the page is being made comes again with its first poll.
"""

from statusmonitor.services import live
from statusmonitor.services.live import Delta

_FUTURE = 2**62


def read_head() -> Delta:
    """Return the head of the live feed. A revision from the future makes the feed answer its counters and no rows."""
    head = live.poll(_FUTURE, None)
    if head is None:
        raise RuntimeError("the live feed has no revision row")
    return head

"""Remembers the ids of result sources, so that storing a result costs no look-up of its own."""

from collections.abc import Iterable

from statusmonitor.config import database_url
from statusmonitor.db.connection import cursor
from statusmonitor.domain.results import NewCheck, ResultSource
from statusmonitor.repositories import sources

MAX_REMEMBERED = 10_000

_ids: dict[str, dict[ResultSource, int]] = {}  # by database, since ids mean nothing in another


def ids_of_sources(checks: Iterable[NewCheck]) -> dict[ResultSource, int]:
    """Return an id for the source of every check; those not met before are stored first."""
    known = _ids.setdefault(database_url(), {})
    wanted = {check.source for check in checks}
    missing = wanted - known.keys()
    if not missing:
        return known
    with cursor() as cur:
        found = sources.ensure(cur, missing)
    if len(known) + len(found) > MAX_REMEMBERED:
        known = {source: known[source] for source in wanted if source in known}
    known = known | found
    _ids[database_url()] = known
    return known

"""Takes results in, one or many, by whatever way they came: stored once each, states and transitions with them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from statusmonitor.db.connection import cursor
from statusmonitor.domain.results import NewCheck
from statusmonitor.errors import NotFoundError
from statusmonitor.repositories import results
from statusmonitor.repositories.batch import check_rows
from statusmonitor.services import changes, keys, retention
from statusmonitor.services.keys import Caller
from statusmonitor.services.sources import ids_of_sources


class Outcome(StrEnum):
    STORED = "stored"  # or was stored before
    UNKNOWN_JOB = "unknown"
    FOREIGN_JOB = "foreign"
    CHANGING = "changing"  # to be stored together with a change of state
    KEY_CHANGED = "keys"  # the caller must be looked up anew


class Submission(NamedTuple):
    """A result and who hands it in."""

    check: NewCheck
    caller: Caller


def ingest(checks: Sequence[NewCheck], caller: Caller) -> list[Outcome]:
    """Store results of one caller and return what became of each, in their order.

    A result that is stored already counts as stored. Constant number of statements, whatever the batch.

    Raises:
        UnauthorizedError: the key was revoked in the meantime; nothing was stored.
        DatabaseUnavailableError: try again; repeating is harmless.
    """

    def attempt(known: Caller) -> list[Outcome] | None:
        outcomes = store([Submission(check, known) for check in checks])
        return None if Outcome.KEY_CHANGED in outcomes else outcomes

    return keys.act_as(caller, attempt)


def raise_for(outcome: Outcome, assignment_id: int) -> None:
    """Raises: NotFoundError: the job is unknown, or not one this caller may report for: it cannot tell which."""
    if outcome is not Outcome.STORED:
        raise NotFoundError(f"there is no assignment {assignment_id}", assignment_id="unknown")


def store(submissions: Sequence[Submission]) -> list[Outcome]:
    """Store results of any callers; `KEY_CHANGED` marks those whose caller must be looked up anew."""
    revision = max((each.caller.keys_revision for each in submissions), default=0)
    outcomes = [Outcome.STORED if each.caller.keys_revision == revision else Outcome.KEY_CHANGED for each in submissions]
    places = _first_of_each(submissions, outcomes)
    if not places:
        return outcomes
    now = datetime.now(UTC)
    chosen = [submissions[place] for place in places]
    for number, outcome in _store_confirming(chosen, revision, now):
        if number < 0:
            return [Outcome.KEY_CHANGED] * len(submissions)
        outcomes[places[number]] = outcome
    changing = [place for place in places if outcomes[place] is Outcome.CHANGING]
    stored = changes.store_changing([submissions[place].check for place in changing], now) if changing else []
    for place, is_stored in zip(changing, stored, strict=True):
        outcomes[place] = Outcome.STORED if is_stored else Outcome.UNKNOWN_JOB
    return outcomes


def _first_of_each(submissions: Sequence[Submission], outcomes: Sequence[Outcome]) -> list[int]:
    """Return the places of the results to store: of one that is there twice, the first."""
    seen: dict[tuple[int, object], int] = {}
    for place, (each, outcome) in enumerate(zip(submissions, outcomes, strict=True)):
        if outcome is Outcome.STORED:
            seen.setdefault((each.check.assignment_id, each.check.reported_at or each.check.executed_at), place)
    return list(seen.values())


def _store_confirming(submissions: Sequence[Submission], revision: int, now: datetime) -> Iterable[tuple[int, Outcome]]:
    checks = [each.check for each in submissions]
    batch = check_rows(checks, ids_of_sources(checks), [each.caller.object_id for each in submissions])
    assignment_ids = sorted({check.assignment_id for check in checks})
    terms = results.StoreTerms(now, now - retention.current().details, revision)
    with cursor() as cur:
        rows = results.store_confirming(cur, batch, assignment_ids, terms)
    return sorted((row["n"], Outcome(row["outcome"])) for row in rows)

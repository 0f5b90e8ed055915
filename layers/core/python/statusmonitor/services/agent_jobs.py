"""The jobs of an object for its agent, and whether they changed since it asked last: then one indexed statement."""

from dataclasses import dataclass

from statusmonitor.db.connection import cursor
from statusmonitor.errors import ForbiddenError
from statusmonitor.repositories import agent_jobs
from statusmonitor.repositories.agent_jobs import Site
from statusmonitor.services import keys
from statusmonitor.services.keys import Caller


@dataclass(frozen=True, slots=True)
class JobsVersion:
    """Which jobs an agent would get now. `text` differs whenever they may; `subdivision_id` None: the object is unknown."""

    text: str
    subdivision_id: int | None


def jobs_version(object_id: int, caller: Caller) -> JobsVersion:
    """Return the version of an object's jobs.

    Raises:
        UnauthorizedError: the key was revoked in the meantime.
        ForbiddenError: the key is bound to an object, and this is neither that nor one below it.
    """
    site = _find_site(object_id, caller)
    return JobsVersion(f"{object_id}-{site.subdivision_id or 0}-{site.jobs_revision or 0}", site.subdivision_id)


def list_jobs(version: JobsVersion) -> list[str]:
    """Return the enabled jobs as texts of JSON objects, by node name, then id; none when the object is unknown."""
    if version.subdivision_id is None:
        return []
    with cursor() as cur:
        return agent_jobs.list_jobs(cur, version.subdivision_id)


def _find_site(object_id: int, caller: Caller) -> Site:
    def attempt(known: Caller) -> Site | None:
        with cursor() as cur:
            site = agent_jobs.find_site(cur, object_id)
        if site.keys_revision != known.keys_revision:
            return None
        _require_object(known, site)
        return site

    return keys.act_as(caller, attempt)


def _require_object(caller: Caller, site: Site) -> None:
    if caller.object_id is not None and caller.object_id not in (site.object_path or []):
        raise ForbiddenError("this key is bound to another object")

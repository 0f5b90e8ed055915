"""Fetches the job list; an unchanged one costs the server no body."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Dict, Optional

from statusmonitor_agent.online.api import ApiAnswer, ApiClient, ApiError
from statusmonitor_agent.online.jobs import Job, read_jobs

if TYPE_CHECKING:
    import threading

    from statusmonitor_agent.online.settings import Settings

LOG = logging.getLogger(__name__)
OK, NOT_MODIFIED, TOO_MANY_REQUESTS = 200, 304, 429


class FetchError(Exception):
    """The job list could not be fetched; the former one stays in force."""


def is_worth_a_retry(status: int) -> bool:
    """Tell whether the same request may succeed later: 408, 429 and 5xx."""
    return status in (408, TOO_MANY_REQUESTS) or status >= 500  # noqa: PLR2004


class JobSource:
    """Remembers the ETag of the list it last handed out. Not thread-safe."""

    def __init__(self, settings: Settings, client: ApiClient, stopping: threading.Event) -> None:
        self._settings, self._client, self._stopping = settings, client, stopping
        self._path = f"/v1/assignments?object_id={settings.object_id}"
        self._etag: Optional[str] = None

    def fetch(self) -> Optional[Dict[int, Job]]:
        """Return the jobs by assignment id, None when nothing has changed. Tries several times.

        Raises:
            FetchError: there is no usable answer.
        """
        reason = ""
        for attempt in range(max(1, self._settings.max_api_retries)):
            if attempt and self._stopping.wait(self._settings.retry_delay_seconds):
                break
            try:
                answer = self._client.get(self._path, self._etag)
            except ApiError as error:
                reason = str(error)
                continue
            if not is_worth_a_retry(answer.status):
                return self._take(answer)
            reason = answer.reason()
        raise FetchError(reason or "the agent is stopping")

    def _take(self, answer: ApiAnswer) -> Optional[Dict[int, Job]]:
        if answer.status == NOT_MODIFIED and self._etag:
            return None
        if answer.status != OK:
            raise FetchError(answer.reason())
        try:
            jobs = read_jobs(answer.json(), self._settings.default_check_interval_seconds)
        except ValueError as error:
            raise FetchError(str(error)) from error
        self._etag = answer.headers.get("etag")
        return jobs

"""Prepares the database before anything uses it: `python -m infra.local.prepare`, with DATABASE_URL.

A process of its own, so that what it imports does not stay in the runner's memory.
"""

import sys

from statusmonitor.config import database_url


def prepare(url: str) -> list[str]:
    """Bring the schema up to date, and return what the person at the terminal should read, a line each."""
    from infra.migrations import upgrade

    applied = upgrade(url)
    return [f"Database schema: {len(applied)} revisions applied, up to {applied[-1]}"] if applied else []


if __name__ == "__main__":
    for line in prepare(database_url()):
        print(line)
    sys.exit(0)

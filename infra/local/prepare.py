"""Prepares the database before anything uses it: `python -m infra.local.prepare`, with DATABASE_URL.

A process of its own, so that what it imports does not stay in the runner's memory.
"""

import sys

from infra.local.demo import prepare_demo
from infra.local.errors import StartError
from infra.local.settings import RunSettings, read_run_settings
from statusmonitor.config import database_url
from statusmonitor.errors import ConfigurationError


def prepare(url: str, chosen: RunSettings) -> list[str]:
    """Bring schema, partitions, first user and demo up to date; return what the person at the terminal should read."""
    from infra.migrations import upgrade
    from statusmonitor.services.retention import keep_partitions
    from statusmonitor.services.users import check_production_safety, ensure_first_user

    applied = upgrade(url)
    keep_partitions()
    is_first = ensure_first_user()
    check_production_safety()
    if chosen.demo:
        prepare_demo(chosen.data, chosen.port)
    lines = [f"Database schema: {len(applied)} revisions applied, up to {applied[-1]}"] if applied else []
    return [*lines, *(["Made the first user: adm"] if is_first else [])]


def main() -> int:
    try:
        for line in prepare(database_url(), read_run_settings()):
            print(line)
    except (ConfigurationError, StartError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

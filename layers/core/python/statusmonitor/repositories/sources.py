"""Result sources: what many results say alike, stored once and referred to by id."""

from collections.abc import Iterable
from hashlib import blake2b
from uuid import UUID

import msgspec
from psycopg2.extras import RealDictCursor

from statusmonitor.domain.results import ResultSource

ADD = """
    INSERT INTO result_sources (fingerprint, executor_object_id, executor_host, resolution_method, detail_type,
                                agent_script_version, assignment_config_version)
    SELECT fingerprint, executor_object_id, executor_host, resolution_method, detail_type,
           agent_script_version, assignment_config_version
      FROM json_to_recordset(%(sources)s)
           AS s (fingerprint uuid, executor_object_id int, executor_host text, resolution_method text, detail_type text,
                 agent_script_version text, assignment_config_version text)
        ON CONFLICT (fingerprint) DO NOTHING
"""

LIST = """
    SELECT id, fingerprint::text FROM result_sources WHERE fingerprint = ANY (%(fingerprints)s::uuid[])
"""


def ensure(cur: RealDictCursor, sources: Iterable[ResultSource]) -> dict[ResultSource, int]:
    """Return the id of each source, storing those that are new. Two round trips, whatever their number."""
    by_fingerprint = {fingerprint(source): source for source in sources}
    rows = [{"fingerprint": key, **source._asdict()} for key, source in by_fingerprint.items()]
    cur.execute(ADD, {"sources": msgspec.json.encode(rows).decode()})
    cur.execute(LIST, {"fingerprints": list(by_fingerprint)})
    return {by_fingerprint[row["fingerprint"]]: row["id"] for row in cur}


def fingerprint(source: ResultSource) -> str:
    return str(UUID(bytes=blake2b(msgspec.json.encode(source), digest_size=16).digest()))

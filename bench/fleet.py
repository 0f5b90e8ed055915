"""The fleet that is measured: sites, nodes and jobs with a good last result each, made in sets."""

from dataclasses import dataclass
from typing import Any

import psycopg2

from bench.server import Server, use_database
from statusmonitor.domain.api_keys import new_key, secret_hash

SITES = 500
BATCHES = 50
METHODS = ["PING", "TCP_PORT", "HTTP_CHECK", "DISK_USAGE", "SERVICE_STATUS"]

SUBDIVISIONS = """
    WITH sites AS (
        SELECT n, CASE WHEN n > %(regions)s THEN (n - 1) %% %(regions)s + 1 END AS parent FROM generate_series(1, %(sites)s) n
    )
    INSERT INTO subdivisions (object_id, short_name, parent_id, object_path)
    SELECT 1000 + n, 'Site ' || n, parent,
           CASE WHEN parent IS NULL THEN ARRAY[1000 + n] ELSE ARRAY[1000 + parent, 1000 + n] END
      FROM sites
     ORDER BY n
"""

NODES = """
    INSERT INTO nodes (name, parent_subdivision_id, ip_address)
    SELECT 'node-' || n, (n - 1) / %(nodes_per_site)s + 1, '10.' || n / 65536 %% 256 || '.' || n / 256 %% 256 || '.' || n %% 256
      FROM generate_series(1, %(nodes)s) n
     ORDER BY n
"""

ASSIGNMENTS = """
    INSERT INTO assignments (node_id, method_id, pipeline, check_interval_seconds)
    SELECT (n - 1) / %(jobs_per_node)s + 1, m.id, json_build_array(json_build_object('type', m.method_name)), 3600
      FROM generate_series(1, %(jobs)s) n
      JOIN check_methods m ON m.method_name = (%(methods)s::text[])[(n - 1) %% %(jobs_per_node)s + 1]
     ORDER BY n
"""

ASSIGNMENT_STATES = """
    INSERT INTO assignment_states (assignment_id, node_id, object_path, is_primary, is_enabled, stale_limit_seconds,
                                   stale_limit_source, executed_at, effective_at, is_available, check_success, stale_after, sweep_at)
    SELECT a.id, a.node_id, s.object_path, m.is_primary, true, 7200, 'interval', now(), now(), true, true,
           now() + interval '2 hours', now() + interval '2 hours'
      FROM assignments a
      JOIN nodes n ON n.id = a.node_id
      JOIN subdivisions s ON s.id = n.parent_subdivision_id
      JOIN check_methods m ON m.id = a.method_id
     ORDER BY a.id
"""

NODE_STATES = """
    INSERT INTO node_states (node_id, status, status_reason)
    SELECT n.id, 'available',
           json_build_object('rule', 'primary_job', 'assignment_id', a.id, 'condition', 'good',
                             'stale_limit_seconds', 7200, 'stale_limit_source', 'interval')
      FROM nodes n
      JOIN assignments a ON a.node_id = n.id
      JOIN check_methods m ON m.id = a.method_id AND m.is_primary
     ORDER BY n.id
"""

KEY = """
    INSERT INTO api_keys (lookup, secret_hash, description, role) VALUES (%(lookup)s, %(secret_hash)s, 'benchmark', %(role)s)
"""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Its ids count from 1: the jobs of a node follow each other, and the nodes of a site."""

    sites: int = SITES
    nodes_per_site: int = 20
    jobs_per_node: int = 5

    @property
    def nodes(self) -> int:
        return self.sites * self.nodes_per_site

    @property
    def jobs(self) -> int:
        return self.nodes * self.jobs_per_node

    def batch(self, number: int) -> list[int]:
        """Return the jobs of batch 0 to BATCHES - 1: all jobs of every fiftieth site."""
        jobs_per_site = self.nodes_per_site * self.jobs_per_node
        return [site * jobs_per_site + place + 1 for site in range(number, self.sites, BATCHES) for place in range(jobs_per_site)]


def copy_of_fleet(server: Server) -> str:
    """Return the URL of a fresh database with the ordinary fleet: 50,000 jobs on 10,000 nodes in 500 subdivisions."""
    return server.copy(make_fleet(server, Fleet()))


def make_fleet(server: Server, fleet: Fleet) -> str:
    """Return the name of a database that holds the fleet; made at first use."""
    name = f"fleet_{fleet.jobs}"
    if name not in server.databases:
        url = server.create(name)
        use_database(url)
        from infra.migrations import upgrade
        from statusmonitor.services import retention

        upgrade(url)
        retention.keep_partitions()
        _fill(url, fleet)
        use_database("")
    return name


def _fill(url: str, fleet: Fleet) -> None:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    terms = {
        "sites": fleet.sites,
        "regions": max(1, fleet.sites // 25),
        "nodes": fleet.nodes,
        "nodes_per_site": fleet.nodes_per_site,
        "jobs": fleet.jobs,
        "jobs_per_node": fleet.jobs_per_node,
        "methods": METHODS,
    }
    with connection.cursor() as cur:
        for statement in (SUBDIVISIONS, NODES, ASSIGNMENTS, ASSIGNMENT_STATES, NODE_STATES):
            cur.execute(statement, terms)
        cur.execute("VACUUM ANALYZE")
    connection.close()


def make_key(cur: Any, role: str) -> str:
    """Make an API key that holds for all objects and return its text."""
    key = new_key(role)
    cur.execute(KEY, {"lookup": key.lookup, "secret_hash": secret_hash(key), "role": role})
    return str(key)

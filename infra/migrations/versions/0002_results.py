"""Results, the states kept from them, transitions and the journal."""

from alembic import op

revision = "0002"
down_revision = "0001"

SQL = """
-- What many results say alike, stored once: who ran the job, with which versions.
CREATE TABLE result_sources (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fingerprint uuid NOT NULL UNIQUE,           -- of all the other columns
    executor_object_id integer,                 -- as sent; no foreign key, so that no result is lost over it
    executor_host text,
    resolution_method text,
    detail_type text NOT NULL,
    agent_script_version text,
    assignment_config_version text
);

CREATE SEQUENCE check_results_id_seq AS bigint;
CREATE TABLE check_results (
    assignment_id bigint NOT NULL,              -- no foreign key: results outlive their job
    executed_at timestamptz NOT NULL,           -- what the agent sent, or received_at when its clock is broken
    id bigint NOT NULL DEFAULT nextval('check_results_id_seq'), -- order of arrival
    received_at timestamptz NOT NULL,
    source_id bigint NOT NULL,
    duration_ms integer,
    is_available boolean NOT NULL,
    check_success boolean CHECK (is_available OR check_success IS NULL),
    reported_at text,                           -- the time as sent, kept only when it could not be used
    PRIMARY KEY (assignment_id, executed_at)
) PARTITION BY RANGE (executed_at);
CREATE INDEX check_results_id_idx ON check_results USING brin (id) WITH (autosummarize = on, pages_per_range = 32);
CREATE INDEX check_results_reported_at_idx ON check_results (assignment_id, reported_at) WHERE reported_at IS NOT NULL;

CREATE TABLE check_details (
    assignment_id bigint NOT NULL,
    executed_at timestamptz NOT NULL,
    error_message text,
    data json,                                  -- as sent; json, since nothing searches inside
    PRIMARY KEY (assignment_id, executed_at)
) PARTITION BY RANGE (executed_at);

CREATE TABLE assignment_states (
    assignment_id bigint PRIMARY KEY REFERENCES assignments ON DELETE CASCADE,
    -- facts of the job, kept by the services that change them, so that ingest joins nothing
    node_id bigint NOT NULL REFERENCES nodes ON DELETE CASCADE,
    object_path integer[] NOT NULL,
    is_primary boolean NOT NULL,
    is_enabled boolean NOT NULL,
    stale_limit_seconds integer NOT NULL CHECK (stale_limit_seconds > 0),
    stale_limit_source text NOT NULL,           -- interval, constant, or type:<id> of the node type it was inherited from
    -- the newest result
    executed_at timestamptz,
    effective_at timestamptz,                   -- the earlier of executed_at and received_at: results are compared by it
    is_available boolean,
    check_success boolean,
    has_clock_fault boolean NOT NULL DEFAULT false,
    message text,                               -- why it is not good, from the result that changed the state
    last_good_at timestamptz,                   -- effective_at of the last good result before a state that is not good
    -- staleness
    is_stale boolean NOT NULL DEFAULT false,
    stale_after timestamptz,                    -- moves with every result, hence no index
    sweep_at timestamptz                        -- when the sweep looks next; at or before stale_after
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX assignment_states_node_id_idx ON assignment_states (node_id);
CREATE INDEX assignment_states_sweep_at_idx ON assignment_states (sweep_at) WHERE sweep_at IS NOT NULL;

CREATE TABLE node_states (
    node_id bigint PRIMARY KEY REFERENCES nodes ON DELETE CASCADE,
    status text NOT NULL DEFAULT 'unknown' CHECK (status IN ('available', 'warning', 'unavailable', 'unknown')),
    status_reason json NOT NULL DEFAULT '{"rule": "no_data"}',
    is_outdated boolean NOT NULL DEFAULT false, -- a job that decides is stale
    has_clock_fault boolean NOT NULL DEFAULT false,
    since timestamptz NOT NULL DEFAULT now(),
    rev bigint NOT NULL DEFAULT 0,              -- live_revision of the last visible change
    is_primary_only boolean NOT NULL DEFAULT false -- fact of the node's type: status_scope = primary
) WITH (fillfactor = 80);
CREATE INDEX node_states_rev_idx ON node_states (rev);
CREATE INDEX node_states_trouble_idx ON node_states (status, since) WHERE status <> 'available';

CREATE SEQUENCE journal_id_seq AS bigint;       -- of transitions and events alike: the journal shows both
CREATE TABLE status_changes (
    id bigint PRIMARY KEY DEFAULT nextval('journal_id_seq'),
    node_id bigint NOT NULL,                    -- no foreign key: written under the lock of the node's state row only
    old_status text NOT NULL,
    new_status text NOT NULL,
    status_reason json NOT NULL,
    changed_at timestamptz NOT NULL,            -- when it was so
    recorded_at timestamptz NOT NULL,           -- when it became known
    rev bigint NOT NULL                         -- live_revision of the change
);
CREATE INDEX status_changes_node_id_idx ON status_changes (node_id, changed_at DESC, id DESC);

CREATE TABLE events (
    id bigint PRIMARY KEY DEFAULT nextval('journal_id_seq'),
    event_time timestamptz NOT NULL DEFAULT now(),
    event_type varchar(50) NOT NULL,
    severity varchar(10) NOT NULL CHECK (severity IN ('INFO', 'WARN', 'ERROR', 'CRITICAL')),
    message text NOT NULL,
    source varchar(100),
    object_id integer,
    node_id bigint REFERENCES nodes ON DELETE SET NULL,
    assignment_id bigint,                       -- may be retired
    node_check_id bigint,                       -- results end with their retention
    related_entity varchar(50),
    related_entity_id text,
    details json
);
CREATE INDEX events_node_id_idx ON events (node_id, id DESC) WHERE node_id IS NOT NULL;

CREATE VIEW journal AS -- events, and transitions as events; the last three columns only of transitions
SELECT e.id, e.event_time, e.event_type, e.severity, e.message, e.source, e.object_id, e.node_id, e.assignment_id,
       e.node_check_id, e.related_entity, e.related_entity_id, e.details, n.name AS node_name,
       NULL AS old_status, NULL AS new_status, NULL AS reason_message
  FROM events e
  LEFT JOIN nodes n ON n.id = e.node_id
 UNION ALL
SELECT c.id, c.changed_at, 'NODE_STATUS_CHANGED',
       CASE c.new_status WHEN 'available' THEN 'INFO' WHEN 'unavailable' THEN 'ERROR' ELSE 'WARN' END,
       n.name || ': ' || c.old_status || ' → ' || c.new_status, 'status', s.object_id, c.node_id,
       (c.status_reason ->> 'assignment_id')::bigint, NULL, NULL, NULL,
       json_build_object('old_status', c.old_status, 'new_status', c.new_status, 'reason', c.status_reason), n.name,
       c.old_status, c.new_status, c.status_reason ->> 'message'
  FROM status_changes c
  JOIN nodes n ON n.id = c.node_id
  JOIN subdivisions s ON s.id = n.parent_subdivision_id;
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)

"""Users, their sessions, counted sign-in attempts and the audit log."""

from alembic import op

revision = "0003"
down_revision = "0002"

SQL = """
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    username varchar(80) NOT NULL,
    password_hash varchar(255) NOT NULL,        -- argon2id
    role text NOT NULL DEFAULT 'viewer' CHECK (role IN ('viewer', 'operator', 'admin')),
    is_active boolean NOT NULL DEFAULT true,
    must_change_password boolean NOT NULL DEFAULT false,
    language text CHECK (language IN ('ru', 'en')),
    theme text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark')),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_login_at timestamptz
);
CREATE UNIQUE INDEX users_username_key ON users (lower(username));

CREATE TABLE user_sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32), -- SHA-256 of the cookie
    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE,
    csrf_token text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    address text,
    user_agent text
);
CREATE INDEX user_sessions_user_id_idx ON user_sessions (user_id);
CREATE INDEX user_sessions_expires_at_idx ON user_sessions (expires_at);

-- Failed sign-ins. One row per account, per address and per pair, told apart by what is empty.
CREATE TABLE login_attempts (
    account text NOT NULL DEFAULT '',
    address text NOT NULL DEFAULT '',
    failed_count integer NOT NULL,
    last_failed_at timestamptz NOT NULL,
    PRIMARY KEY (account, address)
);
CREATE INDEX login_attempts_last_failed_at_idx ON login_attempts (last_failed_at);

CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,                        -- user:<name>, key:<id> or command line
    action text NOT NULL,                       -- create, update, delete, rotate, sign_in, ...
    entity text NOT NULL,
    entity_id text,
    before json,
    after json,
    address text
);
CREATE INDEX audit_log_entity_idx ON audit_log (entity, entity_id, id DESC);
"""


def upgrade() -> None:
    op.get_bind().exec_driver_sql(SQL)

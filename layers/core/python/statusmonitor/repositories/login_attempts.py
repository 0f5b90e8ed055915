"""Failed sign-ins, counted per account, per address and per pair of both."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from psycopg2.extras import RealDictCursor

from statusmonitor.domain.lockout import Failures, Scope

# The key of each scope is told by what is empty. Rows are taken in the order of their keys, so that no two attempts
# wait for each other; and they stay locked until the attempt is counted, so that parallel guesses are one after another.
LOCK = """
    INSERT INTO login_attempts AS l (account, address, failed_count, last_failed_at)
    SELECT account, address, 0, %(now)s::timestamptz
      FROM (VALUES ('', %(address)s), (%(account)s, ''), (%(account)s, %(address)s)) AS k (account, address)
     ORDER BY account, address
        ON CONFLICT (account, address) DO UPDATE
           SET failed_count = CASE WHEN l.last_failed_at < %(now)s::timestamptz - %(memory)s::interval THEN 0 ELSE l.failed_count END
    RETURNING account, address, failed_count, last_failed_at
"""

COUNT = """
    UPDATE login_attempts
       SET failed_count = failed_count + 1, last_failed_at = %(now)s
     WHERE (account, address) IN (('', %(address)s), (%(account)s, ''), (%(account)s, %(address)s))
"""

TAKE_BACK = """
    UPDATE login_attempts SET failed_count = GREATEST(failed_count - 1, 0) WHERE account = '' AND address = %(address)s
"""

FORGIVE = """
    WITH forgiven AS MATERIALIZED (
        SELECT account, address FROM login_attempts
         WHERE account = %(account)s AND address IN ('', %(address)s)
         ORDER BY account, address
           FOR UPDATE
    )
    DELETE FROM login_attempts l USING forgiven f WHERE (l.account, l.address) = (f.account, f.address)
"""

DELETE_OLD = """
    WITH old AS MATERIALIZED (
        SELECT account, address FROM login_attempts
         WHERE last_failed_at < now() - %(memory)s::interval
           FOR UPDATE SKIP LOCKED
    )
    DELETE FROM login_attempts l USING old o WHERE (l.account, l.address) = (o.account, o.address)
"""

# An address this account has signed in from before, by the audit log.
IS_KNOWN_ADDRESS = """
    SELECT EXISTS (
        SELECT FROM audit_log a
          JOIN users u ON a.entity = 'user' AND a.entity_id = u.id::text
         WHERE lower(u.username) = %(account)s AND a.action = 'sign_in' AND a.address = %(address)s
    ) AS is_known
"""


def lock(cur: RealDictCursor, account: str, address: str, *, now: datetime, memory: timedelta) -> Mapping[Scope, Failures]:
    """Return the failures of each scope that are not older than `memory`, locked until the transaction ends."""
    cur.execute(LOCK, {"account": account, "address": address, "now": now, "memory": memory})
    return {_scope(row["account"], row["address"]): Failures(row["failed_count"], row["last_failed_at"]) for row in cur}


def count(cur: RealDictCursor, account: str, address: str, *, now: datetime) -> None:
    """Count an attempt as failed, before it is known how it ends."""
    cur.execute(COUNT, {"account": account, "address": address, "now": now})


def forgive(cur: RealDictCursor, account: str, address: str) -> None:
    """Forget what was counted for the account, and take the attempt that succeeded back from its address."""
    cur.execute(TAKE_BACK, {"address": address})
    cur.execute(FORGIVE, {"account": account, "address": address})


def delete_old(cur: RealDictCursor, *, memory: timedelta) -> None:
    cur.execute(DELETE_OLD, {"memory": memory})


def is_known_address(cur: RealDictCursor, account: str, address: str) -> bool:
    """Tell whether this account has signed in from this address before."""
    cur.execute(IS_KNOWN_ADDRESS, {"account": account, "address": address})
    row = cur.fetchone()
    return bool(row and row["is_known"])


def _scope(account: str, address: str) -> Scope:
    if account and address:
        return Scope.PAIR
    return Scope.ACCOUNT if account else Scope.ADDRESS

"""The poll that every open page makes: a 204 from the pages' handler when nothing is new."""

import secrets
from typing import Any
from urllib.parse import urlencode

from bench.fleet import copy_of_fleet
from bench.measure import Figure, median_ms
from bench.server import LOOPBACK, Server, use_database

RUNS = 500
PATH = "/ui/live"


def live_204_ms(server: Server) -> Figure:
    url = copy_of_fleet(server)
    use_database(url)
    from functions.ui.app import lambda_handler
    from statusmonitor.services.live import poll

    with server.database(url) as cur:
        cur.execute("SELECT rev, struct FROM live_revision")
        rev, struct = cur.fetchone()
    event = request(session_cookie(), {"since": rev, "struct": struct})
    value = median_ms(lambda: expect_nothing_new(lambda_handler(event, None)), RUNS)
    service = median_ms(lambda: poll(rev, struct), RUNS)
    use_database("")
    return Figure(
        value, "ms", f"GET {PATH} in the pages' handler, session checked; services.live.poll alone {service:.2f}", at_most=1
    )


def session_cookie() -> str:
    from statusmonitor.http.auth import session_cookie_name
    from statusmonitor.services import sessions, users

    password = secrets.token_urlsafe()
    users.create_user("benchmark", password)
    return f"{session_cookie_name()}={sessions.sign_in('benchmark', password, address=LOOPBACK, user_agent='bench').token}"


def request(cookie: str, query: dict[str, int]) -> dict[str, Any]:
    """Return the event of the poll as API Gateway sends it."""
    http = {"method": "GET", "path": PATH, "protocol": "HTTP/1.1", "sourceIp": LOOPBACK, "userAgent": "bench"}
    return {
        "version": "2.0",
        "routeKey": "ANY /{proxy+}",
        "rawPath": PATH,
        "rawQueryString": urlencode(query),
        "queryStringParameters": {name: str(value) for name, value in query.items()},
        "headers": {"host": "localhost", "accept": "application/json"},
        "cookies": [cookie],
        "requestContext": {"http": http, "domainName": "localhost", "stage": "$default", "requestId": "bench"},
        "isBase64Encoded": False,
    }


def expect_nothing_new(answer: dict[str, Any]) -> None:
    if answer["statusCode"] != 204:
        raise RuntimeError(f"the poll answered {answer['statusCode']}: {answer.get('body')}")

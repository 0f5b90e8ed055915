"""The local gateway: a WSGI application that does for the functions what API Gateway's HTTP API does on AWS.

It reads the routes of template.yaml, builds the event (payload format 2.0), calls the handler in this process and
turns its answer back. Not imitated: the limits of 6 MB and 30 seconds, throttling, authorizers, CORS settings, access
logs, stages other than $default, answers without a statusCode, and the one request at a time that a Lambda process
serves. `sam local start-api` remains the second check.

Its own: HEAD is answered like GET, without the body.
"""

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse

from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, Map, Rule
from werkzeug.routing.exceptions import RequestRedirect

from infra.local.client_address import ClientAddress, plain_peer
from infra.local.http_answer import Answer, answer_of, error_answer
from infra.local.http_event import add_body, build_event, decoded_path
from infra.local.request_body import BodyReader
from infra.local.template_routes import Route
from statusmonitor.errors import MonitorError, NotFoundError

log = logging.getLogger(__name__)

ANY = "ANY"
Handler = Callable[[dict[str, Any], Any], Mapping[str, Any]]


class GreedyConverter(BaseConverter):
    """`{proxy+}`: one character or more, slashes too."""

    regex = ".+"
    weight = 1000
    part_isolating = False


@dataclass(frozen=True, slots=True)
class Target:
    route: Route
    handler: Handler


@dataclass(frozen=True, slots=True)
class Context:
    """The part of a Lambda context that handlers read."""

    function_name: str
    aws_request_id: str
    memory_limit_in_mb: int = 512
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:local:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        return 30_000


class RouteTable:
    """Finds the route of a request: exact paths by one look-up, the others by werkzeug's map, most specific first."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._exact: dict[tuple[str, str], Target] = {}
        rules: list[Rule] = []
        for target in targets:
            route = target.route
            if "{" in route.path:
                rules.append(Rule(_rule_text(route.path), methods=_methods(route), endpoint=target))
            else:
                self._exact[route.method, route.path] = target
        patterns = Map(
            rules, strict_slashes=True, merge_slashes=False, redirect_defaults=False, converters={"greedy": GreedyConverter}
        )
        self._patterns = patterns.bind("gateway")

    def find(self, method: str, path: str) -> tuple[Target, Mapping[str, str]]:
        """Return the target and the path's variables.

        Raises:
            NotFoundError: no route fits.
        """
        target = self._exact.get((method, path)) or self._exact.get((ANY, path))
        if target:
            return target, {}
        try:
            return self._patterns.match(path, method)
        except (HTTPException, RequestRedirect):
            raise NotFoundError("There is nothing at this address.") from None


class Gateway:
    def __init__(self, table: RouteTable, bodies: BodyReader, clients: ClientAddress) -> None:
        self._table = table
        self._bodies = bodies
        self._clients = clients

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        is_head = environ["REQUEST_METHOD"] == "HEAD"
        if is_head:
            environ["REQUEST_METHOD"] = "GET"
        answer = self._answer(environ)
        answer.headers.append(("content-length", str(len(answer.body))))
        start_response(answer.status, answer.headers)
        return [] if is_head else [answer.body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        try:
            return self._call(environ)
        except MonitorError as error:
            return error_answer(error)
        except Exception:
            log.exception("%s %r failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return error_answer(MonitorError("Something went wrong here; the server's log says what."))

    def _call(self, environ: dict[str, Any]) -> Answer:
        target, variables = self._table.find(environ["REQUEST_METHOD"], decoded_path(environ))
        peer = plain_peer(environ["REMOTE_ADDR"])
        event = build_event(environ, target.route, variables, self._clients.of(peer, environ))
        if self._clients.is_proxy(peer) and (scheme := environ.get("HTTP_X_FORWARDED_PROTO")):
            event["headers"]["x-forwarded-proto"] = scheme
        if body := self._bodies.read(environ):
            add_body(event, body)
        context = Context(target.route.function, event["requestContext"]["requestId"])
        return answer_of(target.handler(event, context))


def load_targets(routes: Iterable[Route]) -> list[Target]:
    """Import the handler of every route, each module once.

    Raises:
        ImportError, AttributeError: a handler is not where the template says.
    """
    targets = []
    for route in routes:
        module, _, name = route.handler.rpartition(".")
        targets.append(Target(route, getattr(importlib.import_module(module), name)))
    return targets


def _rule_text(path: str) -> str:
    """`/a/{id}/{proxy+}` as werkzeug writes it: `/a/<id>/<greedy:proxy>`."""
    words = path.replace("<", "").split("/")
    return "/".join(_rule_word(word) for word in words)


def _rule_word(word: str) -> str:
    if not word.startswith("{"):
        return word
    name = word.strip("{}")
    return f"<greedy:{name[:-1]}>" if name.endswith("+") else f"<{name}>"


def _methods(route: Route) -> list[str] | None:
    return None if route.method == ANY else [route.method]

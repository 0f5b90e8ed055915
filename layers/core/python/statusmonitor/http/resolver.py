"""The one resolver class of the API functions: safe under threads, one error body for every error."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, NamedTuple

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError as RouteNotFoundError

from statusmonitor.errors import MethodNotAllowedError, MonitorError, NotFoundError

logger = logging.getLogger(__name__)

JSON_TYPE = "application/json; charset=utf-8"  # PowerShell 5.1 reads an answer without the charset as Latin-1
_encode = msgspec.json.Encoder().encode


class _Request(NamedTuple):
    event: Any
    context: Any
    values: dict[str, Any]


_request: ContextVar[_Request] = ContextVar("request")


class IsolatedResolver(APIGatewayHttpResolver):
    """The powertools resolver with its request kept per thread.

    The original keeps event and context on the class: under a threaded server one request answers with the event of
    another. Held by tests/integration/http/test_resolver_threads.py; raise the version of powertools only with it.
    """

    @property
    def current_event(self) -> Any:
        return _request.get().event

    @current_event.setter
    def current_event(self, _value: Any) -> None:
        raise AttributeError("the event is set by resolve() only")

    @property
    def lambda_context(self) -> Any:
        return _request.get().context

    @lambda_context.setter
    def lambda_context(self, _value: Any) -> None:
        raise AttributeError("the context is set by resolve() only")

    @property
    def context(self) -> dict[str, Any]:
        request = _request.get(None)
        return self.__dict__.setdefault("_outside", {}) if request is None else request.values

    @context.setter
    def context(self, value: dict[str, Any]) -> None:
        self.__dict__["_outside"] = value

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        # API Gateway sends names of headers in lower case; `sam local` keeps the client's spelling.
        headers = {name.lower(): value for name, value in event["headers"].items()}
        token = _request.set(_Request(self._to_proxy_event({**event, "headers": headers}), context, {}))
        try:
            return self._build_response(self._resolve())
        except MonitorError as error:  # raised outside a route
            return _as_dict(error_answer(error))
        except Exception:
            logger.exception("unexpected error in %s", event.get("rawPath"))
            return _as_dict(error_answer(MonitorError("unexpected error; the server's log has the details")))
        finally:
            _request.reset(token)

    def _build_response(self, response_builder: Any) -> dict[str, Any]:
        """Answer as it is: the original parses all headers again to look for compression and CORS, which have no use here."""
        response = response_builder.response
        if isinstance(response.body, str):
            return _as_dict(response)
        return super()._build_response(response_builder)


def create_api(**options: Any) -> IsolatedResolver:
    """Return a resolver with the project's error handlers; every function has its own."""
    api = IsolatedResolver(**options)

    @api.exception_handler(MonitorError)  # type: ignore[untyped-decorator]
    def answer_error(error: MonitorError) -> Response[Any]:
        return error_answer(error)

    @api.exception_handler(Exception)  # type: ignore[untyped-decorator]
    def answer_unexpected(error: Exception) -> Response[Any]:
        logger.error("unexpected error", exc_info=error)
        return error_answer(MonitorError("unexpected error; the server's log has the details"))

    @api.not_found
    def answer_not_found(_error: RouteNotFoundError) -> Response[Any]:
        return error_answer(_no_route(api))

    return api


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response[Any]:
    """Return `data` as a JSON answer."""
    return Response(status_code=status, content_type=JSON_TYPE, body=_encode(data).decode(), headers=dict(headers or {}))


def no_content() -> Response[Any]:
    return Response(status_code=204, body="")


def error_answer(error: MonitorError) -> Response[Any]:
    """Return the contract's error body; `details` only when there are any."""
    body: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.details:
        body["details"] = error.details
    seconds = getattr(error, "retry_after_seconds", None)
    return answer({"error": body}, error.status, {"Retry-After": str(seconds)} if seconds else None)


def _no_route(api: IsolatedResolver) -> MonitorError:
    path = api.current_event.path
    routes = [*api._static_routes, *api._dynamic_routes]  # noqa: SLF001 - the library has no public list
    if any(route.rule.match(path) for route in routes):
        return MethodNotAllowedError("this address does not take this method")
    return NotFoundError("there is no such address")


def _as_dict(response: Response[Any]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": {name: str(value) for name, value in response.headers.items()},
        "body": response.body,
        "isBase64Encoded": False,
    }

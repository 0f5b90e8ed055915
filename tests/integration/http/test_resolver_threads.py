"""The regression test of `IsolatedResolver`: under threads every answer is made from its own request.

The library keeps the current request on the class, which is right on Lambda only. Raise its version only with this test.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.api_gateway import Router

from statusmonitor.errors import NotFoundError
from statusmonitor.http.resolver import IsolatedResolver, answer, create_api
from tests.http_events import http_event

THREADS = 8
CALLS = 400


def echo_api(*, enable_validation: bool, new_api=create_api) -> IsolatedResolver:
    """An API whose handlers wait, so that requests overlap, and then answer what their request said."""
    api = new_api(enable_validation=enable_validation) if enable_validation else new_api()
    router = Router()

    @api.post("/own")
    def own():
        time.sleep(0.001)
        return answer(said(api))

    @api.post("/own/<name>")
    def named(name: str):
        time.sleep(0.001)
        return answer(said(api) | {"name": name})

    @router.post("/routed/<name>")
    def routed(name: str):
        time.sleep(0.001)
        return answer(said(router) | {"name": name})

    @router.post("/failing/<name>")
    def failing(name: str):
        time.sleep(0.001)
        raise NotFoundError(name, **said(router))

    @router.post("/context/<name>")
    def context(name: str):
        router.append_context(name=name)
        time.sleep(0.001)
        return answer(said(router) | {"name": router.context.get("name")})

    api.include_router(router)
    return api


def said(app) -> dict:
    """What the request of `app` says of itself: in its body, its query and its Lambda context."""
    event = app.current_event
    return {
        "body": json.loads(event.raw_event["body"])["n"],
        "query": event.raw_event["queryStringParameters"]["n"],
        "lambda": app.lambda_context.aws_request_id,
    }


def ask(api, path: str, number: int) -> dict:
    event = http_event("POST", path, body={"n": number}, query={"n": number})
    raw = api.resolve(event, SimpleNamespace(aws_request_id=str(number)))
    return {"status": raw["statusCode"], **json.loads(raw["body"])}


def ask_from_threads(api, path: str) -> list[tuple[dict, dict]]:
    """Return pairs of (what must be answered, what was) of many requests at once; `{n}` in the path is the number."""

    def one(number: int):
        own = {"body": number, "query": str(number), "lambda": str(number)}
        return own, ask(api, path.replace("{n}", f"x{number}"), number)

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(CALLS)))


@pytest.mark.parametrize("enable_validation", [False, True], ids=["plain", "validating"])
@pytest.mark.parametrize("path", ["/own", "/own/{n}", "/routed/{n}", "/context/{n}"])
def test_every_answer_is_made_from_its_own_request(path, enable_validation):
    api = echo_api(enable_validation=enable_validation)

    answers = ask_from_threads(api, path)

    for own, got in answers:
        name = {"name": f"x{own['body']}"} if "{n}" in path else {}
        assert got == {"status": 200, **own, **name}


@pytest.mark.parametrize("enable_validation", [False, True], ids=["plain", "validating"])
def test_every_error_is_that_of_its_own_request(enable_validation):
    answers = ask_from_threads(echo_api(enable_validation=enable_validation), "/failing/{n}")

    for own, got in answers:
        assert got == {"status": 404, "error": {"code": "NOT_FOUND", "message": f"x{own['body']}", "details": own}}


def test_an_unknown_address_and_a_wrong_method_are_told_apart_under_threads():
    api = echo_api(enable_validation=False)

    def one(number: int):
        if number % 2:
            return ask(api, f"/nowhere/{number}", number)["status"]
        return api.resolve(http_event("GET", "/own"), None)["statusCode"]

    with ThreadPoolExecutor(THREADS) as pool:
        statuses = list(pool.map(one, range(CALLS)))

    assert statuses == [404 if number % 2 else 405 for number in range(CALLS)]


def test_two_apis_in_one_process_do_not_mix():
    first, second = echo_api(enable_validation=False), echo_api(enable_validation=False)

    def one(number: int):
        return ask(first if number % 2 else second, f"/routed/{number}", number)["body"]

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(one, range(CALLS))) == list(range(CALLS))


def test_the_library_alone_would_mix_them():
    """Once this fails the library isolates requests itself, and the subclass may go."""
    api = echo_api(enable_validation=False, new_api=APIGatewayHttpResolver)

    answers = ask_from_threads(api, "/own")

    assert any(own["body"] != got.get("body") for own, got in answers)

"""The gateway as a WSGI application: what a function is sent, and what becomes of its answer."""

import base64
import io
import json

import pytest

from infra.local.client_address import ClientAddress
from infra.local.gateway import Gateway, RouteTable, Target, load_targets
from infra.local.request_body import BodyReader
from infra.local.template_routes import Route
from statusmonitor.errors import DatabaseUnavailableError

LIMIT_BYTES = 1000


def echo(event, context):
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(event),
        "cookies": ["a=1", "b=2"],
    }


def named(name):
    def handler(event, context):
        return {"statusCode": 200, "body": f"{name} {event.get('pathParameters', {})}"}

    return handler


def answering(answer):
    def handler(event, context):
        return answer

    return handler


def tell_method(event, context):
    return {"statusCode": 200, "body": event["requestContext"]["http"]["method"]}


@pytest.fixture
def call():
    """Send a request through a gateway that has one `handler` for everything, and return status, headers and body."""

    def call(handler=echo, *, trusted=(), limit_bytes=LIMIT_BYTES, targets=None, **request):
        found = targets or [Target(Route("ANY", "/", "", "F"), handler), Target(Route("ANY", "/{proxy+}", "", "F"), handler)]
        gateway = Gateway(RouteTable(found), BodyReader(slots=2, limit_bytes=limit_bytes), ClientAddress(frozenset(trusted)))
        seen = {}
        body = gateway(environ(**request), lambda status, headers: seen.update(status=int(status[:3]), headers=headers))
        return seen["status"], seen["headers"], b"".join(body)

    return call


def environ(method="GET", path="/", query="", body=b"", peer="203.0.113.5", **headers):
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_PORT": "48030",
        "REMOTE_ADDR": peer,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **({"CONTENT_LENGTH": str(len(body))} if body else {}),
        **headers,
    }


def event_of(answer):
    return json.loads(answer[2])


def test_the_event_has_the_form_of_payload_2(call):
    event = event_of(call(method="POST", path="/a/b", query="x=1&x=2&y=&z=%D0%B9", HTTP_X_API_KEY="k", HTTP_COOKIE="s=1; t=2"))

    assert event["version"] == "2.0"
    assert event["routeKey"] == "ANY /{proxy+}"
    assert event["rawPath"] == "/a/b"
    assert event["rawQueryString"] == "x=1&x=2&y=&z=%D0%B9"
    assert event["queryStringParameters"] == {"x": "1,2", "y": "", "z": "й"}
    assert event["pathParameters"] == {"proxy": "a/b"}
    assert event["cookies"] == ["s=1", "t=2"]
    assert event["headers"]["x-api-key"] == "k"
    assert "cookie" not in event["headers"]
    context = event["requestContext"]
    assert context["stage"] == "$default"
    assert context["http"] == {
        "method": "POST",
        "path": "/a/b",
        "protocol": "HTTP/1.1",
        "sourceIp": "203.0.113.5",
        "userAgent": "",
    }
    assert abs(context["timeEpoch"]) > 1_600_000_000_000


def test_what_was_not_sent_is_left_out(call):
    event = event_of(call())

    assert {"body", "cookies", "queryStringParameters", "pathParameters"}.isdisjoint(event)
    assert event["isBase64Encoded"] is False


def test_every_request_has_a_number_of_its_own(call):
    numbers = {event_of(call())["requestContext"]["requestId"] for _ in range(3)}

    assert len(numbers) == 3


@pytest.mark.parametrize(
    ("content_type", "body", "is_text"),
    [
        pytest.param("application/json; charset=utf-8", '{"имя":1}'.encode(), True, id="json"),
        pytest.param("application/x-www-form-urlencoded", b"a=1", True, id="form"),
        pytest.param("TEXT/CSV", b"a;b", True, id="text"),
        pytest.param("application/vnd.x+json", b"{}", True, id="a kind of json"),
        pytest.param("application/json", b'{"a":"\xff"}', False, id="json that is not UTF-8"),
        pytest.param("application/octet-stream", b"\x00\x01", False, id="bytes"),
        pytest.param("", b"text?", False, id="no type"),
    ],
)
def test_text_arrives_as_text_and_bytes_as_base64(call, content_type, body, is_text):
    event = event_of(call(method="POST", body=body, CONTENT_TYPE=content_type))

    assert event["isBase64Encoded"] is not is_text
    assert (event["body"].encode() if is_text else base64.b64decode(event["body"])) == body


def test_the_path_arrives_decoded(call):
    path = "/узлы/a b".encode().decode("latin-1")  # as WSGI has it

    assert event_of(call(path=path))["rawPath"] == "/узлы/a b"


def test_a_path_that_is_no_utf8_is_answered(call):
    assert event_of(call(path="/\xff"))["rawPath"] == "/�"


def test_the_answer_keeps_its_headers_and_cookies(call):
    status, headers, body = call()

    assert status == 200
    assert ("content-type", "application/json") in headers
    assert [value for name, value in headers if name == "set-cookie"] == ["a=1", "b=2"]
    assert ("content-length", str(len(body))) in headers


def test_a_binary_answer_is_decoded(call):
    answer = {"statusCode": 200, "body": base64.b64encode(b"\x89PNG").decode(), "isBase64Encoded": True}

    assert call(answering(answer))[2] == b"\x89PNG"


def test_an_answer_may_have_no_body(call):
    assert call(answering({"statusCode": 204}))[::2] == (204, b"")


def test_head_is_answered_like_get_without_the_body(call):
    status, headers, body = call(tell_method, method="HEAD")

    assert (status, body) == (200, b"")
    assert ("content-length", "3") in headers


@pytest.mark.parametrize(
    "answer", [None, {}, {"statusCode": 99}, {"statusCode": "x"}, {"statusCode": 1000}, {"statusCode": 200, "body": 5}]
)
def test_an_answer_that_is_none_is_an_error_of_the_server(call, answer, caplog):
    status, _, body = call(answering(answer))

    assert status == 500
    assert json.loads(body)["error"]["code"] == "INTERNAL_SERVER_ERROR"


def test_a_failing_handler_is_logged_and_tells_the_client_nothing(call, caplog):
    def fail(event, context):
        raise RuntimeError("password=hunter2")

    status, headers, body = call(fail)

    assert status == 500
    assert ("content-type", "application/json; charset=utf-8") in headers
    assert json.loads(body)["error"]["code"] == "INTERNAL_SERVER_ERROR"
    assert b"hunter2" not in body
    assert "hunter2" in caplog.text


def test_an_error_of_ours_keeps_its_status_and_says_when_to_try_again(call):
    def unavailable(event, context):
        raise DatabaseUnavailableError("later")

    status, headers, body = call(unavailable)

    assert (status, json.loads(body)["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert ("retry-after", "5") in headers


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        pytest.param("GET", "/", b"root {}", id="root"),
        pytest.param("POST", "/api/v1/checks", b"checks {}", id="exact"),
        pytest.param("GET", "/api/v1/checks", b"api {'proxy': 'checks'}", id="exact path, other method"),
        pytest.param("GET", "/api/v1/objects/7/config", b"config {'id': '7'}", id="variable"),
        pytest.param("POST", "/api/v1/objects/7/config", b"api {'proxy': 'objects/7/config'}", id="variable, other method"),
        pytest.param("GET", "/api/v1/objects/7/config/", b"api {'proxy': 'objects/7/config/'}", id="a slash more"),
        pytest.param("DELETE", "/api/v1/nodes/1", b"api {'proxy': 'nodes/1'}", id="greedy, more specific"),
        pytest.param("GET", "/nodes/1", b"pages {'proxy': 'nodes/1'}", id="greedy"),
        pytest.param("GET", "//x//y", b"pages {'proxy': 'x//y'}", id="double slashes"),
        pytest.param("PUT", "/", None, id="root, other method"),
        pytest.param("PUT", "/nodes/1", None, id="no route"),
    ],
)
def test_the_most_specific_route_wins(call, method, path, expected):
    routes = {
        "pages": ("GET", "/{proxy+}"),
        "root": ("GET", "/"),
        "api": ("ANY", "/api/v1/{proxy+}"),
        "config": ("GET", "/api/v1/objects/{id}/config"),
        "checks": ("POST", "/api/v1/checks"),
    }
    targets = [Target(Route(verb, pattern, "", name), named(name)) for name, (verb, pattern) in routes.items()]

    status, _, body = call(targets=targets, method=method, path=path)

    if expected is None:
        assert (status, json.loads(body)["error"]["code"]) == (404, "NOT_FOUND")
    else:
        assert (status, body) == (200, expected)


class Unreadable:
    def read(self, _size):
        raise AssertionError("nobody may read this body")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param({"CONTENT_LENGTH": str(LIMIT_BYTES + 1)}, (413, "REQUEST_ENTITY_TOO_LARGE"), id="one byte too many"),
        pytest.param({"CONTENT_LENGTH": "9" * 12}, (413, "REQUEST_ENTITY_TOO_LARGE"), id="far too many"),
        pytest.param({"CONTENT_LENGTH": "9" * 13}, (400, "BAD_REQUEST"), id="absurd"),
        pytest.param({"CONTENT_LENGTH": "-1"}, (400, "BAD_REQUEST"), id="negative"),
        pytest.param({"CONTENT_LENGTH": "5, 5"}, (400, "BAD_REQUEST"), id="two lengths"),
        pytest.param({"CONTENT_LENGTH": "٣"}, (400, "BAD_REQUEST"), id="another script's digits"),
    ],
)
def test_a_bad_length_is_refused_without_reading(call, headers, expected):
    status, _, body = call(method="POST", **{"wsgi.input": Unreadable(), **headers})

    assert (status, json.loads(body)["error"]["code"]) == expected


def test_a_body_of_just_the_limit_is_taken(call):
    assert call(method="POST", body=b"x" * LIMIT_BYTES)[0] == 200


def test_a_chunked_body_is_bounded(call):
    chunked = {"HTTP_TRANSFER_ENCODING": "chunked"}

    taken = call(method="POST", **{"wsgi.input": io.BytesIO(b"x" * LIMIT_BYTES), **chunked})
    refused = call(method="POST", **{"wsgi.input": io.BytesIO(b"x" * (LIMIT_BYTES + 1)), **chunked})

    assert taken[0] == 200
    assert refused[0] == 413


def test_a_body_that_ends_early_is_refused(call):
    status, _, body = call(method="POST", **{"wsgi.input": io.BytesIO(b"half"), "CONTENT_LENGTH": "8"})

    assert (status, json.loads(body)["error"]["code"]) == (400, "BAD_REQUEST")


def test_too_many_query_parameters_are_refused(call):
    assert call(query="&".join(["x=1"] * 1001))[0] == 400


@pytest.mark.parametrize(
    ("peer", "chain", "expected"),
    [
        pytest.param("203.0.113.5", "198.51.100.1", "203.0.113.5", id="hearsay of a client"),
        pytest.param("10.0.0.1", "198.51.100.1", "198.51.100.1", id="a trusted proxy"),
        pytest.param("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1", id="a chain of proxies"),
        pytest.param("10.0.0.1", "<script>", "10.0.0.1", id="no address"),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="a proxy that says nothing"),
        pytest.param("::ffff:203.0.113.5", "", "203.0.113.5", id="IPv4 on a dual-stack socket"),
    ],
)
def test_the_client_is_whom_a_trusted_proxy_names(call, peer, chain, expected):
    headers = {"HTTP_X_FORWARDED_FOR": chain} if chain else {}

    event = event_of(call(trusted=("10.0.0.1", "10.0.0.2"), peer=peer, **headers))

    assert event["requestContext"]["http"]["sourceIp"] == expected
    assert event["headers"]["x-forwarded-for"] == expected


def test_forwarding_headers_of_a_client_do_not_reach_the_function(call):
    headers = event_of(call(HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_HOST="evil", HTTP_FORWARDED="for=1.1.1.1"))[
        "headers"
    ]

    assert headers["x-forwarded-proto"] == "http"
    assert {"x-forwarded-host", "forwarded"}.isdisjoint(headers)


def test_a_trusted_proxy_names_the_scheme(call):
    headers = event_of(call(trusted=("10.0.0.1",), peer="10.0.0.1", HTTP_X_FORWARDED_PROTO="https"))["headers"]

    assert headers["x-forwarded-proto"] == "https"


def test_handlers_are_imported_by_name():
    targets = load_targets([Route("GET", "/", "json.dumps", "F")])

    assert targets[0].handler is json.dumps


def test_a_handler_that_is_not_there_stops_the_start():
    with pytest.raises(ModuleNotFoundError):
        load_targets([Route("GET", "/", "functions.nowhere.app.lambda_handler", "F")])

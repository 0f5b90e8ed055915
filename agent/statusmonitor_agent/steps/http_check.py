"""HTTP_CHECK: does a web server answer, with the right status and content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

from statusmonitor_agent.step_type import Parameter, ResultField, StepContext, StepOutcome, StepType, target_of, unavailable

if TYPE_CHECKING:
    from statusmonitor_agent.http_fetch import Answer, Request

SAMPLE_LENGTH = 2048
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


def url_of(parameters: Mapping[str, Any], context: StepContext) -> str:
    """Return the URL given, or one on the node itself.

    Raises:
        ValueError: there is neither a URL nor an address.
    """
    if parameters["url"]:
        return str(parameters["url"])
    host = target_of({}, context)
    port = f":{parameters['port']}" if parameters["port"] else ""
    path = parameters["path"] if parameters["path"].startswith("/") else "/" + parameters["path"]
    return f"{'https' if parameters['tls'] else 'http'}://{f'[{host}]' if ':' in host else host}{port}{path}"


def _request(parameters: Mapping[str, Any], context: StepContext) -> Request:
    from statusmonitor_agent.http_fetch import Request, basic_auth

    headers = {name: str(value) for name, value in (parameters["headers"] or {}).items()}
    if parameters["username"]:
        headers["Authorization"] = basic_auth(parameters["username"], parameters["password"] or "")
    elif parameters["bearer_token"]:
        headers["Authorization"] = "Bearer " + parameters["bearer_token"]
    return Request(
        url=url_of(parameters, context),
        method=parameters["method"],
        headers=headers,
        body=parameters["body"].encode() if parameters["body"] is not None else None,
        timeout_seconds=parameters["timeout_ms"] / 1000,
        max_redirects=parameters["max_redirects"],
        verifies_tls=parameters["verify_tls"],
    )


def _run(parameters: Mapping[str, Any], context: StepContext) -> StepOutcome:
    import time

    from statusmonitor_agent.http_fetch import FetchError, fetch

    request = _request(parameters, context)
    started = time.perf_counter()
    try:
        answer = fetch(request)
    except FetchError as error:
        return unavailable(f"{request.url}: {error}", {"url": request.url, "method": request.method, "error": str(error)})
    details = {"url": request.url, "method": request.method, "duration_ms": round((time.perf_counter() - started) * 1000, 1)}
    text = _text(answer)
    details.update(_describe(answer, text))
    wrong = judge(answer, text, parameters)
    return StepOutcome(
        is_available=True, details=details, message=f"{request.url}: {wrong}" if wrong else None, success=wrong is None
    )


def _describe(answer: Answer, text: str) -> dict[str, Any]:
    details: dict[str, Any] = {
        "status_code": answer.status,
        "content_type": answer.headers.get("content-type"),
        "body_size_bytes": len(answer.body),
        "is_body_truncated": answer.is_truncated,
        "body_sample": text[:SAMPLE_LENGTH],
        "final_url": answer.final_url,
        "redirect_count": len(answer.redirects),
    }
    if answer.certificate:
        details.update(_certificate(answer.certificate))
    return details


def _certificate(der: bytes) -> dict[str, Any]:
    from datetime import datetime, timezone

    from statusmonitor_agent.certificate_report import days_left
    from statusmonitor_agent.der import DerError, read_certificate

    try:
        certificate = read_certificate(der)
    except DerError as error:
        return {"certificate_days_left": None, "certificate_error": str(error)}
    left = days_left(certificate, datetime.now(timezone.utc))
    return {"certificate_days_left": left, "certificate_not_after_utc": certificate.not_after.isoformat()}


def _text(answer: Answer) -> str:
    import re

    named = re.search(r"charset=[\"']?([\w.:-]+)", answer.headers.get("content-type", ""), re.IGNORECASE)
    try:
        return answer.body.decode(named.group(1) if named else "utf-8", "replace")
    except (LookupError, ValueError):  # a character set nobody knows
        return answer.body.decode("utf-8", "replace")


def judge(answer: Answer, text: str, parameters: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the answer, or None."""
    expected = parameters["expected_status"]
    if not (answer.status in expected if expected else 200 <= answer.status < 400):  # noqa: PLR2004
        return f"status {answer.status}, wanted {', '.join(map(str, expected)) if expected else '200 to 399'}"
    if parameters["body_contains"] and parameters["body_contains"].lower() not in text.lower():
        return "the body does not contain the wanted text"
    return _regex_problem(parameters["body_regex"], text) or _header_problem(parameters["expected_headers"], answer)


def _regex_problem(pattern: str | None, text: str) -> str | None:
    from statusmonitor_agent.patterns import PatternError, search

    try:
        return None if not pattern or search(pattern, text) else "the body does not match the wanted expression"
    except PatternError as error:
        return f"body_regex: {error}"


def _header_problem(expected: Mapping[str, Any] | None, answer: Answer) -> str | None:
    for name, wanted in (expected or {}).items():
        found = answer.headers.get(name.lower())
        if found is None or str(wanted).lower() not in found.lower():
            return f"header {name}: {'missing' if found is None else found[:200]}, wanted {wanted}"
    return None


STEP_TYPE = StepType(
    name="HTTP_CHECK",
    description="Asks a web server; available when it answers, a success when status and content are as wanted.",
    parameters={
        "url": Parameter(str, "http or https URL; without it the node itself is asked", maximum=2000),
        "path": Parameter(str, "Path on the node, when there is no url", "/", maximum=2000),
        "port": Parameter(int, "Port on the node; without it 80 or 443", minimum=1, maximum=65_535),
        "tls": Parameter(bool, "Ask the node by https", default=False),
        "method": Parameter(str, "Method", "GET", choices=METHODS),
        "headers": Parameter(dict, "Headers to send; for credentials use the parameters below", maximum=50),
        "body": Parameter(str, "Body to send", maximum=20_000),
        "username": Parameter(str, "User name for basic authentication", maximum=200),
        "password": Parameter(str, "Password for basic authentication", maximum=200, is_secret=True),
        "bearer_token": Parameter(str, "Token for bearer authentication", maximum=4000, is_secret=True),
        "expected_status": Parameter(list, "Good status codes; without it 200 to 399", minimum=1, maximum=50, item_type=int),
        "body_contains": Parameter(str, "Text that the body must contain, without regard to case", maximum=1000),
        "body_regex": Parameter(str, "Regular expression that the body must match", maximum=500, is_pattern=True),
        "expected_headers": Parameter(dict, "Text by header that the answer's header must contain", maximum=50),
        "timeout_ms": Parameter(int, "Time limit for all, redirects included", 10_000, unit="ms", minimum=1, maximum=120_000),
        "max_redirects": Parameter(int, "Redirects to follow; with 0 the redirect is the answer", 5, minimum=0, maximum=10),
        "verify_tls": Parameter(bool, "The certificate must be trusted", default=True),
    },
    result_fields={
        "url": ResultField(str, "URL asked for"),
        "method": ResultField(str, "Method"),
        "status_code": ResultField(int, "Status of the last answer"),
        "duration_ms": ResultField(float, "Time until the answer was read", "ms"),
        "content_type": ResultField(str, "Kind of content"),
        "body_size_bytes": ResultField(int, "Size of the body, at most 1 MB is read", "bytes"),
        "is_body_truncated": ResultField(bool, "There was more"),
        "body_sample": ResultField(str, "The first 2,048 characters"),
        "final_url": ResultField(str, "URL of the last answer"),
        "redirect_count": ResultField(int, "Redirects followed"),
        "certificate_days_left": ResultField(int, "Until the server's certificate expires", "days"),
        "certificate_not_after_utc": ResultField(str, "When it expires"),
        "certificate_error": ResultField(str, "Why the certificate could not be read"),
        "error": ResultField(str, "Why there was no answer"),
    },
    run=_run,
)

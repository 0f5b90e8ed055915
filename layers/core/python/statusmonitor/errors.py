"""Every error a caller may see: meaning, HTTP status and code in one class."""

from typing import ClassVar


class MonitorError(Exception):
    """Base of every error a caller may see. The message is safe to show to that caller.

    `details` maps a field's name to what is wrong with it.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "INTERNAL_SERVER_ERROR"

    def __init__(self, message: str, /, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class BadRequestError(MonitorError):
    """The request cannot be read at all: no JSON, a bad query parameter."""

    status, code = 400, "BAD_REQUEST"


class UnauthorizedError(MonitorError):
    """No key or session, or one that is unknown, inactive or expired."""

    status, code = 401, "UNAUTHORIZED"


class ForbiddenError(MonitorError):
    """Known, but not allowed to do this."""

    status, code = 403, "FORBIDDEN"


class NotFoundError(MonitorError):
    """There is no such entity, or none that this caller may see."""

    status, code = 404, "NOT_FOUND"


class MethodNotAllowedError(MonitorError):
    """The path is known, the method is not."""

    status, code = 405, "METHOD_NOT_ALLOWED"


class ConflictError(MonitorError):
    """The change collides with what is stored: a duplicate, or an entity still in use."""

    status, code = 409, "CONFLICT"


class TooLargeError(MonitorError):
    """The body is larger than the route accepts."""

    status, code = 413, "REQUEST_ENTITY_TOO_LARGE"


class ValidationError(MonitorError):
    """A field is missing or holds what it may not; `details` names it."""

    status, code = 422, "VALIDATION_FAILURE"


class TooManyRequestsError(MonitorError):
    """Asked too often; worth another try after `retry_after_seconds`."""

    status, code = 429, "TOO_MANY_REQUESTS"

    def __init__(self, message: str, /, *, retry_after_seconds: int, **details: object) -> None:
        super().__init__(message, **details)
        self.retry_after_seconds = retry_after_seconds


class DatabaseUnavailableError(MonitorError):
    """The database does not answer just now; nothing was lost, and the same request is worth another try."""

    status, code = 503, "SERVICE_UNAVAILABLE"
    retry_after_seconds = 5


class ConfigurationError(MonitorError):
    """The settings of this process make no sense; for its operator, never sent to a client."""

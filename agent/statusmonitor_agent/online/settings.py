"""The agent's configuration file: what it may hold, read with a message for every field that is wrong."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from statusmonitor_agent.problems import WARNING, Problem, has_errors
from statusmonitor_agent.step_type import TYPE_NAMES, Permissions

MAX_FILE_BYTES = 1024 * 1024
LOG_LEVELS = ("Debug", "Verbose", "Info", "Warn", "Error")
OFFLINE_FIELDS = (
    "assignments_file_path_pattern",
    "output_path",
    "output_name_template",
    "offline_cycle_interval_seconds",
)


class Setting(NamedTuple):
    """One field. A number below `replaced_below` is replaced by the default, with a warning; bounds are errors."""

    type: type
    description: str
    required: bool = False
    default: Any = None
    minimum: Optional[float] = None
    maximum: Optional[float] = None
    replaced_below: Optional[float] = None
    choices: Tuple[str, ...] = ()


FIELDS: Mapping[str, Setting] = {
    "mode": Setting(str, "online", required=True, choices=("online", "offline")),
    "object_id": Setting(int, "Number of the subdivision the agent works for", required=True, minimum=1),
    "log_file": Setting(str, "Log file", required=True),
    "log_level": Setting(str, "Debug, Verbose, Info, Warn or Error", required=True, choices=LOG_LEVELS),
    "agent_script_version": Setting(str, "Informational; the agent sends its own version", required=True),
    "api_base_url": Setting(str, "Address of the server, ending in /api", required=True),
    "api_key": Setting(str, "API key with the role agent", required=True),
    "api_poll_interval_seconds": Setting(
        int, "Pause between two looks at the job list", required=True, default=60, replaced_below=10, maximum=86_400
    ),
    "default_check_interval_seconds": Setting(
        int, "For jobs without a valid interval", required=True, default=300, replaced_below=5, maximum=86_400
    ),
    "max_api_retries": Setting(int, "Tries per request", default=3, minimum=0, maximum=100),
    "api_timeout_sec": Setting(float, "Time limit per request", default=60, minimum=0.1, maximum=600),
    "retry_delay_seconds": Setting(float, "Pause between two tries", default=5, minimum=0, maximum=600),
    "max_parallel_jobs": Setting(int, "Jobs run at the same time", default=4, minimum=1, maximum=64),
    "queue_path": Setting(str, "File that keeps results until the server has them; by default beside the log file"),
    "queue_max_bytes": Setting(int, "Its size limit; beyond it the oldest results go", default=50_000_000, minimum=10_000),
    "queue_max_age_hours": Setting(float, "Older results go", default=72, minimum=0.01, maximum=10_000),
    "start_jitter_seconds": Setting(float, "New jobs start spread over this time", default=10, minimum=0, maximum=3600),
    "allow_commands": Setting(bool, "Run EXECUTE_COMMAND steps", default=False),
    "allowed_commands": Setting(list, "The only programs they may run; without it any"),
    "plugin_folders": Setting(list, "Folders of NAGIOS_PLUGIN", default=("/usr/lib/nagios/plugins",)),
    "ca_file": Setting(str, "PEM file of the authorities to trust, instead of the system's"),
}


@dataclass(frozen=True)
class Settings:
    """A valid configuration, paths absolute, defaults filled in."""

    object_id: int
    log_file: str
    log_level: str
    api_base_url: str
    api_key: str
    api_poll_interval_seconds: int
    default_check_interval_seconds: int
    max_api_retries: int
    api_timeout_sec: float
    retry_delay_seconds: float
    max_parallel_jobs: int
    queue_path: str
    queue_max_bytes: int
    queue_max_age_hours: float
    start_jitter_seconds: float
    permissions: Permissions
    ca_file: Optional[str] = None


class SettingsError(Exception):
    """The configuration cannot be used; `problems` name the fields."""

    def __init__(self, problems: List[Problem]) -> None:
        super().__init__("; ".join(f"{problem.path or 'file'}: {problem.message}" for problem in problems))
        self.problems = problems


def load(path: str) -> tuple[Settings, list[Problem]]:
    """Return the configuration in the file and its warnings.

    Raises:
        SettingsError: it cannot be read, or a field is wrong.
    """
    fields = _read(path)
    problems = check(fields)
    if has_errors(problems):
        raise SettingsError(problems)
    return _build(fields, os.path.dirname(os.path.abspath(path))), problems


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise SettingsError([Problem("", "the file is too large", "too_large")])
        fields = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError([Problem("", f"cannot be read: {error.strerror}", "unreadable")]) from error
    except (ValueError, RecursionError) as error:
        raise SettingsError([Problem("", f"is not JSON in UTF-8: {error}", "json")]) from error
    if not isinstance(fields, dict):
        raise SettingsError([Problem("", "must hold one object", "type")])
    return fields


def check(fields: Mapping[str, Any]) -> list[Problem]:
    """Return what is wrong, field by field. Values of the wrong kind are not repeated in messages, keys are secret."""
    problems = [problem for name, setting in FIELDS.items() for problem in _check(name, setting, fields.get(name))]
    if fields.get("mode") == "offline":
        problems.append(Problem("mode", "this program works online only", "offline"))
    known = set(FIELDS) | set(OFFLINE_FIELDS)
    problems.extend(Problem(name, "is not known", "unknown_field", WARNING) for name in fields if name not in known)
    return problems


def _check(name: str, setting: Setting, value: Any) -> list[Problem]:
    if value is None:
        return [Problem(name, "is missing", "missing")] if setting.required else []
    is_boolean = isinstance(value, bool)
    wanted: Any = (int, float) if setting.type is float else setting.type
    if is_boolean is not (setting.type is bool) or not isinstance(value, wanted):
        return [Problem(name, f"must be of type {TYPE_NAMES[setting.type]}", "type")]
    if isinstance(value, str):
        return _check_text(name, setting, value)
    if isinstance(value, list):
        is_text = all(isinstance(entry, str) and entry for entry in value)
        return [] if is_text else [Problem(name, "must be a list of texts", "type")]
    return _check_number(name, setting, value)


def _check_text(name: str, setting: Setting, value: str) -> list[Problem]:
    if not value.strip():
        return [Problem(name, "is empty", "missing")]
    if setting.choices and value.lower() not in [choice.lower() for choice in setting.choices]:
        return [Problem(name, f"must be one of {', '.join(setting.choices)}", "choice")]
    special = {"api_base_url": _check_url, "api_key": _check_key}.get(name)
    return special(name, value) if special else []


def _check_url(name: str, value: str) -> list[Problem]:
    try:
        parts = urlsplit(value.strip())
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        is_plain = parts.username is None and not parts.query and not parts.fragment
    except ValueError:
        is_good = is_plain = False
    if not (is_good and is_plain):
        return [Problem(name, "must be an http or https URL without user name and query", "url")]
    if not parts.path.rstrip("/").endswith("/api"):
        return [Problem(name, "does not end in /api", "url_path", WARNING)]
    return []


def _check_key(name: str, value: str) -> list[Problem]:
    is_header_safe = value.isascii() and value.isprintable() and " " not in value
    return [] if is_header_safe else [Problem(name, "holds characters that no key has", "characters")]


def _check_number(name: str, setting: Setting, value: float) -> list[Problem]:
    if setting.replaced_below is not None and value < setting.replaced_below:
        return [Problem(name, f"is below {setting.replaced_below}, {setting.default} is used", "replaced", WARNING)]
    low, high = setting.minimum, setting.maximum
    if not ((low is None or value >= low) and (high is None or value <= high)):
        return [Problem(name, f"must be at least {low or 0}" + (f" and at most {high}" if high else ""), "range")]
    return []


def _build(fields: Mapping[str, Any], folder: str) -> Settings:
    values: Dict[str, Any] = {}
    for name, setting in FIELDS.items():
        value = fields.get(name)
        is_replaced = value is not None and setting.replaced_below is not None and value < setting.replaced_below
        values[name] = setting.default if value is None or is_replaced else value
    log_file = os.path.join(folder, values["log_file"])
    queue_path = values["queue_path"] or os.path.join(os.path.dirname(log_file), "statusmonitor_queue.sqlite3")
    allowed = values["allowed_commands"]
    for name in ("mode", "agent_script_version", "allow_commands", "allowed_commands", "plugin_folders"):
        values.pop(name)
    values.update(
        log_file=log_file,
        log_level=values["log_level"].capitalize(),
        api_base_url=values["api_base_url"].strip().rstrip("/"),
        queue_path=os.path.join(folder, queue_path),
        ca_file=os.path.join(folder, values["ca_file"]) if values["ca_file"] else None,
        permissions=Permissions(
            allow_commands=fields.get("allow_commands") is True,
            allowed_commands=tuple(allowed) if allowed is not None else None,
            plugin_folders=tuple(fields.get("plugin_folders") or FIELDS["plugin_folders"].default),
        ),
    )
    return Settings(**values)

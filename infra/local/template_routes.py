"""Reads routes and schedules out of template.yaml, so that the template stays the only list of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, slots=True)
class Route:
    """`path` as the template writes it: /api/v1/objects/{object_id}, /{proxy+}. `method` may be ANY."""

    method: str
    path: str
    handler: str
    function: str


@dataclass(frozen=True, slots=True)
class Schedule:
    expression: str
    handler: str
    function: str


def read_routes(template: Path) -> list[Route]:
    """Return the routes of all `HttpApi` events, in the template's order."""
    return [
        Route(event["Method"].upper(), event["Path"], handler, function)
        for function, handler, kind, event in _events(template)
        if kind == "HttpApi"
    ]


def read_schedules(template: Path) -> list[Schedule]:
    """Return the schedules of all `Schedule` and `ScheduleV2` events, in the template's order."""
    return [
        Schedule(event.get("ScheduleExpression") or event["Schedule"], handler, function)
        for function, handler, kind, event in _events(template)
        if kind in ("Schedule", "ScheduleV2")
    ]


def _events(template: Path) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield function, handler, kind of event and the event's properties."""
    with template.open(encoding="utf-8") as file:
        resources = yaml.load(file, _TemplateLoader)["Resources"]  # noqa: S506 - a SafeLoader with plain values
    for name, resource in resources.items():
        if resource["Type"] == FUNCTION:
            properties = resource["Properties"]
            for event in properties.get("Events", {}).values():
                yield name, properties["Handler"], event["Type"], event.get("Properties", {})


class _TemplateLoader(yaml.SafeLoader):
    """Keeps `!Ref Name`, `!Sub text`, `!GetAtt A.B` and their like as the plain value behind the tag."""


def _plain(loader: _TemplateLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]


_TemplateLoader.add_multi_constructor("!", _plain)

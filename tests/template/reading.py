"""Reads template.yaml as the tests judge it: references stay visible, and can be given values as `sam local` does."""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"


class Reference(NamedTuple):
    """`!Ref Name` is Reference("Ref", "Name")."""

    kind: str
    value: Any


class _Loader(yaml.SafeLoader):
    pass


def _reference(loader, kind, node):
    if isinstance(node, yaml.ScalarNode):
        return Reference(kind, loader.construct_scalar(node))
    if isinstance(node, yaml.SequenceNode):
        return Reference(kind, loader.construct_sequence(node, deep=True))
    return Reference(kind, loader.construct_mapping(node, deep=True))


_Loader.add_multi_constructor("!", _reference)


@cache
def read_template() -> dict[str, Any]:
    return yaml.load(TEMPLATE.read_text(encoding="utf-8"), _Loader)


def resources(kind: str) -> dict[str, dict]:
    """Return the resources of a type such as Serverless::Function, by logical id."""
    return {name: each for name, each in read_template()["Resources"].items() if each["Type"] == f"AWS::{kind}"}


FUNCTIONS = resources("Serverless::Function")
LAYERS = resources("Serverless::LayerVersion")
GLOBALS = read_template()["Globals"]["Function"]


def built_by_make() -> dict[str, Path]:
    """Return the source folders of what a Makefile builds, by logical id."""
    every = {**FUNCTIONS, **LAYERS}
    return {
        name: source_folder(name) for name, each in every.items() if each.get("Metadata", {}).get("BuildMethod") == "makefile"
    }


def source_folder(name: str) -> Path:
    properties = {**FUNCTIONS, **LAYERS}[name]["Properties"]
    return ROOT / properties.get("CodeUri", properties.get("ContentUri"))


def layers_of(function: str) -> list[str]:
    own = FUNCTIONS[function]["Properties"].get("Layers", [])
    return [layer.value for layer in (*GLOBALS["Layers"], *own)]


def variables_of(function: str) -> dict[str, Any]:
    """Return the environment variables as the template writes them."""
    own = FUNCTIONS[function]["Properties"].get("Environment", {}).get("Variables", {})
    return {**GLOBALS["Environment"]["Variables"], **own}


def environment_of(function: str, **overrides: str) -> dict[str, str]:
    """Return the environment variables with the parameters' defaults; `overrides` may set declared variables only."""
    values = {name: _resolve(value) for name, value in variables_of(function).items()}
    return {**values, **{name: value for name, value in overrides.items() if name in values}}


def _resolve(value: Any) -> str:
    if not isinstance(value, Reference):
        return str(value)
    return str(read_template()["Parameters"][value.value]["Default"]) if value.kind == "Ref" else str(value.value)

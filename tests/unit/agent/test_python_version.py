"""The agent must run on Python 3.8: its syntax, and what it uses of the standard library."""

import ast
from pathlib import Path

import pytest

import statusmonitor_agent

ROOT = Path(statusmonitor_agent.__file__).parent
SOURCES = sorted(ROOT.rglob("*.py"))
NEWER_MODULES = {"zoneinfo", "graphlib", "tomllib", "importlib.resources", "importlib.metadata"}
NEWER_NAMES = {
    "removeprefix", "removesuffix", "is_relative_to", "readlink_to", "to_thread", "pairwise", "batched", "bit_count", "cache", "lcm",
    "randbytes", "TypeAlias", "ParamSpec", "Self", "StrEnum", "UTC", "ExceptionGroup", "TaskGroup", "timeout_at", "unparse", "indent_tree",
    "with_stem", "hardlink_to", "get_annotations", "aclosing", "anext", "aiter", "add_note", "file_digest", "NotRequired", "assert_never",
}  # fmt: skip
NEWER_KEYWORDS = {"slots", "kw_only", "strict", "cancel_futures", "root_dir", "usedforsecurity", "delete_on_close"}
OWN_PACKAGE_ONLY = {"statusmonitor_agent"}
STANDARD = {
    "__future__", "argparse", "base64", "binascii", "contextlib", "csv", "ctypes", "dataclasses", "datetime", "enum", "fnmatch", "functools",
    "hashlib", "http", "json", "logging", "math", "os", "platform", "pwd", "queue", "random", "re", "shutil", "signal", "socket", "sqlite3",
    "ssl", "stat", "string", "struct", "subprocess", "sys", "threading", "time", "types", "typing", "urllib",
}  # fmt: skip


@pytest.fixture(params=SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def tree(request):
    return ast.parse(request.param.read_text("utf-8"), feature_version=(3, 8))


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_annotations_are_never_evaluated(tree):
    has_code = len(tree.body) > 1
    assert has_code is any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body)


def test_only_the_standard_library_is_imported(tree):
    modules = set(imported(tree))

    assert {module.split(".")[0] for module in modules} <= STANDARD | OWN_PACKAGE_ONLY
    assert not modules & NEWER_MODULES


def test_nothing_newer_is_called(tree):
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    keywords = {keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords}

    assert not (attributes | names) & NEWER_NAMES
    assert not keywords & NEWER_KEYWORDS


def outside_annotations(tree):
    """Yield the nodes that run; with the future import annotations do not."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for name, value in ast.iter_fields(node):
            if name not in ("annotation", "returns"):
                waiting.extend(child for child in (value if isinstance(value, list) else [value]) if isinstance(child, ast.AST))


def test_no_generic_is_subscripted_at_run_time(tree):
    generics = {"list", "dict", "tuple", "set", "frozenset", "type"}

    for node in outside_annotations(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert node.value.id not in generics, f"line {node.lineno}"


def test_no_parenthesized_with_of_several_and_no_dict_union(tree):
    for node in outside_annotations(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            assert not any(isinstance(side, (ast.Dict, ast.DictComp)) for side in (node.left, node.right)), f"line {node.lineno}"
            assert not any(isinstance(side, ast.Constant) and side.value is None for side in (node.left, node.right))


def test_every_file_is_short():
    assert {
        path.name: len(path.read_text("utf-8").splitlines())
        for path in SOURCES
        if len(path.read_text("utf-8").splitlines()) > 300
    } == {}

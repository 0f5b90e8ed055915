"""Puts subdivisions into the order of a tree. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol, TypeVar


class Branch(Protocol):
    """What the order needs to know of a subdivision."""

    @property
    def subdivision_id(self) -> int: ...
    @property
    def parent_id(self) -> int | None: ...
    @property
    def priority(self) -> int: ...
    @property
    def short_name(self) -> str: ...


B = TypeVar("B", bound=Branch)


def in_tree_order(branches: Iterable[B]) -> list[tuple[B, int]]:
    """Return pairs of (subdivision, depth), each below its parent, siblings by priority and short name.

    Depth 0 is the top. One whose parent is not among them, or that is its own ancestor, stands at the top.
    """
    ordered = sorted(branches, key=lambda each: (each.priority, each.short_name, each.subdivision_id))
    known = {each.subdivision_id for each in ordered}
    children: dict[int | None, list[B]] = defaultdict(list)
    for each in ordered:
        children[each.parent_id if each.parent_id in known else None].append(each)
    placed = list(_walk(children, children[None]))
    seen = {each.subdivision_id for each, _ in placed}
    return placed + [(each, 0) for each in ordered if each.subdivision_id not in seen]


def _walk(children: dict[int | None, list[B]], tops: list[B]) -> Iterable[tuple[B, int]]:
    waiting = [(each, 0) for each in reversed(tops)]
    while waiting:
        branch, depth = waiting.pop()
        yield branch, depth
        waiting += [(child, depth + 1) for child in reversed(children[branch.subdivision_id])]

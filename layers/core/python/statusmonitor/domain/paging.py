"""A part of a list, and the list's full length."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """Which entries of a list are wanted; `limit` None means all of them."""

    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """The entries of one page, and how many there are on all pages."""

    entries: list[T]
    total_count: int

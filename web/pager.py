"""Links between the pages of a list that keep its filters."""

from dataclasses import dataclass
from typing import Any

from flask import url_for


@dataclass(frozen=True, slots=True)
class Pager:
    endpoint: str
    arguments: Any  # a MultiDict: filters may repeat
    page: int
    total_count: int
    size: int

    @property
    def first(self) -> int:
        return min((self.page - 1) * self.size + 1, self.total_count)

    @property
    def last(self) -> int:
        return min(self.page * self.size, self.total_count)

    @property
    def previous_url(self) -> str | None:
        return self.url(page=self.page - 1) if self.page > 1 else None

    @property
    def next_url(self) -> str | None:
        return self.url(page=self.page + 1) if self.last < self.total_count else None

    def url(self, **changes: object) -> str:
        """Return the address of the list with some of its arguments changed; None and page 1 take one away."""
        arguments: dict[str, Any] = {name: self.arguments.getlist(name) for name in self.arguments if name != "lang"}
        arguments.update(changes)
        if "page" not in changes or changes["page"] == 1:
            arguments.pop("page", None)
        kept = {name: value for name, value in arguments.items() if value not in (None, "", [""])}
        return url_for(self.endpoint, **kept)

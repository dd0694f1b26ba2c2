"""Pages of tables with millions of rows."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

# 1,000 pages of 50: whoever looks further back narrows the list by a filter or a search.
COUNT_LIMIT = 50_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than ``COUNT_LIMIT`` rows; ``capped`` says that there may be more."""

    template_name = "admin/capped_pagination.html"

    @cached_property
    def count(self) -> int:
        """The number of rows, at most ``COUNT_LIMIT``."""
        rows: Any = self.object_list
        return int(rows.order_by()[:COUNT_LIMIT].count())

    def page(self, number: Any) -> Page[Any]:
        """Pages further back first find their keys, in an index alone, and read only the rows that are shown."""
        found: Page[Any] = super().page(number)
        if found.number > 1:
            shown, rows = cast(Any, found.object_list), cast(Any, self.object_list)
            found.object_list = rows.filter(pk__in=list(shown.values_list("pk", flat=True)))
        return found

    @property
    def capped(self) -> bool:
        """Whether there may be more rows than ``count`` says."""
        return self.count >= COUNT_LIMIT

"""The ground of every page about money: nobody adds, changes or deletes, and no list counts millions of rows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from audit.admin import ReadOnlyAdmin
from audit.paging import CappedPaginator
from audit.searching import search_each


class MoneyRowAdmin(ReadOnlyAdmin):
    """A model of the money room: the right to view it decides who sees it, nobody changes it here."""

    paginator = CappedPaginator
    # Facets would count the whole table once a choice.
    show_facets = admin.ShowFacets.NEVER
    list_fullwidth = True
    empty_value_display = "–"
    ordering: Any = ("-id",)
    sortable_by: tuple[str, ...] = ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        """Each of ``search_fields``, which name their lookups, by itself."""
        return search_each(queryset, self.get_search_fields(request), search_term), False

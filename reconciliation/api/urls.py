"""The routes of reconciliation, to be included under ``/api/v1/admin/``. Words that are no id come before ids."""

from __future__ import annotations

from django.urls import path

from reconciliation.api.detail_views import DetailsView, ReopenView, ResolveView, RunMatchesView
from reconciliation.api.match_views import MatchUndoView, MatchView
from reconciliation.api.run_views import RunExportView, RunsView, RunView
from reconciliation.api.statement_views import BadRowsView, RefuseView, SkipBadRowsView, StatementsView, StatementView

_STATEMENT, _RUN = "reconciliations/statements/<str:statement_id>", "reconciliations/<str:reconciliation_id>"

urlpatterns = [
    path("reconciliations", RunsView.as_view(), name="admin-reconciliations"),
    path("reconciliations/statements", StatementsView.as_view(), name="admin-statements"),
    path(_STATEMENT, StatementView.as_view(), name="admin-statement"),
    path(f"{_STATEMENT}/bad-rows", BadRowsView.as_view(), name="admin-statement-bad-rows"),
    path(f"{_STATEMENT}/skip-bad-rows", SkipBadRowsView.as_view(), name="admin-statement-skip-bad-rows"),
    path(f"{_STATEMENT}/refuse", RefuseView.as_view(), name="admin-statement-refuse"),
    path("reconciliations/matches/<str:match_id>", MatchView.as_view(), name="admin-match"),
    path("reconciliations/matches/<str:match_id>/undo", MatchUndoView.as_view(), name="admin-match-undo"),
    path(_RUN, RunView.as_view(), name="admin-reconciliation"),
    path(f"{_RUN}/details", DetailsView.as_view(), name="admin-reconciliation-details"),
    path(f"{_RUN}/matches", RunMatchesView.as_view(), name="admin-reconciliation-matches"),
    path(f"{_RUN}/resolve", ResolveView.as_view(), name="admin-reconciliation-resolve"),
    path(f"{_RUN}/reopen", ReopenView.as_view(), name="admin-reconciliation-reopen"),
    path(f"{_RUN}/export", RunExportView.as_view(), name="admin-reconciliation-export"),
]

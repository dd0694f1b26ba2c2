"""The queue page as an operator sees it, on a telephone too; and a job that is given another interval."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django_celery_beat.models import PeriodicTask
from playwright.sync_api import Page, expect

from tests.browser.aside import aside
from tests.browser.desk import Desk
from tests.browser.look import Album, Look

OpenPage = Callable[[Look], Page]
LOOKS = [Look("en", 1280, dark=True), Look("en", 360)]
pytestmark = pytest.mark.parametrize("look", LOOKS, ids=str)
JOB = "audit.expire_approvals"


@pytest.fixture
def operator(open_page: OpenPage, desk: Desk, look: Look) -> Page:
    page = open_page(look)
    desk.sit_down(page, desk.maker)
    return page


def job() -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(task=JOB)


def test_an_operator_sees_what_is_wrong_and_changes_when_a_job_runs(operator: Page, desk: Desk, look: Look, album: Album) -> None:
    operator.goto(f"{desk.base}/admin/django_celery_beat/periodictask/queues/")
    expect(operator.locator("[role=status]").first).to_be_visible()
    expect(operator.locator("body")).to_contain_text("No beat works")  # none is started here
    expect(operator.locator("tbody tr")).to_have_count(6)
    album.keep(operator, look, "admin-queues")

    operator.click("text=All jobs and when they run")
    operator.wait_for_url(f"{desk.base}/admin/django_celery_beat/periodictask/")
    album.keep(operator, look, "admin-jobs")
    before = aside(job)
    operator.goto(f"{desk.base}/admin/django_celery_beat/periodictask/{before.pk}/change/")
    album.keep(operator, look, "admin-job")
    operator.fill("[name=every_seconds]", "601")
    operator.locator("[name=_save]").first.click()
    operator.wait_for_url(f"{desk.base}/admin/django_celery_beat/periodictask/")
    assert aside(job).interval.every == 601
    aside(lambda: PeriodicTask.objects.filter(pk=before.pk).update(interval=before.interval))

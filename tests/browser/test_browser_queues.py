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
JOB = "audit.expire_approvals"


@pytest.fixture
def operator(open_page: OpenPage, desk: Desk, look: Look) -> Page:
    page = open_page(look)
    desk.sit_down(page, desk.maker)
    return page


def job() -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(task=JOB)


@pytest.mark.parametrize("look", [Look("en", 1280, dark=True), Look("vi", 360)], ids=str)
def test_an_operator_sees_what_is_wrong(operator: Page, desk: Desk, look: Look, album: Album) -> None:
    operator.goto(f"{desk.base}/admin/django_celery_beat/periodictask/queues/")
    expect(operator.locator("[role=status]").first).to_be_visible()
    # None is started here.
    expect(operator.locator("body")).to_contain_text(look.say("Không có beat nào chạy", "No beat works"))
    expect(operator.locator("tbody tr")).to_have_count(6)
    album.keep(operator, look, "admin-queues")


@pytest.mark.parametrize("look", [Look("en", 360)], ids=str)
def test_an_operator_changes_when_a_job_runs(operator: Page, desk: Desk, look: Look, album: Album) -> None:
    jobs = f"{desk.base}/admin/django_celery_beat/periodictask/"
    operator.goto(f"{jobs}queues/")
    operator.click(".sp-page a[href$='/periodictask/']")
    operator.wait_for_url(jobs)
    album.keep(operator, look, "admin-jobs")
    before = aside(job)
    operator.goto(f"{jobs}{before.pk}/change/")
    album.keep(operator, look, "admin-job")
    operator.fill("[name=every_seconds]", "601")
    operator.locator("[name=_save]").first.click()
    operator.wait_for_url(jobs)
    assert aside(job).interval.every == 601
    aside(lambda: PeriodicTask.objects.filter(pk=before.pk).update(interval=before.interval))

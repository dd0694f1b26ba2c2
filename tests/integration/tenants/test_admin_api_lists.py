"""Lists of the admin API: pages, filters, and what is refused."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from tests.factories.tenants import ProjectFactory, TenantFactory

PROJECTS = "/api/v1/admin/projects"
TENANTS = "/api/v1/admin/tenants"


def test_pages_follow_each_other_newest_first_without_gap_or_repeat(staff: APIClient) -> None:
    made = [ProjectFactory().public_id for _ in range(5)]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = staff.get(PROJECTS, {"limit": 2, "cursor": cursor}).json()
        seen += [item["project_id"] for item in answer["data"]]
        assert answer["pagination"]["limit"] == 2
        cursor = answer["pagination"]["next"]
        ProjectFactory()  # a row made meanwhile does not shift the pages
    assert seen == made[::-1]


def test_filters_narrow_the_list(staff: APIClient) -> None:
    shop, other = TenantFactory(name="Cửa hàng Hoa Sen"), TenantFactory(is_active=False)
    found = lambda **query: {item["tenant_id"] for item in staff.get(TENANTS, query).json()["data"]}  # noqa: E731
    assert found(search="hoa sen") == {shop.public_id}
    assert found(search=other.app_code.upper()) == {other.public_id}
    assert found(search=shop.public_id) == {shop.public_id}
    assert found(is_active="false") == {other.public_id}
    assert found(is_active="true") == {shop.public_id}
    assert found(project_id=shop.project.public_id) == {shop.public_id}
    assert found(project_id="prj_unknown") == set()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "201"), ("limit", "0"), ("limit", "-1"), ("limit", "x"), ("cursor", "x"), ("cursor", "bnVsbA"),
        ("cursor", "WzFlNV0"), ("cursor", "WyJhIl0"), ("cursor", "W3RydWVd"),
        ("cursor", "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"), ("cursor", "[" * 5000),
        ("is_active", "maybe"), ("search", "x" * 101), ("search", "a\x00b"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_400_and_named(name: str, value: str, staff: APIClient) -> None:
    for path in (PROJECTS, TENANTS):
        answer = staff.get(path, {name: value})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["details"]["field"] == name


def test_a_list_of_tenants_asks_the_database_as_often_for_many_as_for_one(
    staff: APIClient, django_assert_max_num_queries: object
) -> None:
    TenantFactory.create_batch(6)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert len(staff.get(TENANTS).json()["data"]) == 6

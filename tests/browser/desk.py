"""The back office as two members of staff use it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from playwright.sync_api import Page

from tenants.models import StaffUser


@dataclass(frozen=True)
class Person:
    """A login."""

    username: str
    password: str


@dataclass(frozen=True)
class Desk:
    """Where the back office is, who works there, and who looks over their shoulder."""

    base: str
    maker: Person
    checker: Person

    def sit_down(self, page: Page, person: Person) -> None:
        """Log in through the form."""
        page.goto(f"{self.base}/admin/login/?next=/admin/")
        page.fill("[name=username]", person.username)
        page.fill("[name=password]", person.password)
        page.click("form [type=submit]")
        page.wait_for_url(f"{self.base}/admin/")


def desk_at(base: str) -> Desk:
    """Two new superusers."""
    return Desk(base, _person("Lan"), _person("Minh"))


def _person(name: str) -> Person:
    person = Person(f"{name.lower()}-{secrets.token_hex(3)}", secrets.token_urlsafe(12))
    user = StaffUser(username=person.username, first_name=name, is_staff=True, is_superuser=True)
    user.set_password(person.password)
    user.save()
    return person

"""Factories of this app's rows. They call the services, so that a row is as complete as a real one."""

from __future__ import annotations

import secrets
from typing import Any

import factory
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from audit.services import SYSTEM
from payments_site.kernel import clock
from tenants.models import ApiKey, Project, ProviderAccount, StaffUser, Tenant
from tenants.services.accounts import create_account
from tenants.services.keys import create_api_key
from tenants.services.projects import create_project
from tenants.services.staff_tokens import create_staff_token
from tenants.services.tenants import create_tenant

PASSWORD = "correct horse battery"


class ProjectFactory(factory.django.DjangoModelFactory):
    """A project with a code of its own."""

    class Meta:
        model = Project

    code = factory.LazyFunction(lambda: f"P{secrets.token_hex(4).upper()}")
    name = factory.Sequence(lambda n: f"Dự án {n}")

    @classmethod
    def _create(cls, model_class: type[Project], *args: Any, **values: Any) -> Project:
        return create_project(**values, actor=SYSTEM, now=clock.now())


class TenantFactory(factory.django.DjangoModelFactory):
    """A tenant; ``tenant.first_api_key`` and ``tenant.first_callback_secret`` are what was shown once."""

    class Meta:
        model = Tenant

    project = factory.SubFactory(ProjectFactory)
    app_code = factory.LazyFunction(lambda: f"app-{secrets.token_hex(4)}")
    name = factory.Sequence(lambda n: f"Cửa hàng {n}")

    @classmethod
    def _create(cls, model_class: type[Tenant], *args: Any, **values: Any) -> Tenant:
        project = values.pop("project")
        new = create_tenant(project_id=project.public_id, **values, actor=SYSTEM, now=clock.now())
        new.tenant.first_api_key = new.api_key
        new.tenant.first_callback_secret = new.callback_secret
        return new.tenant


class ProviderAccountFactory(factory.django.DjangoModelFactory):
    """A VNPay sandbox account of a tenant (or, with ``project=...``, of a project)."""

    class Meta:
        model = ProviderAccount

    tenant = factory.Maybe("project", None, factory.SubFactory(TenantFactory))
    project = None
    provider_code = "vnpay"
    environment = "sandbox"
    credentials = factory.LazyFunction(
        lambda: {"tmn_code": secrets.token_hex(4).upper(), "hash_secret": secrets.token_hex(16).upper()}
    )

    @classmethod
    def _create(cls, model_class: type[ProviderAccount], *args: Any, **values: Any) -> ProviderAccount:
        project, tenant = values.pop("project"), values.pop("tenant")
        owner = {"project_id": project.public_id} if project else {"tenant_id": tenant.public_id}
        return create_account(**owner, **values, actor=SYSTEM, now=clock.now())


class ApiKeyFactory(factory.django.DjangoModelFactory):
    """A key; its text is ``key.plaintext``."""

    class Meta:
        model = ApiKey

    tenant = factory.SubFactory(TenantFactory)
    name = factory.Sequence(lambda n: f"key {n}")

    @classmethod
    def _create(cls, model_class: type[ApiKey], *args: Any, **values: Any) -> ApiKey:
        tenant = values.pop("tenant")
        new = create_api_key(tenant_id=tenant.public_id, **values, actor=SYSTEM, now=clock.now())
        new.key.plaintext = new.plaintext
        return new.key


class StaffUserFactory(factory.django.DjangoModelFactory):
    """A member of staff with ``PASSWORD``; ``permissions=["tenants.add_project"]`` are theirs."""

    class Meta:
        model = StaffUser
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    is_staff = True

    @classmethod
    def _create(cls, model_class: type[StaffUser], *args: Any, **values: Any) -> StaffUser:
        return StaffUser.objects.create_user(password=PASSWORD, **values)

    @factory.post_generation
    def permissions(self: StaffUser, create: bool, names: list[str] | None, **extra: Any) -> None:
        """Give the named permissions."""
        for name in names or ():
            app, _, codename = name.partition(".")
            self.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))


def staff_token(user: StaffUser) -> str:
    """A token of the admin API for ``user``."""
    return create_staff_token(username=user.username, actor=SYSTEM, now=clock.now()).plaintext


def staff_client(user: StaffUser) -> APIClient:
    """An API client that carries a staff token of ``user``."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {staff_token(user)}")
    client.default_format = "json"
    return client

"""The back office of this app. Every change goes through the services, so that it leaves its audit entry."""

from tenants.admin.access import ApiKeyAdmin, CallbackSecretAdmin, StaffTokenAdmin
from tenants.admin.accounts import ProviderAccountAdmin
from tenants.admin.configuration import FeeScheduleAdmin, PaymentProviderAdmin, SystemConfigurationAdmin
from tenants.admin.organisation import ProjectAdmin, TenantAdmin
from tenants.admin.staff import StaffGroupAdmin, StaffUserAdmin

__all__ = [
    "ApiKeyAdmin",
    "CallbackSecretAdmin",
    "FeeScheduleAdmin",
    "PaymentProviderAdmin",
    "ProjectAdmin",
    "ProviderAccountAdmin",
    "StaffGroupAdmin",
    "StaffTokenAdmin",
    "StaffUserAdmin",
    "SystemConfigurationAdmin",
    "TenantAdmin",
]

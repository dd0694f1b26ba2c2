"""Projects, tenants, provider accounts, keys, limits, staff."""

from tenants.models.access import ApiKey, CallbackSecret, StaffToken, StaffUser
from tenants.models.accounts import FeeSchedule, PaymentProvider, ProviderAccount, ProviderCredentials
from tenants.models.organisation import Project, SystemConfiguration, Tenant

__all__ = [
    "ApiKey",
    "CallbackSecret",
    "FeeSchedule",
    "PaymentProvider",
    "Project",
    "ProviderAccount",
    "ProviderCredentials",
    "StaffToken",
    "StaffUser",
    "SystemConfiguration",
    "Tenant",
]

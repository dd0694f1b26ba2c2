"""Members of staff with the rights that a test names."""

from django.contrib.auth.models import Permission

from tenants.models import StaffUser


def person(name, *codenames):
    """A member of staff with exactly these rights."""
    user = StaffUser.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return StaffUser.objects.get(pk=user.pk)

"""Who may be given an incident."""

from django.db.models import QuerySet

from accounts.models import Membership, Project, User
from accounts.roles import LEAST_ROLE, Role


def assignable(project: Project) -> QuerySet[User]:
    """Those who may edit in the project, by name."""
    able = [role for role in Role if role.includes(Role(LEAST_ROLE["edit"]))]
    members = Membership.objects.filter(organisation=project.organisation_id, role__in=able)
    found = User.objects.filter(pk__in=members.values("user"), is_active=True)
    return found.order_by("name", "email")

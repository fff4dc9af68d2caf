"""Who may do what: the one table that pages, their buttons and the API go by."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a member is in an organisation, the mightiest first. A role can do all that the ones
    after it can.
    """

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")

    def includes(self, other: "Role") -> bool:
        order = list(Role)
        return order.index(self) <= order.index(Role(other))


# Each action, and the least role that may do it.
LEAST_ROLE = {
    "view": Role.VIEWER,  # traces, sessions, users and the project's settings
    "edit": Role.MEMBER,  # whatever a team works on: scores, prompts, dashboards, alerts
    "delete_traces": Role.ADMIN,  # from the list; there is no way back
    "see_members": Role.MEMBER,  # with their e-mail addresses
    "manage_keys": Role.ADMIN,  # API keys, also to see which there are
    "manage_projects": Role.ADMIN,  # rename, create
    "manage_prices": Role.ADMIN,  # a project's own model prices, and pricing past calls again
    "manage_shares": Role.ADMIN,  # every link with which strangers read something, also others'
    "manage_gates": Role.ADMIN,  # what must hold before a label moves, and overriding it
    "manage_webhooks": Role.ADMIN,  # also to see them: they are told what people change
    "manage_connections": Role.ADMIN,  # to providers of models, with the keys that cost money
    "manage_members": Role.ADMIN,  # invite, change the role of, remove: up to one's own role
    "manage_organisation": Role.OWNER,  # rename
}


def permissions(role: Role) -> dict[str, bool]:
    """Every action with whether this role may do it, for templates: `{% if project.may.manage_keys
    %}`.
    """
    return {action: Role(role).includes(least) for action, least in LEAST_ROLE.items()}

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import home, invitations, keys, members, profile, projects, session

project = "projects/<str:project_id>"
settings = f"{project}/settings"

urlpatterns = [
    path("", home.home, name="home"),
    path("login", session.Login.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    path("preferences", profile.preferences, name="preferences"),
    path("profile", profile.profile, name="profile"),
    path("profile/password", profile.PasswordChange.as_view(), name="password-change"),
    path("invitations/<str:token>", invitations.invitation, name="invitation"),
    path("organisations/new", projects.organisation_create, name="organisation-create"),
    path(project, home.project_home, name="project-home"),
    path(settings, projects.project_settings, name="project-settings"),
    path(f"{settings}/organisation", projects.organisation_settings, name="organisation-settings"),
    path(f"{settings}/projects/new", projects.project_create, name="project-create"),
    path(f"{settings}/keys", keys.key_list, name="key-list"),
    path(f"{settings}/keys/<int:key_id>/revoke", keys.key_revoke, name="key-revoke"),
    path(f"{settings}/members", members.member_list, name="member-list"),
    path(f"{settings}/members/<int:member_id>", members.member_role, name="member-role"),
    path(f"{settings}/members/<int:member_id>/remove", members.member_remove, name="member-remove"),
    path(
        f"{settings}/invitations/<int:invitation_id>/withdraw",
        members.invitation_withdraw,
        name="invitation-withdraw",
    ),
]

"""The page of all share links of a project. The pages behind links are with what they show."""

from django.urls import path

from sharing import views

shares = "projects/<str:project_id>/settings/shares"

urlpatterns = [
    path(shares, views.share_list, name="share-list"),
    path(f"{shares}/<int:link_id>/revoke", views.share_end, name="share-end"),
]

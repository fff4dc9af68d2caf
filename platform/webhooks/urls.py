"""The pages of webhooks."""

from django.urls import path

from webhooks import views

webhooks = "projects/<str:project_id>/settings/webhooks"
webhook = f"{webhooks}/<str:endpoint_id>"

urlpatterns = [
    path(webhooks, views.webhook_list, name="webhook-list"),
    path(webhook, views.webhook, name="webhook"),
    path(f"{webhook}/test", views.webhook_test, name="webhook-test"),
    path(f"{webhook}/secret", views.webhook_rotate, name="webhook-rotate"),
    path(f"{webhook}/delete", views.webhook_delete, name="webhook-delete"),
    path(
        f"{webhook}/deliveries/<int:delivery_id>/again",
        views.webhook_redeliver,
        name="webhook-redeliver",
    ),
]

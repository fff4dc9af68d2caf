"""The pages of channels."""

from django.urls import path

from alerts.channels.views import doing, lists, one

channels = "projects/<str:project_id>/alerts/channels"
channel = f"{channels}/<str:channel_id>"

urlpatterns = [
    path(channels, lists.channel_list, name="alerts-channels"),
    path(f"{channels}/new/<str:kind>", lists.channel_new, name="alerts-channel-new"),
    path(channel, one.channel_page, name="alerts-channel"),
    path(f"{channel}/edit", one.channel_edit, name="alerts-channel-edit"),
    path(f"{channel}/delete", one.channel_delete, name="alerts-channel-delete"),
    path(f"{channel}/secret", one.channel_secret, name="alerts-channel-secret"),
    path(f"{channel}/test", doing.channel_test, name="alerts-channel-test"),
    path(f"{channel}/trials/<int:delivery_id>", doing.channel_trial, name="alerts-channel-trial"),
    path(f"{channel}/switch", doing.channel_switch, name="alerts-channel-switch"),
    path(
        f"{channel}/deliveries/<int:delivery_id>",
        one.delivery_head,
        name="alerts-channel-delivery",
    ),
    path(
        f"{channel}/deliveries/<int:delivery_id>/sent",
        one.delivery_sent,
        name="alerts-channel-sent",
    ),
    path(f"{channel}/deliveries/again", doing.redeliver_failed, name="alerts-channel-failed-again"),
    path(
        f"{channel}/deliveries/<int:delivery_id>/again",
        doing.redeliver,
        name="alerts-channel-again",
    ),
]

from django.urls import URLPattern, URLResolver, path

from evals.annotation.api.urls import urlpatterns as api
from evals.annotation.views.annotate import queue_annotate, queue_hold, queue_next, queue_save
from evals.annotation.views.export import queue_export
from evals.annotation.views.lists import queue_list
from evals.annotation.views.queue import queue_add, queue_items, queue_page
from evals.annotation.views.settings import queue_create, queue_delete, queue_settings
from evals.annotation.views.trace import queue_this

queues = "projects/<str:project_id>/annotation"
queue = f"{queues}/<str:queue_id>"
item = f"{queue}/items/<str:item_id>"

urlpatterns: list[URLPattern | URLResolver] = [
    *api,
    path(queues, queue_list, name="queue-list"),
    path(f"{queues}/new", queue_create, name="queue-create"),
    path(f"{queues}/add", queue_this, name="queue-this"),
    path(queue, queue_page, name="queue-page"),
    path(f"{queue}/settings", queue_settings, name="queue-settings"),
    path(f"{queue}/delete", queue_delete, name="queue-delete"),
    path(f"{queue}/export", queue_export, name="queue-export"),
    path(f"{queue}/add", queue_add, name="queue-add"),
    path(f"{queue}/items", queue_items, name="queue-items"),
    path(f"{queue}/next", queue_next, name="queue-next"),
    path(item, queue_annotate, name="queue-annotate"),
    path(f"{item}/save", queue_save, name="queue-save"),
    path(f"{item}/hold", queue_hold, name="queue-hold"),
]

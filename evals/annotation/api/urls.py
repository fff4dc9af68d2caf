from django.urls import path

from evals.annotation.api.items import ItemDetail, ItemList
from evals.annotation.api.queues import Assignments, QueueDetail, QueueList

queues = "api/public/annotation-queues"
one = f"{queues}/<str:queue_id>"

urlpatterns = [
    path(queues, QueueList.as_view()),
    path(one, QueueDetail.as_view()),
    path(f"{one}/items", ItemList.as_view()),
    path(f"{one}/items/<str:item_id>", ItemDetail.as_view()),
    path(f"{one}/assignments", Assignments.as_view()),
]

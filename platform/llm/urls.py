from django.urls import path

from llm import views
from llm.api import ConnectionDetail, ConnectionList

connections = "projects/<str:project_id>/settings/llm"
one = f"{connections}/<str:connection_id>"

urlpatterns = [
    path("api/public/llm-connections", ConnectionList.as_view()),
    path("api/public/llm-connections/<str:connection_id>", ConnectionDetail.as_view()),
    path(connections, views.connection_list, name="llm-connections"),
    path(f"{connections}/new", views.connection_create, name="llm-connection-create"),
    path(one, views.connection_change, name="llm-connection"),
    path(f"{one}/test", views.connection_test, name="llm-connection-test"),
    path(f"{one}/delete", views.connection_delete, name="llm-connection-delete"),
]

"""Pages of performance against labels."""

from django.urls import path

from evals.drift.performance import views

every = "projects/<str:project_id>/drift/performance"
one = f"{every}/<str:performance_id>"

urlpatterns = [
    path(every, views.performance_list, name="drift-performance"),
    path(f"{every}/new", views.performance_new, name="drift-performance-new"),
    path(one, views.performance_one, name="drift-performance-one"),
    path(f"{one}/edit", views.performance_edit, name="drift-performance-edit"),
    path(f"{one}/switch", views.performance_switch, name="drift-performance-switch"),
    path(f"{one}/delete", views.performance_delete, name="drift-performance-delete"),
]

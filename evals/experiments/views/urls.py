"""The pages. Which experiment is meant stands in the query (?id=): SDKs choose ids as they like."""

from django.urls import path

from evals.experiments.views import changes, compare, file, judge, lists, nightly, one, start

experiments = "projects/<str:project_id>/experiments"

urlpatterns = [
    path(experiments, lists.experiment_list, name="experiment-list"),
    path(f"{experiments}/new", start.experiment_new, name="experiment-new"),
    path(f"{experiments}/nightly", nightly.experiment_nightly, name="experiment-nightly"),
    path(
        f"{experiments}/nightly/<int:nightly_id>/end",
        nightly.experiment_nightly_end,
        name="experiment-nightly-end",
    ),
    path(f"{experiments}/stop", start.experiment_stop, name="experiment-stop"),
    path(f"{experiments}/one", one.experiment_page, name="experiment-page"),
    path(f"{experiments}/judge", judge.experiment_judge, name="experiment-judge"),
    path(f"{experiments}/compare", compare.experiment_compare, name="experiment-compare"),
    path(f"{experiments}/file", file.experiment_file, name="experiment-file"),
    path(f"{experiments}/baseline", changes.experiment_baseline, name="experiment-baseline"),
    path(f"{experiments}/delete", changes.experiment_delete, name="experiment-delete"),
]

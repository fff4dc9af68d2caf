from django.urls import path

from ingest.media.links import DOWNLOAD, UPLOAD
from ingest.media.pages import project_media
from ingest.media.views import DownloadView, MediaDetailView, MediaView, UploadView

urlpatterns = [
    path("api/public/media", MediaView.as_view()),
    path("api/public/media/<str:media_id>", MediaDetailView.as_view()),
    path(
        "projects/<str:project_id>/media/<slug:media_id>",
        project_media,
        name="project-media",
    ),
    path("media/upload/<str:token>", UploadView.as_view(), name=UPLOAD),
    path("media/download/<str:token>", DownloadView.as_view(), name=DOWNLOAD),
]

from django.urls import include, path, re_path

from traces.views.files import trace_file
from traces.views.lists import trace_list
from traces.views.mentions import comment_place, mention_list
from traces.views.peek import peek
from traces.views.redirects import langfuse, langfuse_trace
from traces.views.sessions import session_list, session_page
from traces.views.setup import setup
from traces.views.share import share_create, share_revoke
from traces.views.shared import shared_trace
from traces.views.talk import comment_add, comment_change
from traces.views.trace import trace_page
from traces.views.users import user_list, user_page

urlpatterns = [
    path("", include("traces.api.urls")),
    path("", include("traces.api.v1.urls")),
    path("projects/<str:project_id>/setup", setup, name="setup"),
    path("projects/<str:project_id>/peek", peek, name="trace-peek"),
    path("projects/<str:project_id>/traces", trace_list, name="trace-list"),
    path("projects/<str:project_id>/traces/<path:trace_id>", trace_page, name="trace-page"),
    path("projects/<str:project_id>/comments", comment_add, name="comment-add"),
    path(
        "projects/<str:project_id>/comments/<str:comment_id>",
        comment_change,
        name="comment-change",
    ),
    path(
        "projects/<str:project_id>/comments/<str:comment_id>/place",
        comment_place,
        name="comment-place",
    ),
    path("mentions", mention_list, name="mention-list"),
    path("projects/<str:project_id>/share-links", share_create, name="share-create"),
    path(
        "projects/<str:project_id>/share-links/<int:link_id>/revoke",
        share_revoke,
        name="share-revoke",
    ),
    path("projects/<str:project_id>/trace-file", trace_file, name="trace-file"),
    path("shared/<str:token>", shared_trace, name="shared-trace"),
    path("projects/<str:project_id>/sessions", session_list, name="session-list"),
    path("projects/<str:project_id>/sessions/one", session_page, name="session-page"),
    path("projects/<str:project_id>/users", user_list, name="user-list"),
    path("projects/<str:project_id>/users/one", user_page, name="user-page"),
    re_path(r"^project/(?P<project_id>[^/]+)(?:/(?P<rest>.*))?$", langfuse, name="langfuse-page"),
    path("trace/<path:trace_id>", langfuse_trace, name="langfuse-trace-page"),
]

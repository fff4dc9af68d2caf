"""What a page of a queue is about, and who asks."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from accounts.access import project_for
from accounts.models import Project, User
from accounts.roles import LEAST_ROLE, Role
from evals.annotation.models import Item, Queue
from evals.annotation.queues import may_annotate, of_project

MOST_DIGITS = 9

page = require_http_methods(["GET", "HEAD", "POST"])


def editable(user: User, project_id: str) -> Project:
    return project_for(user, project_id, Role(LEAST_ROLE["edit"]))


def queue_of(project: Project, queue_id: str) -> Queue:
    """Or Http404."""
    if "\0" in queue_id:
        raise Http404("There is no such queue.")
    queue: Queue = get_object_or_404(of_project(project.id), pk=queue_id)
    queue.project = project  # with the role of whoever asks
    return queue


def item_of(queue: Queue, item_id: str) -> Item:
    """Or Http404."""
    if "\0" in item_id:
        raise Http404("There is no such item.")
    item: Item = get_object_or_404(
        queue.items.select_related("held_by", "assignee", "completed_by"), pk=item_id
    )
    item.queue = queue
    return item


def annotator(request: HttpRequest, queue: Queue) -> User:
    """Who asks, if they are given the queue's items; Http404 otherwise."""
    if not may_annotate(queue, queue.project, request.user):
        raise Http404("You are not a member of this queue.")
    return request.user


def number_in(text: str) -> int:
    """A whole number from 1; 1 for anything else."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS
    return max(1, int(text)) if is_number else 1

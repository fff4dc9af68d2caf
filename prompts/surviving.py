"""What outlives a prompt that is deleted: its numbers, its gates and its history. They wait under
its name, and are its own again when a prompt of that name is made.
"""

from django.db.models import Max
from django.utils.dateparse import parse_datetime

from accounts.models import Project, User
from prompts.gates.models import Gate, GateRun
from prompts.models import LabelMove, Numbering, Prompt
from prompts.splits.models import Split

HISTORY = (LabelMove, GateRun, Split)


def numbering_of(project: Project, name: str) -> Numbering:
    """Inside a change, under whose lock nobody else makes it."""
    found = Numbering.objects.filter(project=project, name=name).first()
    return found or Numbering.objects.create(project=project, name=name)


def next_number(prompt: Prompt) -> int:
    """One that no version of this name ever had. Inside a change."""
    numbering = numbering_of(prompt.project, prompt.name)
    highest = prompt.versions.aggregate(Max("number"))["number__max"] or 0
    numbering.last = max(numbering.last, highest) + 1
    numbering.save(update_fields=("last",))
    return numbering.last


def lay_by(prompt: Prompt) -> None:
    """Before the prompt is deleted, inside the change that does it."""
    numbering = numbering_of(prompt.project, prompt.name)
    numbering.gates = [
        {
            "label": gate.label,
            "checks": gate.checks,
            "changed_by": gate.changed_by_id,
            "changed_at": gate.changed_at.isoformat(),
        }
        for gate in Gate.objects.filter(prompt=prompt)
    ]
    numbering.save(update_fields=("gates",))
    for model in HISTORY:
        model.objects.filter(prompt=prompt).update(prompt=None, kept_under=numbering)


def take_up(prompt: Prompt) -> None:
    """After a prompt was made, inside the same change."""
    numbering = Numbering.objects.filter(project=prompt.project_id, name=prompt.name).first()
    if numbering is None:
        return  # there never was one
    for kept in numbering.gates:
        Gate.objects.create(
            project=prompt.project,
            prompt=prompt,
            label=kept["label"],
            checks=kept["checks"],
            changed_by=User.objects.filter(pk=kept["changed_by"]).first(),
            changed_at=parse_datetime(kept["changed_at"]),
        )
    numbering.gates = []
    numbering.save(update_fields=("gates",))
    for model in HISTORY:
        model.objects.filter(kept_under=numbering).update(prompt=prompt, kept_under=None)

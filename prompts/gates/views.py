"""The pages of gates: which there are, their settings, running one, and what runs said."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import project_for
from accounts.models import Project
from accounts.roles import LEAST_ROLE, Role
from prompts import listing
from prompts.changes import change
from prompts.gates import asking
from prompts.gates.changed import note
from prompts.gates.forms import GateForm
from prompts.gates.models import Gate, GateChange, GateRun
from prompts.models import Prompt
from prompts.names import MAX_LABEL, PRODUCTION, InvalidName
from prompts.views.asked import asked_prompt, by, editable, page, prompt_of, version_of

SHOWN = 30
MOST_GATES = 500


@require_safe
def gate_list(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?name=`: the gates that hold for one prompt, their changes, and its runs."""
    project = project_for(request.user, project_id)
    prompt = prompt_of(project, request.GET["name"]) if request.GET.get("name") else None
    gates = Gate.objects.filter(project=project).select_related("prompt", "changed_by")
    runs = GateRun.objects.filter(prompt__project=project).select_related("prompt", "user")
    changes = GateChange.objects.filter(project=project).select_related("user")
    if prompt is not None:
        gates = gates.filter(prompt=None) | gates.filter(prompt=prompt)
        runs = runs.filter(prompt=prompt)
        changes = changes.filter(prompt_name__in=("", prompt.name))
    found = list(gates[:MOST_GATES])
    own = {gate.label for gate in found if gate.prompt_id}
    context = {
        "project": project,
        "prompt": prompt,
        "gates": [(gate, is_overruled(gate, prompt, own)) for gate in found],
        "labels": sorted({gate.label for gate in found}),
        "label": request.GET.get("label", PRODUCTION)[:MAX_LABEL],
        "newest": prompt and prompt.versions.order_by("-number").first(),
        "runs": list(runs[:SHOWN]),
        "changes": list(changes[:SHOWN]),
        "most": SHOWN,
    }
    return render(request, "prompts/gates.html", context)


def is_overruled(gate: Gate, prompt: Prompt | None, own: set[str]) -> bool:
    """Whether the prompt that is looked at has a gate of its own for the label."""
    return prompt is not None and gate.prompt_id is None and gate.label in own


@require_POST
def gate_run(request: HttpRequest, project_id: str) -> HttpResponse:
    project = editable(request.user, project_id)
    prompt = asked_prompt(request, project)
    version = version_of(prompt, request.POST.get("version", ""))
    label = request.POST.get("label", "")
    try:
        report, run = asking.asked(prompt, label, version, by(request, project))
    except (asking.NoGate, InvalidName) as error:
        messages.error(request, str(error))
        return redirect(address(project, prompt))
    said = {"label": label, "number": version.number}
    if report.is_open:
        messages.success(request, _("The gate of “%(label)s” is open for v%(number)d.") % said)
    else:
        messages.warning(request, _("The gate of “%(label)s” is closed for v%(number)d.") % said)
    return redirect(f"{address(project, prompt, label=label)}#run-{run.pk}")


def address(project: Project, prompt: Prompt | None, **query: str) -> str:
    said = {**({"name": prompt.name} if prompt else {}), **query}
    return f"{reverse('prompt-gate', args=[project.id])}{'?' if said else ''}{urlencode(said)}"


@page
def gate_edit(request: HttpRequest, project_id: str) -> HttpResponse:
    """`?label=`, and `?name=` where it is for one prompt only."""
    project = manageable(request, project_id)
    prompt, label, gate = asked_gate(request, project)
    form = GateForm(
        request.POST or None,
        kept=gate and gate.checks,
        project_id=project.id,
        initial={"label": label or PRODUCTION},
    )
    if request.method == "POST" and form.is_valid():
        save(request, project, prompt, form)
        return redirect(address(project, prompt))
    context = {
        "project": project,
        "prompt": prompt,
        "form": form,
        "gate": gate,
        "names": listing.labels_of(project.id),
    }
    return render(request, "prompts/gate_edit.html", context, status=400 if form.errors else 200)


def manageable(request: HttpRequest, project_id: str) -> Project:
    return project_for(request.user, project_id, Role(LEAST_ROLE["manage_gates"]))


def asked_gate(request: HttpRequest, project: Project) -> tuple[Prompt | None, str, Gate | None]:
    said = request.POST or request.GET
    prompt = prompt_of(project, said["name"]) if said.get("name") else None
    label = said.get("label", "").replace("\0", "")[:MAX_LABEL]
    gate = Gate.objects.filter(project=project, prompt=prompt, label=label).first()
    return prompt, label, gate


def save(request: HttpRequest, project: Project, prompt: Prompt | None, form: GateForm) -> None:
    label = form.cleaned_data["label"]
    with change(project):
        kept = Gate.objects.filter(project=project, prompt=prompt, label=label)
        before = kept.values_list("checks", flat=True).first()
        Gate.objects.update_or_create(
            project=project,
            prompt=prompt,
            label=label,
            defaults={
                "checks": form.checks,
                "changed_by": request.user,
                "changed_at": timezone.now(),
            },
        )
        note(project, prompt, label, before, form.checks, by(request, project))
    messages.success(request, _("“%(label)s” moves only through its gate now.") % {"label": label})


@page
def gate_delete(request: HttpRequest, project_id: str) -> HttpResponse:
    project = manageable(request, project_id)
    prompt, label, gate = asked_gate(request, project)
    if gate is None:
        raise Http404("There is no such gate.")
    if request.method == "POST":
        with change(project):
            note(project, prompt, label, gate.checks, None, by(request, project))
            gate.delete()
        messages.success(request, _("The gate of “%(label)s” is deleted.") % {"label": label})
        return redirect(address(project, prompt))
    context = {"project": project, "prompt": prompt, "gate": gate}
    return render(request, "prompts/gate_delete.html", context)

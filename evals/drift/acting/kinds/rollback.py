"""The canary that runs at a label goes back to what was served before."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.roles import Role
from evals.drift.acting.addresses import verdict_address
from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import ActionRun
from prompts.changes import By
from prompts.gates import GateClosed
from prompts.labels import Protected
from prompts.models import Prompt, Way
from prompts.splits import canary


def do(run: ActionRun) -> Did:
    """In the name, and with the role, of who asked for it or set the action."""
    project_id = run.verdict.monitor.project_id
    label = str(run.options.get("label", ""))
    prompt = Prompt.objects.filter(project=project_id, name=run.options.get("prompt", "")).first()
    if prompt is None:
        raise Undoable(_("The prompt is gone. Choose another one."))
    by = By(Way.CANARY, run.asked_by, role=Role(run.role) if run.role else None)
    reason = _("Drift of “%(monitor)s”: %(address)s") % {
        "monitor": run.verdict.monitor.name,
        "address": verdict_address(run.verdict),
    }
    findings = {"drift_verdict": run.verdict_id, "drift_run": run.pk}
    try:
        is_done = canary.roll_back(prompt, label, by, reason=reason, findings=findings)
    except (Protected, GateClosed) as error:
        raise Undoable(str(error)) from error
    if not is_done:
        raise Undoable(_("No canary runs at this label."))
    address = f"{reverse('prompt-split', args=[project_id])}?"
    told = {"prompt": prompt.name, "label": label}
    words = _("The canary of “%(prompt)s” at “%(label)s” was rolled back.") % told
    return Did(words, address + urlencode({"name": prompt.name, "label": label}))

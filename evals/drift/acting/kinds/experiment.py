"""An earlier experiment is run again, on a dataset of the slice and with the version that a label
points at now.
"""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evals.datasets.models import Dataset
from evals.drift.acting.kinds.dataset import filled, named
from evals.drift.acting.kinds.doing import Did, Undoable
from evals.drift.acting.models import ActionRun
from evals.experiments.models import MAX_NAME, Plan, Run
from evals.experiments.names import run_id
from evals.experiments.running import planning
from evals.experiments.running.evaluators import of_json
from evals.experiments.running.planning import Unplannable, Wish
from evals.experiments.tasks import hand_over
from prompts.models import PromptVersion
from prompts.names import LATEST


def do(run: ActionRun) -> Did:
    """Its name is that of the verdict and of what asked for it: begun once."""
    plan = _plan(run)
    version = _version(plan, str(run.options.get("label", LATEST)))
    dataset = named(run, dataset_name(run))
    name = f"{run.verdict.monitor.name[:80]} · {run.pk}"[:MAX_NAME]
    there = run_id(dataset.project_id, dataset.pk, name)
    if not Run.objects.filter(project=dataset.project_id, public_id=there).exists():
        filled(run, dataset, with_output=False)
        there = _begun(run, plan, version, dataset, name)
    hand_over()
    words = _("An experiment of %(n)d items has begun.")
    address = reverse("experiment-page", args=[dataset.project_id])
    return Did(words % {"n": _items(there, dataset)}, f"{address}?{urlencode({'id': there})}")


def dataset_name(run: ActionRun) -> str:
    monitor = run.verdict.monitor.name.replace("/", " ").strip(" .") or "monitor"
    return f"drift/{monitor[:100]}/{run.verdict.at:%Y-%m-%d %H.%M}"


def _begun(run: ActionRun, plan: Plan, version: PromptVersion, dataset: Dataset, name: str) -> str:
    assert plan.connection is not None  # as _plan found it
    wish = Wish(
        dataset=dataset,
        name=name,
        version=version,
        connection=plan.connection,
        model=plan.model,
        parameters={key: value for key, value in plan.parameters.items() if key != "config"},
        evaluators=of_json(plan.evaluators),
        description=_("On what drifted: %(monitor)s") % {"monitor": run.verdict.monitor.name},
    )
    try:
        begun = planning.start(wish, run.asked_by, planning.estimate(wish).total)
    except Unplannable as error:
        raise Undoable(str(error)) from error
    return begun.run.public_id


def _items(public_id: str, dataset: Dataset) -> int:
    found = Plan.objects.filter(run__project=dataset.project_id, run__public_id=public_id).first()
    return found.items.count() if found else 0


def _plan(run: ActionRun) -> Plan:
    project_id = run.verdict.monitor.project_id
    found = Plan.objects.filter(run__project=project_id, pk=int(run.options.get("plan", 0)))
    plan = found.select_related("prompt", "connection").first()
    if plan is None or plan.prompt is None or plan.connection is None:
        raise Undoable(_("The earlier experiment, its prompt or its connection is deleted."))
    return plan


def _version(plan: Plan, label: str) -> PromptVersion:
    """`latest` is the newest."""
    assert plan.prompt is not None  # as _plan found it
    versions = plan.prompt.versions.select_related("prompt").order_by("-number")
    if label != LATEST:
        versions = versions.filter(labels__name=label)
    if found := versions.first():
        return found
    words = _("No version of “%(prompt)s” has the label “%(label)s”.")
    raise Undoable(words % {"prompt": plan.prompt.name, "label": label})

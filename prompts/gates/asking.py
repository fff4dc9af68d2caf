"""Running a gate because somebody asks, without moving anything."""

from django.utils.translation import gettext as _

from prompts.changes import By
from prompts.gates import closing
from prompts.gates.models import GateRun
from prompts.gates.results import Report
from prompts.gates.running import gate_of, recorded, run
from prompts.models import Prompt, PromptVersion
from prompts.names import label_name


class NoGate(LookupError):
    """The label has none; the message says what to do."""


def asked(prompt: Prompt, label: str, version: PromptVersion, by: By) -> tuple[Report, GateRun]:
    """The gate's answer as of now, and its record. Raises InvalidName, NoGate."""
    name = label_name(label)
    gate = gate_of(prompt, name)
    if gate is None:
        words = _("“%(label)s” has no gate for “%(name)s”. Set one up in the project first.")
        raise NoGate(words % {"label": name, "name": prompt.name})
    report = run(gate, prompt, version, closing.compared_with(prompt, name))
    return report, recorded(prompt, report, by)

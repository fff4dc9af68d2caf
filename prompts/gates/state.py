"""How things stand at a gate, for a page."""

from dataclasses import dataclass

from prompts.gates import closing
from prompts.gates.models import Gate
from prompts.gates.results import Report
from prompts.gates.running import gate_of, run
from prompts.models import Prompt, PromptVersion


@dataclass(frozen=True, slots=True)
class GateState:
    """What would be said if the label were moved to the version now."""

    gate: Gate
    report: Report
    is_way_back: bool  # then nothing is asked

    @property
    def is_open(self) -> bool:
        return self.is_way_back or self.report.is_open


def gate_state(prompt: Prompt, label: str, version: PromptVersion) -> GateState | None:
    """None where no gate holds, or the label points there already. Writes nothing."""
    gate = gate_of(prompt, label)
    current = closing.current_of(prompt, label)
    if gate is None or (current and current.number == version.number):
        return None
    is_way_back = closing.is_way_back(prompt, label, current, version.number)
    report = run(gate, prompt, version, closing.compared_with(prompt, label))
    return GateState(gate, report, is_way_back)

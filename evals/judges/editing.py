"""The editor of a version: its form, and the rows of its mapping."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evals.judges.evaluators import Draft
from evals.judges.library import better_of
from evals.judges.mapping import InvalidMapping, mapping_of
from evals.judges.models import MAX_DESCRIPTION, MAX_NAME
from evals.judges.outputs import BOOLEAN, CATEGORICAL, NUMERIC, SHARE, InvalidOutput, output_of
from evals.scores.models import Better
from llm.models import LlmConnection
from llm.wishes import Unacceptable, name_in, parameters_in
from prompts.kept import NO_TEXT
from prompts.substitution import variables_of

MAX_PROMPT = 50_000
MOST_VARIABLES = 30
MOST_SECONDS, MOST_ATTEMPTS = 300, 10
# Where variables of these names most likely come from.
USUAL = {
    "question": "input", "input": "input", "query": "input", "answer": "output",
    "output": "output", "response": "output", "reference": "expected_output",
    "expected_output": "expected_output", "ground_truth": "expected_output",
    "context": "context", "contexts": "context", "metadata": "metadata", "steps": "steps",
}  # fmt: skip
SOURCE_WORDS = {
    "input": gettext_lazy("Input"),
    "output": gettext_lazy("Output"),
    "metadata": gettext_lazy("Metadata"),
    "expected_output": gettext_lazy("Expected output"),
    "context": gettext_lazy("Retrieved passages"),
    "steps": gettext_lazy("Steps of the trace"),
    "tools": gettext_lazy("Tools: “offered” and “called”"),
}
KINDS = (
    (NUMERIC, gettext_lazy("A number")),
    (BOOLEAN, gettext_lazy("Yes or no")),
    (CATEGORICAL, gettext_lazy("A category")),
    (SHARE, gettext_lazy("A list of findings: the share that holds is the score")),
)
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "class": "mono", "data-grows": "", **PLAIN})


class EditorForm(forms.Form):
    """How a version asks. Valid, it holds `draft`. Its mapping is in rows of their own, one for
    each variable of the prompt.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=MAX_NAME,
        help_text=gettext_lazy("Its scores are called so. It cannot be changed later."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    description = forms.CharField(
        label=gettext_lazy("Description"), max_length=MAX_DESCRIPTION, required=False
    )
    system = forms.CharField(
        label=gettext_lazy("Instructions"), max_length=MAX_PROMPT, required=False, widget=area(4)
    )
    user = forms.CharField(
        label=gettext_lazy("Question"),
        max_length=MAX_PROMPT,
        widget=area(12),
        help_text=gettext_lazy(
            "{{name}} stands for a part of what is judged. Sonde puts it into a block that nothing "
            "in it can end, and adds the form of the answer by itself."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What it answers"), choices=KINDS)
    better = forms.ChoiceField(
        label=gettext_lazy("Which way its scores are better"),
        required=False,
        choices=Better.choices,
        help_text=gettext_lazy("Comparisons and gates tell better from worse by it."),
    )
    least = forms.FloatField(label=gettext_lazy("Least"), required=False)
    most = forms.FloatField(label=gettext_lazy("Greatest"), required=False)
    choices = forms.CharField(
        label=gettext_lazy("Categories, one a line"),
        required=False,
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 4, **PLAIN}),
    )
    connection = forms.ModelChoiceField(
        label=gettext_lazy("Connection"), queryset=LlmConnection.objects.none(), empty_label=None
    )
    model = forms.CharField(
        label=gettext_lazy("Model"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "models", **PLAIN}),
    )
    temperature = forms.FloatField(
        label=gettext_lazy("Temperature"), min_value=0, max_value=10, required=False
    )
    max_tokens = forms.IntegerField(
        label=gettext_lazy("Most tokens of the answer"),
        min_value=1,
        max_value=1_000_000,
        required=False,
    )
    extra = forms.CharField(
        label=gettext_lazy("Further parameters"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(
            attrs={"rows": 2, "class": "mono", "placeholder": '{"seed": 1}', **PLAIN}
        ),
    )
    timeout_seconds = forms.IntegerField(
        label=gettext_lazy("Seconds to wait for an answer"),
        min_value=1,
        max_value=MOST_SECONDS,
        initial=60,
    )
    most_attempts = forms.IntegerField(
        label=gettext_lazy("Attempts"),
        min_value=1,
        max_value=MOST_ATTEMPTS,
        initial=3,
        help_text=gettext_lazy(
            "How often it is asked where the answer is none or does not come. A provider that asks "
            "to wait costs no attempt."
        ),
    )
    note = forms.CharField(label=gettext_lazy("What changed"), max_length=500, required=False)
    template = forms.CharField(max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, project: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connections = project.llm_connections.all()
        self.fields["connection"].queryset = connections
        self.models = sorted({name for one in connections for name in one.model_names})[:500]
        if not is_new:
            del self.fields["name"], self.fields["description"]
        else:
            del self.fields["note"]
        self.draft: Draft | None = None

    @property
    def prompts(self) -> list[str]:
        return [str(self[name].value() or "") for name in ("system", "user")]

    def clean_name(self) -> str:
        try:
            return name_in(self.cleaned_data["name"])
        except Unacceptable as error:
            raise ValidationError(str(error)) from error

    def clean_extra(self) -> dict[str, Any]:
        try:
            return parameters_in(self.cleaned_data["extra"])
        except Unacceptable as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> None:
        found = self.cleaned_data
        texts = [found.get(name, "") for name in ("system", "user", "description", "note")]
        if any(NO_TEXT.search(text or "") for text in texts):
            raise ValidationError(_("The texts must not hold NULs or half characters."))
        output = self._output()
        mapping = self._mapping()
        if self.errors or output is None or mapping is None:
            return
        self.draft = Draft(
            messages=messages_in(found["system"], found["user"]),
            mapping=mapping,
            output=output,
            connection=found["connection"],
            model=found["model"].strip(),
            parameters=parameters_of(found),
            timeout_seconds=found["timeout_seconds"],
            most_attempts=found["most_attempts"],
            template=found["template"],
            note=found.get("note", ""),
            better=found["better"],
        )

    def _output(self) -> Mapping[str, Any] | None:
        found = self.cleaned_data
        lines = found.get("choices", "").splitlines()
        given = {"kind": found.get("kind"), "choices": [one for one in lines if one.strip()]}
        try:
            shape = output_of({**given, "min": found.get("least"), "max": found.get("most")})
        except InvalidOutput as error:
            self.add_error("kind", str(error))
            return None
        return shape.as_json()

    def _mapping(self) -> Mapping[str, Any] | None:
        sent = places_sent(self.data) if isinstance(self.data, QueryDict) else {}
        variables = variables_of(self.prompts)
        try:
            if not variables:
                raise InvalidMapping(_("Name a part of what is judged, for example {{answer}}."))
            if lacking := [name for name in variables if name not in sent]:
                words = _("Say below where “%(name)s” comes from.")
                raise InvalidMapping(words % {"name": lacking[0]})
            places = mapping_of({name: sent[name] for name in variables})
        except InvalidMapping as error:
            self.add_error("user", str(error))
            return None
        return {name: place.as_json() for name, place in places.items()}


def messages_in(system: str, user: str) -> list[dict[str, str]]:
    first = [{"role": "system", "content": tidy(system)}] if system.strip() else []
    return [*first, {"role": "user", "content": tidy(user)}]


def tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def parameters_of(found: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: found[name] for name in ("temperature", "max_tokens")}
    return {**found["extra"], **{k: v for k, v in named.items() if v is not None}}


def places_sent(data: QueryDict) -> dict[str, dict[str, Any]]:
    """The rows of the mapping, by their variables, as they were sent."""
    rows = zip(
        data.getlist("variable")[:MOST_VARIABLES],
        data.getlist("source"),
        data.getlist("path"),
        strict=False,
    )
    may_lack = set(data.getlist("lack"))
    return {
        name[:100]: {"source": source, "path": path, "may_lack": name in may_lack}
        for name, source, path in rows
    }


def rows_for(
    prompts: list[str], known: Mapping[str, Mapping[str, Any]]
) -> list[tuple[str, Mapping[str, Any]]]:
    """A row for each variable that the prompt names now."""
    names = variables_of(prompts)[:MOST_VARIABLES]
    guesses = {name: {"source": USUAL.get(name.lower(), "input"), "path": ""} for name in names}
    return [(name, known.get(name) or guesses[name]) for name in names]


def initial_of(draft: Any) -> dict[str, Any]:
    """The editor's fields, of a version or of a template with the same names."""
    by_role = {one["role"]: one["content"] for one in draft.messages}
    output = draft.output
    given = dict(getattr(draft, "parameters", {}))
    known = {name: given.pop(name, None) for name in ("temperature", "max_tokens")}
    return {
        "system": by_role.get("system", ""),
        "user": by_role.get("user", ""),
        "kind": output["kind"],
        "better": draft.better or better_of(draft.template),
        "least": output.get("min", 0),
        "most": output.get("max", 1),
        "choices": "\n".join(output.get("choices", ())),
        "extra": given,
        **known,
    }

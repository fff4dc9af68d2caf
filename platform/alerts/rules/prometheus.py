"""Rules as Prometheus writes them, in YAML, and back. Pure.

What a rule measures is one selector, and its threshold a comparison:

    sonde{view="observations", measure="latency", aggregation="p95", by="model"} > 5

A rule that is more than that carries its whole definition in the annotation `sonde_definition`,
which is then all that counts.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import yaml
from django.utils.translation import gettext_lazy as _

from alerts.incidents.tiers import Tier
from alerts.rules.conditions import Threshold, WrongRule, check
from alerts.rules.definition import Definition, Measured
from alerts.rules.lifecycle import Lasting
from alerts.rules.points import Limit, Side
from alerts.rules.stored import read, written

MAX_BYTES, MOST_RULES = 500_000, 200
WHOLE = "sonde_definition"
LINE = "__line__"  # of a mapping, beside what it holds
SELECTOR = re.compile(
    r"\s*sonde\s*\{([^{}]*)\}\s*([<>])\s*(-?\d+(?:\.\d+)?(?:e-?\d+)?)\s*", re.ASCII
)
LABEL = re.compile(r'\s*(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)', re.ASCII)
LASTS = re.compile(r"(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?", re.ASCII)
TEXTS = ("view", "measure", "aggregation", "query", "bad_query")
LISTS = ("scores",)
OF_RULE = ("bucket", "by")


@dataclass(frozen=True, slots=True)
class Named:
    """A rule with what people call it."""

    name: str
    definition: Definition
    note: str = ""
    runbook_url: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A rule of a file, and the line on which it begins; `problem` where it is none."""

    name: str
    line: int
    rule: Named | None = None
    problem: str = ""


def exported(rules: Iterable[Named], group: str = "sonde") -> str:
    told = {"groups": [{"name": group, "rules": [_exported(one) for one in rules]}]}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def _exported(rule: Named) -> dict[str, Any]:
    wanted = rule.definition
    annotations = {"description": rule.note, "runbook_url": rule.runbook_url}
    plain = _plain(wanted)
    if plain is None:
        annotations[WHOLE] = json.dumps(written(wanted), ensure_ascii=False)
    told = {
        "alert": rule.name,
        "expr": plain or _selector(wanted),
        "for": lasts(wanted.lasting.for_seconds),
        "keep_firing_for": lasts(wanted.lasting.keep_firing_seconds),
        "labels": {"severity": _severity(wanted)},
        "annotations": {name: text for name, text in annotations.items() if text},
    }
    return {name: one for name, one in told.items() if one}


def _plain(wanted: Definition) -> str | None:
    """The expression, where it says everything."""
    if not isinstance(wanted.condition, Threshold):
        return None
    limit = wanted.condition.limits[0]
    sign = ">" if wanted.condition.side == Side.ABOVE else "<"
    expr = f"{_selector(wanted)} {sign} {limit.value!r}"
    lasting = Lasting(
        for_seconds=wanted.lasting.for_seconds,
        keep_firing_seconds=wanted.lasting.keep_firing_seconds,
    )
    try:
        understood = _understood(expr, limit.tier)
    except WrongRule:  # a query or a name with a brace or comma in it
        return None
    return expr if replace(understood, lasting=lasting) == wanted else None


def _severity(wanted: Definition) -> str:
    limits = getattr(wanted.condition, "limits", ())
    return str(limits[0].tier) if limits else ""


def _selector(wanted: Definition) -> str:
    if not wanted.measured:
        return "sonde"
    one = wanted.measured[0]
    told = {name: getattr(one, name) for name in TEXTS}
    told |= {"scores": ",".join(one.scores), "bucket": wanted.bucket, "by": ",".join(wanted.by)}
    labels = ", ".join(
        f"{name}={json.dumps(text, ensure_ascii=False)}" for name, text in told.items() if text
    )
    return f"sonde{{{labels}}}"


def imported(text: str) -> list[Named]:
    """Raises WrongRule, with the name of the rule that is at fault."""
    found = []
    for one in looked_at(text):
        if one.rule is None:
            raise WrongRule(f"{one.name}: {one.problem}" if one.name else one.problem)
        found.append(one.rule)
    return found


def looked_at(text: str) -> list[Looked]:
    """Each rule of a file by itself. Raises WrongRule where the file as a whole is none."""
    check(len(text.encode()) <= MAX_BYTES, _("The file is larger than 500 kB."))
    rules = _rules(text)
    check(
        0 < len(rules) <= MOST_RULES, _("A file holds 1 to %(most)s rules.") % {"most": MOST_RULES}
    )
    return [_looked_at(one) for one in rules]


def _looked_at(told: dict) -> Looked:
    name, line = told.get("alert"), told.get(LINE, 0)
    if not isinstance(name, str) or not 0 < len(name) <= 200:
        return Looked("", line, problem=str(_("Each rule has a name under “alert”.")))
    try:
        return Looked(name, line, _imported(name, told))
    except WrongRule as error:
        return Looked(name, line, problem=str(error))


class _Loader(yaml.SafeLoader):
    """Without aliases: a few anchors make a file that never ends."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("Aliases are not read.")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict:
        """With the line on which it begins."""
        found = super().construct_mapping(node, deep=deep)
        return {**found, LINE: node.start_mark.line + 1}


def _rules(text: str) -> list[dict]:
    try:
        told = yaml.load(text, _Loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise WrongRule(_("This is no YAML: %(why)s") % {"why": str(error)[:200]}) from None
    groups = told.get("groups") if isinstance(told, dict) else None
    check(isinstance(groups, list), _("Rules stand under “groups”."))
    found: list[dict] = []
    for group in groups or []:
        rules = group.get("rules") if isinstance(group, dict) else None
        check(isinstance(rules, list), _("A group has “rules”."))
        found += [one for one in rules or [] if isinstance(one, dict) and "record" not in one]
    return found


def _imported(name: str, told: dict) -> Named:
    annotations = _texts(told.get("annotations"))
    note = annotations.get("description") or annotations.get("summary") or ""
    runbook = annotations.get("runbook_url", "")
    if whole := annotations.get(WHOLE):
        try:
            wanted = read(json.loads(whole))
        except (ValueError, RecursionError) as error:
            raise WrongRule(str(error)[:200]) from None
        return Named(name, wanted, note[:1000], runbook[:500])
    severity = _texts(told.get("labels")).get("severity", "")
    tier = {"critical": Tier.CRITICAL, "page": Tier.CRITICAL, "info": Tier.INFO}.get(severity)
    lasting = Lasting(
        for_seconds=seconds(told.get("for", "0s")),
        keep_firing_seconds=seconds(told.get("keep_firing_for", "0s")),
    )
    wanted = replace(_understood(str(told.get("expr", "")), tier or Tier.WARNING), lasting=lasting)
    return Named(name, wanted, note[:1000], runbook[:500])


def _texts(told: object) -> dict[str, str]:
    return {str(name): str(one) for name, one in told.items()} if isinstance(told, dict) else {}


def _understood(expr: str, tier: Tier) -> Definition:
    match = SELECTOR.fullmatch(expr)
    if match is None:
        raise WrongRule(_("The expression is not of the form sonde{…} > number."))
    labels = _labels(match[1])
    side = Side.ABOVE if match[2] == ">" else Side.BELOW
    check(set(labels) <= {*TEXTS, *LISTS, *OF_RULE}, _("There is no such label in sonde{…}."))
    texts = {name: labels[name] for name in TEXTS if name in labels}
    scores = tuple(one for one in labels.get("scores", "").split(",") if one)
    return Definition(
        measured=(Measured(**texts, scores=scores),),
        condition=Threshold(side=side, limits=(Limit(tier, float(match[3])),)),
        bucket=labels.get("bucket", "5m"),
        by=tuple(one for one in labels.get("by", "").split(",") if one),
    )


def _labels(text: str) -> dict[str, str]:
    found, at = {}, 0
    while at < len(text.rstrip()):
        match = LABEL.match(text, at)
        if match is None:
            raise WrongRule(_('Labels are written like measure="latency".'))
        try:
            found[match[1]] = json.loads(f'"{match[2]}"')
        except ValueError:
            raise WrongRule(_("A label is not written as Prometheus does.")) from None
        at = match.end()
    return found


def lasts(amount: int) -> str:
    """As Prometheus writes durations; "" for none."""
    return f"{amount // 60}m" if amount % 60 == 0 and amount else (f"{amount}s" if amount else "")


def seconds(text: object) -> int:
    match = LASTS.fullmatch(str(text).strip())
    if match is None or not str(text).strip():
        raise WrongRule(_("A duration is written like 5m or 1h30m."))
    return sum(
        int(part or 0) * size
        for part, size in zip(match.groups(), (86_400, 3600, 60, 1), strict=True)
    )

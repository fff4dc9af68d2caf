"""What a notice says: facts as they were when it was written, in words, with what helps to look
into them. A store that does not answer leaves out examples and chart, and never the message.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Project, Role
from alerts.channels.message import Alert, Message, Sample, Series
from alerts.incidents import links
from alerts.incidents.course import course_of
from alerts.incidents.explaining import Said, explainer
from alerts.incidents.models import News, Notice
from traces.errors import Unavailable

POINTS = 30  # of the chart
MOST_LOOKED_INTO = 5  # alerts of a message that have examples
LONGEST = 7 * 86_400  # of the time that examples are of
AROUND = 3600  # before it began and after it ended, on the rule's page
PATIENCE_SECONDS = 10.0  # for all that the store is asked
NS = 1_000_000_000
T = TypeVar("T")
OVER = (News.RESOLVED, News.CAME_AND_WENT)


def of(notice: Notice) -> Message:
    """In the language of whoever owns the organisation. Reads the store."""
    project, body = notice.project, notice.body
    language = language_of(project)
    with translation.override(language):
        told = _Told(project, notice)
        alerts = tuple(told.alert(number) for number in range(len(told.incidents)))
        return Message(
            key=notice.pk,
            project_id=project.id,
            project_name=body["project"]["name"],
            news=notice.news,
            tier=notice.tier,
            rule_id=notice.rule_id,
            rule_name=body["rule"]["name"],
            group_key=notice.group_key,
            at=notice.at,
            note=body["rule"].get("note", ""),
            runbook_url=body["rule"].get("runbook_url", ""),
            alerts=alerts,
            more=body["count"] - len(alerts),
            series=told.series(),
            rule_url=told.rule_url(),
            traces_url=told.traces_url(),
            language=language,
        )


def language_of(project: Project) -> str:
    """What the first owner of the organisation has chosen; else the product's own."""
    owners = Membership.objects.filter(
        organisation=project.organisation_id, role=Role.OWNER, user__is_active=True
    )
    chosen = owners.order_by("created_at", "pk").values_list("user__language", flat=True).first()
    return chosen or settings.LANGUAGE_CODE


def absolute(name: str, *args: str, **query: str) -> str:
    asked = f"?{urlencode(query)}" if query else ""
    return f"{settings.BASE_URL}{reverse(name, args=args)}{asked}"


class _Told:
    """A notice's incidents as they were when it was written."""

    def __init__(self, project: Project, notice: Notice) -> None:
        self.project, self.rule_id = project, notice.rule_id
        self.incidents: list[dict[str, Any]] = notice.body["incidents"]
        # That a rule cannot be evaluated is of no traces.
        is_blind = "problem" in self.incidents[0]["labels"]
        self.definition: dict[str, Any] = (
            {} if is_blind else notice.body["rule"].get("definition", {})
        )
        self.at, self.is_over = notice.at, notice.news in OVER
        self.rows = notice.incidents.in_bulk()
        self.deadline = time.monotonic() + PATIENCE_SECONDS

    def alert(self, number: int) -> Alert:
        told = self.incidents[number]
        said, row = _said(self.definition, told["facts"]), self.rows.get(told["id"])
        is_open = row is not None and not self.is_over
        return Alert(
            incident_id=told["id"],
            fingerprint=told["fingerprint"],
            labels=told["labels"],
            tier=told["tier"],
            value=said.value,
            limit=said.limit,
            window=said.window,
            began_at=datetime.fromisoformat(told["began_at"]),
            ended_at=datetime.fromisoformat(told["resolved_at"]) if told["resolved_at"] else None,
            url=links.page_url(row) if row else "",
            acknowledge_url=links.acknowledge_url(row) if row and is_open else "",
            silence_url=links.silence_url(row) if row and is_open else "",
            samples=self._samples(told) if number < MOST_LOOKED_INTO else (),
        )

    def _samples(self, told: dict[str, Any]) -> tuple[Sample, ...]:
        found = self._asked(
            lambda: explainer().samples(
                self.project.id, self.definition, told["labels"], *self._window(told)
            )
        )
        return tuple(
            Sample(one.name or one.trace_id, absolute("trace-page", self.project.id, one.trace_id))
            for one in found or ()
        )

    def series(self) -> Series:
        """Of the worst alert: what was measured up to the bucket that changed it."""
        told = self.incidents[0]
        facts = told["facts"]
        if "begin" not in facts or "end" not in facts:
            return Series()
        since = facts["end"] - POINTS * (facts["end"] - facts["begin"])
        found = self._asked(
            lambda: course_of(
                self.project.id, self.rule_id, told["labels"], max(since, 0), facts["end"]
            )
        )
        if not found:
            return Series()
        return Series(
            name=found.name,
            unit=found.unit,
            points=tuple(bucket.value for bucket in found.buckets),
            bad=tuple(bucket.is_bad for bucket in found.buckets),
            limit=facts.get("limit"),
        )

    def rule_url(self) -> str:
        since, until = self._window(self.incidents[0])
        asked = {"from": str((since - AROUND) * NS), "to": str((until + AROUND) * NS)}
        return absolute("alerts-rule", self.project.id, self.rule_id, **asked)

    def traces_url(self) -> str:
        told = self.incidents[0]
        path = explainer().list_address(
            self.project.id, self.definition, told["labels"], *self._window(told)
        )
        return f"{settings.BASE_URL}{path}" if path else ""

    def _window(self, told: dict[str, Any]) -> tuple[int, int]:
        """From its first bad bucket to the one that was judged last, in seconds since 1970."""
        began = int(datetime.fromisoformat(told["began_at"]).timestamp())
        end = told["facts"].get("end", int(self.at.timestamp()))
        return max(min(began, told["facts"].get("begin", began)), end - LONGEST, 0), end

    def _asked(self, ask: Callable[[], T]) -> T | None:
        """None where the store does not answer, or was asked for long enough."""
        if time.monotonic() > self.deadline:
            return None
        try:
            return ask()
        except Unavailable:
            self.deadline = 0.0
            return None


def _said(definition: Mapping[str, Any], facts: Mapping[str, Any]) -> Said:
    if "problem" in facts:  # the rule could not be evaluated
        return Said(value=_(facts["problem"]), limit=facts.get("error", ""))
    return explainer().said(definition, facts)

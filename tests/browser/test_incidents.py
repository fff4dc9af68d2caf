"""An incident acknowledged by its link and by the keyboard, commented and silenced, in Debian's
Chromium.
"""

import shutil
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime

import pytest

from tests.running_sonde import ROOT

CHROMIUM = shutil.which("chromium") or ""
PHONE = {"width": 360, "height": 740}
MODEL = "gpt-incident"
# A rule that is off, so that nobody evaluates it meanwhile, and two incidents as it would write.
PROGRAM = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from accounts.models import Project
from alerts.incidents.identity import fingerprint, group_key
from alerts.incidents.links import acknowledge_url
from alerts.incidents.recording import Alert, Change, record
from alerts.incidents.tiers import Step, Tier
from alerts.rules.changing import made
from alerts.rules.conditions import Threshold
from alerts.rules.definition import Definition, Measured
from alerts.rules.models import Rule
from alerts.rules.points import Limit
project = Project.objects.get(pk="PROJECT")
wanted = Definition(
    measured=(Measured(measure="error_rate"),), bucket="minute", by=("model",),
    condition=Threshold(limits=(Limit(Tier.WARNING, 0.05),)),
)
rule = made(project, "Errors", wanted)
Rule.objects.filter(pk=rule.pk).update(is_on=False)
now = timezone.now()
for model in ("MODEL", "other"):
    labels = {"model": model}
    alert = Alert(
        project=project, rule_id=rule.pk, rule_name=rule.name, labels=labels,
        fingerprint=fingerprint(rule.pk, labels), group_key=group_key(rule.pk, labels, ()),
    )
    facts = {"value": 0.5, "limit": 0.05, "samples": 2}
    change = Change(
        alert=alert, step=Step.FIRED, tier=Tier.WARNING, at=now,
        began_at=now - timedelta(minutes=5), facts=facts,
    )
    with transaction.atomic():
        [incident] = record([change])
print(acknowledge_url(incident))
""".replace("MODEL", MODEL)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed: apt install chromium"),
]


@pytest.fixture(scope="module")
def link(stack, api) -> str:
    """Of the second of two incidents: the path of the link that acknowledges it."""
    sent_calls(api)
    program = PROGRAM.replace("PROJECT", stack.project_id)
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "shell", "--no-imports", "-c", program],
        env=stack.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return "/alerts/links/" + done.stdout.strip().rpartition("/alerts/links/")[2]


def sent_calls(api) -> None:
    """Two of a minute ago, of which one failed."""
    moment = datetime.fromtimestamp(time.time() - 60, UTC).isoformat()
    events = []
    for level in ("DEFAULT", "ERROR"):
        body = {
            "id": uuid.uuid4().hex[:16], "traceId": uuid.uuid4().hex, "name": "answer",
            "model": MODEL, "startTime": moment, "endTime": moment, "level": level,
        }  # fmt: skip
        events.append(
            {"id": uuid.uuid4().hex, "type": "generation-create", "timestamp": moment, "body": body}
        )
    assert api.post("/api/public/ingestion", json={"batch": events}).status_code == 207


def test_an_incident_is_worked_on_from_the_message_to_the_silence(open_page, project, link):
    page = open_page(link, size=PHONE)
    fits(page)
    page.get_by_role("button", name="Acknowledge").click()
    page.get_by_text("Thank you: it is acknowledged.").wait_for()
    fits(page)

    page = open_page(f"{project}/alerts")
    page.locator("tr.is-acknowledged", has_text="other").wait_for()
    fits(page)
    page.keyboard.press("j")
    page.locator(".incidents a.main:focus").wait_for()
    page.locator("tr.is-open", has_text=MODEL).get_by_role("link", name="Errors").focus()
    page.keyboard.press("e")
    page.locator(".toast", has_text="acknowledged").wait_for()
    page.locator("tr.is-acknowledged", has_text=MODEL).get_by_role("link", name="Errors").click()

    page.locator(".figure[data-drawn]").wait_for()
    page.get_by_role("link", name="All of them, with the same filter").wait_for()
    fits(page)
    page.get_by_label("Comment").fill("Rolled back")
    page.get_by_role("button", name="Comment").click()
    page.locator(".timeline .said", has_text="Rolled back").wait_for()
    page.get_by_role("button", name="False alarm").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.locator(".figure[data-drawn]").wait_for()
    page.set_viewport_size(PHONE)
    fits(page)

    page.get_by_role("link", name="Silence this").click()
    page.get_by_text("It would hold 1 open incident now.").wait_for()
    page.get_by_label("Value").first.fill("nothing")
    page.get_by_text("Nothing that is open now would be held.").wait_for()
    page.get_by_label("Value").first.fill(MODEL)
    page.get_by_text("It would hold 1 open incident now.").wait_for()
    fits(page)
    page.get_by_label("Why").fill("We know")
    page.get_by_role("button", name="Make the silence").click()
    page.locator(".silences tr", has_text="We know").wait_for()
    fits(page)
    page.get_by_role("button", name="End now").click()
    page.get_by_text("No silence holds now").wait_for()
    assert page.wrong == []


def fits(page) -> None:
    """Nothing sticks out, and axe finds nothing."""
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

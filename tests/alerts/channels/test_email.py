"""Alerts by e-mail, through a server that takes them, refuses them or is not there."""

import socket

import pytest
from django.utils import timezone

from accounts.models import Membership, Role, User
from alerts.channels import delivering, testing
from alerts.channels.email import recipients, rendering, sending
from alerts.channels.message import Series
from alerts.channels.models import Channel, Delivery
from tests.alerts.channels.conftest import an_alert
from tests.alerts.channels.test_kinds import HOSTILE

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def sent(mailbox, make_channel, written):
    """The delivery after one attempt."""

    def attempted(channel=None, **fields) -> Delivery:
        [delivery] = written(channel or make_channel("email"), **fields)
        delivering.attempt(delivery.pk)
        delivery.refresh_from_db()
        return delivery

    return attempted


def test_a_mail_arrives_as_text_and_as_html(sent, mailbox):
    assert sent().state == "delivered"
    [mail] = mailbox.mails
    assert mailbox.recipients == ["ada@team.example"] == [mail["To"]]
    assert mail["Subject"] == "[Sonde] Firing, critical: Error rate"
    assert mail["X-Sonde-Key"] == "n1" and mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    for part in ("model gpt-5", "12 %", "5 minutes", "https://sonde.example/acknowledge"):
        assert part in text and part in html
    assert "▂▂·█" in text and 'height="60" bgcolor="#b91c1c"' in html
    assert "style=" not in html


def test_what_is_said_of_an_incident_is_one_thread_and_a_second_copy_has_the_same_id(
    sent, mailbox, make_channel
):
    channel = make_channel("email")
    first = sent(channel, key="n1")
    delivering.again(first)
    delivering.attempt(first.pk)
    sent(channel, key="n2", news="resolved")
    one, copy, over = mailbox.mails
    assert one["Message-ID"] == copy["Message-ID"] != over["Message-ID"]
    assert one["References"] == over["References"] == over["In-Reply-To"]


def test_nothing_from_outside_becomes_a_header_or_markup(sent, mailbox):
    alerts = (an_alert(incident_id="i1>\r\nBcc: eve@evil.example", labels={"a": HOSTILE}),)
    told = {"rule_name": HOSTILE, "note": HOSTILE, "project_name": HOSTILE, "alerts": alerts}
    assert sent(key="n1\r\nBcc: eve@evil.example", **told).state == "delivered"
    [mail] = mailbox.mails
    assert mail["Bcc"] is None and mailbox.recipients == ["ada@team.example"]
    assert "\n" not in mail["Subject"] and len(mail["Subject"].strip()) <= 150
    html = mail.get_body(("html",)).get_content()
    assert "<script>" not in html and "&lt;script&gt;" in html


def test_members_are_sent_it_while_they_are_members(make_channel, organisation, project):
    there = {
        "to_members": True,
        "addresses": ["ops@team.example", "a@b.example\r\nBcc: c@d.example"],
    }
    channel = make_channel("email", settings=there)
    member = User.objects.create_user("bea@team.example")
    gone = User.objects.create_user("cem@team.example", is_active=False)
    for user in (member, gone):
        Membership.objects.create(organisation=organisation, user=user, role=Role.VIEWER)
    found = recipients.of(channel)
    assert {"ops@team.example", "bea@team.example"} <= set(found)
    assert "cem@team.example" not in found
    assert not [address for address in found if "\n" in address]


@pytest.mark.parametrize(
    ("step", "said", "status"), [("RCPT", "550 no such mailbox", 550), ("DATA", "451 later", 451)]
)
def test_what_the_server_answers_stands_in_the_log(sent, mailbox, step, said, status):
    mailbox.steps[step] = lambda talk: talk.say(said)
    delivery = sent()
    attempt = delivery.attempts.get()
    assert (attempt.status, attempt.answer) == (status, said[4:])
    assert delivery.state == "waiting" and delivery.next_at > timezone.now()
    mailbox.steps.clear()
    Delivery.objects.update(next_at=timezone.now())
    Channel.objects.update(quiet_until=None)
    delivering.attempt(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == "delivered" and len(mailbox.mails) == 1


def test_a_server_that_hangs_up_or_is_not_there_is_unreachable(sent, mailbox, settings):
    mailbox.steps["MAIL"] = lambda talk: talk.connection.shutdown(socket.SHUT_RDWR)
    assert sent().attempts.get().fault == "unreachable"
    settings.EMAIL_PORT = 1
    assert sent(key="n2", group_key="g2").attempts.get().fault == "unreachable"


def test_a_server_that_says_nothing_is_waited_for_no_longer_than_it_may(sent, mailbox, settings):
    settings.EMAIL_TIMEOUT = 0.3
    mailbox.steps["MAIL"] = lambda talk: talk.server.stopped.wait(10)
    assert sent().attempts.get().fault == "too_slow"


def test_a_server_that_answers_each_step_just_in_time_is_cut_off(sent, mailbox, monkeypatch):
    monkeypatch.setattr(sending, "MOST_SECONDS", 0.3)

    def linger(talk) -> None:
        while not talk.server.stopped.wait(0.05):
            talk.say("250-not yet")

    mailbox.steps["MAIL"] = linger
    assert sent().attempts.get().fault == "too_slow"


def test_without_a_server_or_anybody_to_write_to_it_says_so(sent, settings, make_channel):
    nobody = make_channel("email", settings={"addresses": []})
    assert "nobody" in sent(nobody).attempts.get().detail
    settings.EMAIL_HOST = ""
    assert "SONDE_SMTP_HOST" in sent(key="n2").attempts.get().detail


def test_a_test_arrives(mailbox, make_channel):
    delivery = testing.send_test(make_channel("email"), "en")
    delivering.attempt(delivery.pk)
    [mail] = mailbox.mails
    assert "Test of the channel" in mail["Subject"]


def test_bars_are_as_high_as_what_they_stand_for():
    drawn = rendering.bars(Series(points=(0, 5, None, 10), bad=(False, False, False, True)))
    assert [bar.pixels for bar in drawn] == [0, 30, 0, 60]
    assert [bar.is_bad for bar in drawn] == [False, False, False, True]
    assert [bar.is_bad for bar in rendering.bars(Series(points=(1, 2)))] == [False, False]
    assert rendering.bars(Series(points=(None, 0))) == []

"""Formatting what clients sent takes no more of a page than its budget."""

import json
import time

from django.urls import reverse

SLOW = ("*a **a " * 2800, "[" * 19_000, "`a" * 9_000, "**a_" * 4_900, "> " * 9_000, "![a](" * 3_900)


def test_messages_built_to_be_slow_are_plain_text_after_a_while(client, owner, project, span):
    messages = [
        {"role": "user", "content": f"{number} {SLOW[number % len(SLOW)]}"} for number in range(14)
    ]
    span("t", "g", type="GENERATION", input=json.dumps(messages), output="**the last word**")
    client.force_login(owner)
    address = reverse("trace-page", args=[project.id, "t"])
    begun = time.thread_time()
    page = client.get(address).content.decode()
    assert time.thread_time() - begun < 5
    assert "formatted=all" in page and "<strong>the last word</strong>" not in page
    assert "**the last word**" in page


def test_messages_that_are_quickly_formatted_all_are(client, owner, project, span):
    messages = [{"role": "user", "content": f"**number {number}**"} for number in range(200)]
    span("t", "g", type="GENERATION", input=json.dumps(messages))
    client.force_login(owner)
    page = client.get(reverse("trace-page", args=[project.id, "t"])).content.decode()
    assert page.count("<strong>number") == 200 and "formatted=all" not in page

"""The playground as a member uses it, with columns of a connection to a provider on loopback."""

import json

import pytest
from django.urls import reverse

from prompts.changes import By
from prompts.models import PromptVersion, Way
from prompts.versions import Draft, create

SCHEMA = '{"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}'


@pytest.fixture
def play(client, project, member):
    client.force_login(member)

    class Play:
        def url(self, name="playground"):
            return reverse(name, args=[project.id])

        def page(self, **query):
            return client.get(self.url(), query)

        def post(self, what, body):
            return client.post(
                self.url(f"playground-{what}"), json.dumps(body), content_type="application/json"
            )

        def run(self, *columns, **rest):
            placed = [{"place": place, **column} for place, column in enumerate(columns)]
            return self.post("run", {"columns": placed, **rest})

        def told(self, *columns, **rest):
            response = self.run(*columns, **rest)
            assert response.status_code == 200, response.content
            return lines_of(response)

    return Play()


def lines_of(response) -> list[dict]:
    body = b"".join(response.streaming_content).decode()
    return [json.loads(line) for line in body.splitlines() if line]


@pytest.fixture
def column(make_connection):
    connection = make_connection(model_names=["gpt-4o-mini"])

    def made(**fields):
        return {
            "type": "text", "text": "Greet {{ name }}.", "model": "gpt-4o-mini",
            "connection": connection.pk, **fields,
        }  # fmt: skip

    return made


def version(project, name="greet", body="Greet {{name}}.", **rest) -> PromptVersion:
    kind = "text" if isinstance(body, str) else "chat"
    return create(project, Draft(name=name, type=kind, body=body, **rest), By(Way.PAGE))


def state_of(response) -> dict:
    page = response.content.decode()
    text = page.partition('<script id="playground-state" type="application/json">')[2]
    return json.loads(text.partition("</script>")[0])

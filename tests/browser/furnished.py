"""What the pages of releases show beside prompts: gates with runs, a split, a canary, connections,
a webhook and something deleted. Made over HTTP, as a browser does.
"""

import httpx

CANARY = "canary"
SPLIT = "beta"


class Visitor:
    """Sends a project's forms with the cookies of somebody who is logged in."""

    def __init__(self, stack, cookies: list[dict]) -> None:
        self.base, self.project = stack.url, f"/projects/{stack.project_id}"
        self.cookies = {cookie["name"]: cookie["value"] for cookie in cookies}

    def send(self, path: str, **fields: str) -> httpx.Response:
        answer = httpx.post(
            f"{self.base}{self.project}/{path}",
            data=fields,
            cookies=self.cookies,
            headers={"Referer": self.base, "X-CSRFToken": self.cookies["csrftoken"]},
            follow_redirects=True,
        )
        assert answer.status_code == 200, answer.text[-2000:]
        return answer


def furnish(stack, cookies: list[dict], api, prompt: str) -> dict[str, str]:
    """The paths of the pages that came to be, by name."""
    visitor = Visitor(stack, cookies)
    pages = {**_released(visitor, prompt), **_settings(visitor)}
    gone = {"name": "look/gone", "prompt": "{{word}}", "labels": ["beta"]}
    assert api.post("/api/public/v2/prompts", json=gone).status_code == 201
    assert api.delete("/api/public/v2/prompts/look%2Fgone").status_code == 204
    return pages


def _released(visitor: Visitor, prompt: str) -> dict[str, str]:
    gate = {"label": "look", "days": "7", "name": prompt}
    visitor.send("prompts/gates/edit", **gate, max_tokens="1", braces="on")
    visitor.send("prompts/gates/edit", **gate, max_tokens="2", min_calls="50")
    visitor.send("prompts/gates/run", name=prompt, label="look", version="2")
    for label in (SPLIT, CANARY):
        visitor.send("prompts/promote", name=prompt, label=label, version="1", seen="")
    shares = {"version_0": "1", "share_0": "70", "version_1": "2", "share_1": "30"}
    visitor.send("prompts/split/start", name=prompt, label=SPLIT, **shares)
    plan = {"candidate": "2", "steps": "5, 20, 100", "least_minutes": "30", "least_calls": "50"}
    visitor.send("prompts/split/canary", name=prompt, label=CANARY, **plan, latency_ratio="1.5")
    split = f"{visitor.project}/prompts/split?name={prompt}"
    return {"prompt-split": f"{split}&label={SPLIT}", "prompt-canary": f"{split}&label={CANARY}"}


def _settings(visitor: Visitor) -> dict[str, str]:
    connections, webhooks = "settings/llm", "settings/webhooks"
    models = "gpt-4o-mini\ngpt-4o"
    made = {"protocol": "openai", "key": "sk-nobodys-0123456789", "model_names": models}
    visitor.send(f"{connections}/new", name="openai-production", **made)
    address = "https://1.1.1.1/hooks/sonde"
    listed = visitor.send(webhooks, url=address, note="deploys the agent").text
    webhook = listed.partition(f'href="{visitor.project}/{webhooks}/')[2].partition('"')[0]
    visitor.send(f"{webhooks}/{webhook}", url=address, note="deploys the agent")  # no longer active
    return {"webhook": f"{visitor.project}/{webhooks}/{webhook}"}

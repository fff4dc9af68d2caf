"""How programs fetch a prompt: text to copy. Pure but for the project's address."""

import json
from dataclasses import dataclass
from urllib.parse import quote

from prompts.body import Body, placeholders_in, variables_in


@dataclass(frozen=True, slots=True)
class Snippet:
    id: str
    title: str
    file: str
    text: str


def snippets_of(base_url: str, name: str, body: Body, *, label: str, number: int) -> list[Snippet]:
    """By the label where there is one, else by the number."""
    return [
        Snippet("python", "Python", "answer.py", _python(name, body, label, number)),
        Snippet("javascript", "JavaScript", "answer.mjs", _javascript(name, body, label, number)),
        Snippet("curl", "curl", "", _curl(base_url, name, label, number)),
    ]


def _python(name: str, body: Body, label: str, number: int) -> str:
    kind = "" if isinstance(body, str) else ', type="chat"'
    which = f", label={_quoted(label)}" if label else f", version={number}"
    names = variables_in(body)
    given = [f"{_quoted(one)}: {_quoted(f'…{one}…')}" for one in names]
    given += [f"{_quoted(one)}: []" for one in placeholders_in(body) if one not in names]
    filled = f"**{{{', '.join(given)}}}" if given else ""
    result = "text" if isinstance(body, str) else "messages"
    return (
        "from langfuse import get_client\n\n"
        "langfuse = get_client()  # reads LANGFUSE_PUBLIC_KEY, _SECRET_KEY and _HOST\n"
        f"prompt = langfuse.get_prompt({_quoted(name)}{which}{kind})\n"
        f"{result} = prompt.compile({filled})\n"
        "config = prompt.config\n"
    )


def _javascript(name: str, body: Body, label: str, number: int) -> str:
    options = [f"label: {_quoted(label)}" if label else f"version: {number}"]
    if not isinstance(body, str):
        options.append('type: "chat"')
    names = ", ".join(f"{_quoted(one)}: {_quoted(f'…{one}…')}" for one in variables_in(body))
    slots = ", ".join(f"{_quoted(one)}: []" for one in placeholders_in(body))
    given = f"{{ {names} }}" if names else "{}" if slots else ""
    given += f", {{ {slots} }}" if slots else ""
    result = "text" if isinstance(body, str) else "messages"
    return (
        'import { LangfuseClient } from "@langfuse/client";\n\n'
        "// reads LANGFUSE_PUBLIC_KEY, _SECRET_KEY and _BASE_URL\n"
        "const langfuse = new LangfuseClient();\n"
        f"const prompt = await langfuse.prompt.get({_quoted(name)}, {{ {', '.join(options)} }});\n"
        f"const {result} = prompt.compile({given});\n"
    )


def _curl(base_url: str, name: str, label: str, number: int) -> str:
    which = f"label={quote(label, safe='')}" if label else f"version={number}"
    address = f"{base_url}/api/public/v2/prompts/{quote(name, safe='')}?{which}"
    return f'curl -u "$LANGFUSE_PUBLIC_KEY:$LANGFUSE_SECRET_KEY" \\\n  {_shell(address)}\n'


def _quoted(text: str) -> str:
    """As Python, JavaScript and JSON alike read it."""
    return json.dumps(text, ensure_ascii=False)


def _shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

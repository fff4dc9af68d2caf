"""Every word that a person reads is in the Korean catalogue; no template forgets one."""

import ast
import re
import runpy
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.utils.translation import gettext, override
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "templates" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
SOURCES = ("platform", "ingest", "evals", "prompts")

# Where the context and the text stand among a function's arguments.
FUNCTIONS = {
    "_": (None, 0),
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
LITERAL = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"\b(n?p?gettext)\(\s*u?({LITERAL})(?:\s*,\s*u?({LITERAL}))?")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")

# The same in every language.
NAMES = {
    "Sonde", "ClickHouse", "Langfuse", "OpenAI", "OpenTelemetry", "LangChain", "LiteLLM", "curl",
    "UTC", "JSON", "OTLP", "Python", "Esc", "ms", "id", "API", "Zip", "CSV",
    "IBAN", "BLEU", "ROUGE", "chrF", "SQL", "PNG", "YAML", "n", "p",
}  # fmt: skip
PLACE = re.compile(r"%\(\w+\)s")
SPOKEN = {"title", "aria-label", "placeholder", "alt", "data-label", "data-copied"}

Message = tuple[str | None, str]  # context and text


def messages_in_python(source: str) -> set[Message]:
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute)):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
        texts = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        context, text = FUNCTIONS.get(name, (None, None))
        if text is not None and len(texts) > text and isinstance(texts[text], str):
            found.add((None if context is None else texts[context], texts[text]))
    return found


def messages_in_template(source: str) -> set[Message]:
    found = set()
    for call in IN_TEMPLATE.finditer(templatize(source)):
        name, *literals = call.groups()
        texts = [ast.literal_eval(literal) for literal in literals if literal]
        context, text = FUNCTIONS[name]
        found.add((None if context is None else texts[context], texts[text]))
    return found


def templates() -> list[Path]:
    return sorted((ROOT / "templates").rglob("*.html"))


def python_files() -> list[Path]:
    return [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


class Words(HTMLParser):
    """The words of a page that no translation stands for."""

    def __init__(self):
        super().__init__()
        self.untranslated: list[str] = []
        self.silent = 0  # how deep in an element that says translate="no"
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        values = dict(attributes)
        is_silent = values.get("translate") == "no" or tag in ("kbd", "style", "script", "code")
        if tag not in ("input", "br", "hr", "link", "meta", "img", "rect", "path", "use", "circle"):
            self.open.append((tag, is_silent))
            self.silent += is_silent
        for name in SPOKEN & values.keys() if not is_silent else ():
            self.note(values[name] or "")

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            closed, was_silent = self.open.pop()
            self.silent -= was_silent
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.note(data)

    def note(self, text: str) -> None:
        words = re.findall(r"[A-Za-z]{2,}", re.sub(r"&\w+;", "", text))
        self.untranslated += [word for word in words if word not in NAMES]


def forgotten_words(source: str) -> list[str]:
    """The letters of a template outside of its tags, variables and comments."""
    source = re.sub(r"{#.*?#}", "", source)
    source = re.sub(r"{% comment.*?endcomment %}", "", source, flags=re.DOTALL)
    source = re.sub(
        r"{% block(?:trans|translate) .*?endblock(?:trans|translate) %}",
        "",
        source,
        flags=re.DOTALL,
    )
    source = re.sub(r"{%.*?%}|{{.*?}}", "", source, flags=re.DOTALL)
    words = Words()
    words.feed(source)
    return words.untranslated


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(CATALOGUE), encoding="utf-8")


def test_the_collectors_see_every_form():
    script = "_('a'); ngettext('b', 'bs', n); m.pgettext_lazy('theme', 'c'); other('z'); _(name)"
    assert messages_in_python(script) == {(None, "a"), (None, "b"), ("theme", "c")}
    page = "{% load i18n %}{% translate 'd' %}{% translate \"e's\" context 'x' as y %}"
    page += "{% blocktranslate count n=1 %}f {{ n }}{% plural %}fs{% endblocktranslate %}"
    assert messages_in_template(page) == {(None, "d"), ("x", "e's"), (None, "f %(n)s")}


def test_forgotten_words_are_found_in_text_and_attributes():
    page = '<p title="Close">{% translate "Save" %} {{ name }}</p><code>raw</code><b>Oh no</b>'
    assert forgotten_words(page) == ["Close", "Oh", "no"]


@pytest.mark.parametrize("path", templates(), ids=relative)
def test_no_word_of_a_template_is_left_out_of_translation(path):
    assert not forgotten_words(path.read_text(encoding="utf-8"))


def test_every_message_has_its_korean(catalogue):
    korean = {(entry.msgctxt, entry.msgid) for entry in catalogue.translated_entries()}
    asked = set().union(
        *(messages_in_python(path.read_text(encoding="utf-8")) for path in python_files()),
        *(messages_in_template(path.read_text(encoding="utf-8")) for path in templates()),
    )
    assert len(asked) > 100
    assert not sorted(text for context, text in asked - korean)


def test_nothing_is_fuzzy_or_empty(catalogue):
    assert not [entry.msgid for entry in catalogue.fuzzy_entries()]
    assert not [entry.msgid for entry in catalogue.untranslated_entries()]


def test_placeholders_are_the_same_in_both_languages(catalogue):
    differing = [
        entry.msgid
        for entry in catalogue
        for text in [entry.msgstr, *entry.msgstr_plural.values()]
        if text
        and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid))
        and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(entry.msgid_plural))
    ]
    assert not differing


def test_korean_is_korean(catalogue):
    same = {entry.msgid for entry in catalogue if entry.msgstr == entry.msgid}
    words = {one for msgid in same for one in re.findall(r"[A-Za-z]+", PLACE.sub("", msgid))}
    assert words <= {"English", "Korean", *NAMES}
    with_letters = [
        entry.msgid
        for entry in catalogue.translated_entries()
        if re.search(r"[A-Za-z]{3}", entry.msgid)
        and not re.search(r"[가-힣]", entry.msgstr + "".join(entry.msgstr_plural.values()))
    ]
    assert set(with_letters) <= same


def test_the_compiled_catalogue_is_of_this_source():
    compile_messages = runpy.run_path(str(ROOT / "scripts" / "compile_messages.py"))
    assert CATALOGUE.with_suffix(".mo").read_bytes() == compile_messages["compiled"](CATALOGUE)


def test_django_speaks_it():
    with override("ko"):
        assert gettext("Settings") == "설정"

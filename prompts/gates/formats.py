"""A run of a gate as programs read it: JSON, JUnit's XML, a table in markdown."""

import re
from typing import Any
from xml.etree import ElementTree

from prompts.gates.results import Report, Result
from prompts.gates.verdicts import Verdict

SIGNS = {
    Verdict.PASSED: "✅ passed",
    Verdict.FAILED: "❌ failed",
    Verdict.SKIPPED: "➖ nothing to check",
    Verdict.UNKNOWN: "⚠️ could not be checked",
}
# What XML 1.0 cannot hold, and what would end a cell or a row of a table.
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKUP = re.compile(r"[\\`*_{}\[\]<>()#+!|@~]")


def shape(prompt: str, report: Report, current: int | None) -> dict[str, Any]:
    """`current` is what the label points at: nowhere, perhaps, though it was compared with what it
    pointed at last.
    """
    return {
        "prompt": prompt,
        "label": report.label,
        "version": report.number,
        "current": current,
        "against": report.against,
        "verdict": report.verdict.value,
        "is_open": report.is_open,
        "checks": [shape_of(result) for result in report.results],
    }


def shape_of(result: Result) -> dict[str, Any]:
    return {
        "check": result.key,
        "verdict": result.verdict.value,
        "reason": result.plain,
        "figures": result.figures,
        "n": result.n,
        "interval": result.interval and list(result.interval),
        "level": result.level if result.interval else None,
    }


def junit(prompt: str, report: Report) -> str:
    """A suite of one case for each check, as CI servers read it."""
    counts = dict.fromkeys(Verdict, 0)
    for result in report.results:
        counts[result.verdict] += 1
    suite = ElementTree.Element(
        "testsuite",
        name=_xml(f"gate of {report.label}: {prompt} version {report.number}"),
        tests=str(len(report.results)),
        failures=str(counts[Verdict.FAILED]),
        errors=str(counts[Verdict.UNKNOWN]),
        skipped=str(counts[Verdict.SKIPPED]),
    )
    for result in report.results:
        case = ElementTree.SubElement(
            suite, "testcase", name=result.key, classname=_xml(f"gate.{report.label}.{prompt}")
        )
        if result.verdict == Verdict.PASSED:
            ElementTree.SubElement(case, "system-out").text = _xml(result.plain)
        else:
            kind = {Verdict.FAILED: "failure", Verdict.UNKNOWN: "error"}
            name = kind.get(result.verdict, "skipped")
            ElementTree.SubElement(case, name, message=_xml(result.plain))
    ElementTree.indent(suite)
    body = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _xml(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def markdown(prompt: str, report: Report) -> str:
    """A heading and a table, for the summary of a job or a comment on a change."""
    against = f", against version {report.against}" if report.against else ""
    lines = [
        f"### {SIGNS[report.verdict]}: {_cell(prompt)} version {report.number} → "
        f"{_cell(report.label)}{against}",
        "",
        "| check | verdict | what was found | n | interval |",
        "|---|---|---|---:|---|",
    ]
    for result in report.results:
        n = "" if result.n is None else str(result.n)
        interval = said_of(result)
        lines.append(
            f"| {_cell(result.key)} | {SIGNS[result.verdict]} | {_cell(result.plain)} | {n} | "
            f"{interval} |"
        )
    return "\n".join(lines) + "\n"


def said_of(result: Result) -> str:
    """The interval, and how much of the time such a one holds the true figure."""
    if result.interval is None:
        return ""
    return "{:.4g} – {:.4g} ({} %)".format(*result.interval, result.level)


def _cell(text: str) -> str:
    return MARKUP.sub(lambda sign: "\\" + sign[0], " ".join(text.split()))

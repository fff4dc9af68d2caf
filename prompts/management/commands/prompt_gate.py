"""`manage.py prompt_gate`: may a version have a label? For CI beside the server."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from prompts.changes import By
from prompts.gates import asking, formats
from prompts.gates.verdicts import Verdict
from prompts.models import Prompt, PromptVersion, Way
from prompts.names import PRODUCTION, InvalidName

ERROR = 2
EXIT_CODES = {Verdict.PASSED: 0, Verdict.FAILED: 1, Verdict.UNKNOWN: ERROR}


class Command(BaseCommand):
    help = (
        "Run the gate of a label for a version, without moving the label. Exit code 0: passed, 1: "
        "failed, 2: it could not be run or checked."
    )

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """`--version` is the prompt's here, not Django's."""
        options["conflict_handler"] = "resolve"
        return super().create_parser(prog_name, subcommand, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--project", required=True, help="the project's id")
        parser.add_argument("--prompt", required=True, help="the prompt's name")
        parser.add_argument(
            "--version", dest="number", type=int, help="its number; by default the newest"
        )
        parser.add_argument("--label", default=PRODUCTION)
        parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit's XML there")
        parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a table there")

    def handle(
        self,
        *,
        project: str,
        prompt: str,
        number: int | None,
        label: str,
        junit: Path | None,
        markdown: Path | None,
        **_,
    ) -> None:
        version = version_of(project, prompt, number)
        try:
            report, _run = asking.asked(version.prompt, label, version, By(Way.ADMIN))
        except (asking.NoGate, InvalidName) as error:
            raise CommandError(str(error), returncode=ERROR) from error
        table = formats.markdown(prompt, report)
        for path, text in ((junit, formats.junit(prompt, report)), (markdown, table)):
            if path is not None:
                written(path, text)
        self.stdout.write(table)
        if code := EXIT_CODES[report.verdict]:
            sys.exit(code)


def version_of(project: str, name: str, number: int | None) -> PromptVersion:
    prompt = Prompt.objects.filter(project=project, name=name).first()
    if prompt is None:
        raise CommandError(f"There is no prompt {name!r} in project {project!r}.", returncode=ERROR)
    versions = prompt.versions.select_related("prompt__project").order_by("-number")
    found = (versions.filter(number=number) if number is not None else versions).first()
    if found is None:
        raise CommandError(f"{name!r} has no version {number}.", returncode=ERROR)
    return found


def written(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}", returncode=ERROR) from error

"""The rows that an upload refused, as a file."""

import io
import json

import pytest
from django.urls import reverse

from evals.datasets.models import RefusedRow
from evals.datasets.uploads import working
from evals.datasets.uploads.mapping import Columns, guessed


@pytest.fixture
def refused_of(client, owner, make_dataset):
    """`refused_of(b"…", "a.csv")`: the file that is downloaded once the upload is over."""
    strict = make_dataset("strict", input_schema={"type": "string", "maxLength": 6})

    def downloaded(content: bytes, name: str):
        file = working.brought(strict, name, io.BytesIO(content), owner)
        upload = working.start(file, Columns(guessed(file.columns)), owner)
        while working.work(upload.pk):
            pass
        client.force_login(owner)
        page = reverse("upload-page", args=[strict.project_id, strict.pk, upload.pk])
        assert f'href="{page}/refused"' in client.get(page).content.decode()
        return client.get(f"{page}/refused")

    return downloaded


def test_all_refused_rows_of_a_csv_are_downloaded_whole_below_its_own_header(refused_of):
    rows = b"".join(b'%d,"too long, %d",=cmd\n' % (number, number) for number in range(150))
    answer = refused_of(b"id,input,note\n" + rows + b"x,fine,\n", "a.csv")
    assert answer["Content-Disposition"].endswith('.csv"')
    header, *lines = answer.getvalue().decode().removesuffix("\r\n").split("\r\n")
    assert header == "\ufeffline,reason,id,input,note"
    assert len(lines) == 150
    assert lines[0].startswith("2,") and lines[0].endswith(',0,"too long, 0",\'=cmd')
    assert lines[-1].startswith("151,") and lines[-1].endswith(',149,"too long, 149",\'=cmd')


def test_a_row_with_cells_missing_or_over_lines_stands_as_it_was(refused_of):
    content = b'input;note\r\n"two\r\nlines";x\r\n\r\nlone\r\n"x\x00y";z\r\n'
    text = refused_of(content, "a.csv").getvalue().decode()
    header, *rest = text.split("\r\n")
    assert header == "\ufeffline;reason;input;note"
    text = "\r\n".join(rest)
    assert ';"two\r\nlines";x\r\n' in text
    assert text.count("\n5;") == 1 and "Is a quote missing?;lone\r\n" in text
    assert ";x\0y;z\r\n" in text or ';"x\0y";z\r\n' in text


def test_refused_lines_of_json_are_values_again_or_their_text(refused_of):
    odd = [r'{"input": "\ud800"}', "{", '{"input": NaN}', "[1]"]
    lines = [json.dumps({"input": "too long 한"}), *odd, '{"input": "fine"}']
    answer = refused_of("\n".join(lines).encode(), "a.jsonl")
    assert answer["Content-Disposition"].endswith('.jsonl"')
    told = [json.loads(line) for line in answer.getvalue().decode().splitlines()]
    assert [one["line"] for one in told] == [1, 2, 3, 4, 5]
    assert [one["row"] for one in told] == [
        {"input": "too long 한"}, {"input": "\ud800"}, "{", '{"input": NaN}', [1],
    ]  # fmt: skip
    assert all(one["reason"] for one in told)


def test_refused_rows_of_a_cell_that_is_long_are_kept_whole(refused_of):
    cell = "é" * 500_000
    text = refused_of(f"input\n{cell}\n".encode(), "a.csv").getvalue().decode()
    assert text.endswith(f",{cell}\r\n")
    assert bytes(RefusedRow.objects.get().content).decode() == cell

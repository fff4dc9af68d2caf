"""Files whose rows become items."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.datasets import items
from evals.datasets.models import FilePart, RefusedRow, Upload, UploadedFile
from evals.datasets.uploads import reading, working
from evals.datasets.uploads.mapping import Columns, guessed
from evals.datasets.views.asked import address

CSV = b"question,context,answer,note\nOne?,c1,Yes,x\nTwo?,c2,,y\n"


def layout_and_rows(content: bytes, name="a.csv", size=7):
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    layout = reading.layout_of(name, parts)
    return layout, list(reading.rows_of(parts, layout))


@pytest.fixture
def uploaded(dataset, owner):
    """`uploaded(b"…", {"question": "input"})`: an upload, asked for and not yet begun."""

    def made(content: bytes, target_of=None, name="rows.csv", of=dataset, is_object=False):
        file = working.brought(of, name, io.BytesIO(content), owner)
        columns = Columns(guessed(file.columns) if target_of is None else target_of, is_object)
        return working.start(file, columns, owner)

    return made


def worked_off(upload, **options):
    while working.work(upload.pk, **options):
        pass
    upload.refresh_from_db()
    assert upload.is_over
    return upload


def test_rows_are_read_with_their_lines_whatever_ends_and_quotes_them():
    content = '\ufeffa;b\r\n"x;1";"two\r\nlines"\r\n\r\n[1];"say ""hi"""'.encode()
    layout, rows = layout_and_rows(content)
    assert (layout.columns, layout.delimiter) == (("a", "b"), ";")
    assert [(row.line, row.values) for row in rows] == [
        (2, {"a": "x;1", "b": "two\r\nlines"}),
        (5, {"a": [1], "b": 'say "hi"'}),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_of_old_macs_are_lines(size):
    layout, rows = layout_and_rows(b'a,b\r1,"two\rlines"\r\r3,4', size=size)
    assert layout.columns == ("a", "b")
    assert [(row.line, row.values) for row in rows] == [
        (2, {"a": "1", "b": "two\rlines"}),
        (5, {"a": "3", "b": "4"}),
    ]


@given(st.text('ab,;\t"\r\n {[\0', max_size=40), st.integers(1, 9))
def test_no_text_is_too_odd_for_a_csv(text, size):
    try:
        layout_and_rows(text.encode(), size=size)
    except reading.Unreadable as why:
        assert "empty" in str(why)


def test_a_file_of_a_korean_spreadsheet_is_read():
    layout, rows = layout_and_rows("질문,정답\n환불?,예\n".encode("cp949"))
    assert rows[0].values == {"질문": "환불?", "정답": "예"}
    assert guessed(layout.columns) == {"질문": "input", "정답": "expected_output"}


def test_columns_without_a_name_of_their_own_get_one():
    assert layout_and_rows(b"a,,a\n1,2,3\n")[0].columns == ("a", "column 2", "a (3)")


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
            min_size=2,
            max_size=2,
        ).filter(lambda row: any(cell.strip() for cell in row)),
        min_size=1,
        max_size=5,
    ),
    st.integers(1, 20),
)
def test_whatever_a_csv_writer_wrote_is_read_back(rows, size):
    import csv

    written = io.StringIO()
    csv.writer(written).writerows([["first", "second"], *rows])
    _layout, read = layout_and_rows(written.getvalue().encode(), size=size)
    texts = [[row.values["first"], row.values["second"]] for row in read]
    assert [[one if isinstance(one, str) else "" for one in row] for row in texts] == [
        [cell if isinstance(value, str) else "" for cell, value in zip(row, got, strict=True)]
        for row, got in zip(rows, texts, strict=True)
    ]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b"\n\n", "a.csv", "empty"),
        (b"a,b\n", "a.csv", "no rows"),
        (b"\xff\xfe\x00\x01\x80\x80", "a.csv", "UTF-8"),
        (",".join(str(n) for n in range(101)).encode() + b"\n1", "a.csv", "101 columns"),
        (b"[1]\n5\n", "a.jsonl", "No line"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(dataset, owner, content, name, words):
    with pytest.raises(reading.Unreadable, match=words):
        working.brought(dataset, name, io.BytesIO(content), owner)
    assert not UploadedFile.objects.exists()


def test_columns_become_what_was_chosen(uploaded, dataset):
    target_of = {"question": "input", "context": "input", "answer": "expected_output"}
    worked_off(uploaded(CSV, {**target_of, "note": "metadata"}))
    two, one = items.items_at(dataset)
    assert one.input == {"question": "One?", "context": "c1"}
    assert (one.expected_output, two.expected_output) == ("Yes", None)
    assert two.metadata == {"note": "y"}


def test_a_lone_column_is_its_value_or_an_object_as_wanted(uploaded, dataset, inputs):
    worked_off(uploaded(CSV, {"question": "input"}))
    worked_off(uploaded(CSV, {"question": "input"}, is_object=True))
    assert inputs(dataset) == [{"question": "Two?"}, {"question": "One?"}, "Two?", "One?"]


def test_rows_that_cannot_be_stored_are_told_at_their_lines_and_the_rest_goes_on(
    uploaded, make_dataset, inputs
):
    strict = make_dataset("strict", input_schema={"type": "string", "maxLength": 6})
    content = b'input,splits\nfine,a\n"too long",a\nshort\n"x\x00y",a\nlast,"a,b"\n'
    upload = worked_off(uploaded(content, of=strict))
    assert inputs(strict) == ["last", "fine"]
    assert (upload.looked_at, upload.stored, upload.refused) == (5, 2, 3)
    told = dict(RefusedRow.objects.values_list("line", "reason"))
    assert set(told) == {3, 4, 5}
    assert "is too long" in told[3] and "Is a quote missing?" in told[4] and "NULs" in told[5]
    assert items.items_at(strict).first().splits == ["a", "b"]


def test_what_breaks_a_schema_is_told_in_json(uploaded, make_dataset):
    schema = {"properties": {"a": {"type": "object"}, "b": {"enum": ["x", None]}}}
    strict = make_dataset("strict", input_schema=schema)
    wrong = uploaded(b'{"a":null,"b":true}\n', {"a": "input", "b": "input"}, "a.jsonl", strict)
    worked_off(wrong)
    reason = RefusedRow.objects.get(upload=wrong).reason
    assert "$.a: null is not of type 'object'" in reason
    assert '$.b: true is not one of ["x", null]' in reason


def test_an_id_that_stands_twice_in_a_file_is_refused_at_its_later_line(
    uploaded, dataset, inputs, monkeypatch
):
    monkeypatch.setattr(working, "ROWS_AT_ONCE", 1)  # so that the worker comes back between them
    upload = uploaded(b"id,input\nu1,first\nu2,second\nu1,third\n,a\n,b\n")
    shown = working.preview(upload.file, Columns({"id": "id", "input": "input"}))
    assert [line for line, _item, problem in shown if problem] == [4]
    worked_off(upload, seconds=-1)
    assert sorted(inputs(dataset)) == ["a", "b", "first", "second"]
    assert (upload.stored, upload.refused) == (4, 1)
    assert RefusedRow.objects.get().line == 4
    assert "The row of line 2 has the same id" in RefusedRow.objects.get().reason


def test_the_first_rows_are_shown_with_ids_and_splits_and_held_against_the_schema(
    client, owner, make_dataset
):
    strict = make_dataset("strict", input_schema={"type": "string", "maxLength": 6})
    rows = b'id,input,splits\nfirst-id,fine,"train,dev"\nlong,"too long",x\n'
    client.force_login(owner)
    file = io.BytesIO(rows)
    file.name = "rows.csv"
    mapped = client.post(address(strict, "upload-create"), {"file": file})["Location"]
    text = client.get(mapped).content.decode()
    shown = text.split('id="preview"')[1]
    assert ">first-id<" in shown and ">train, dev<" in shown
    assert "is too long" in shown


def test_lines_of_json_are_read_and_bad_ones_told(uploaded, dataset, inputs):
    lines = [
        json.dumps({"input": {"q": 1}, "expected_output": [None], "id": "x"}),
        "{",
        "[1]",
        '{"input": NaN}',
        json.dumps({"input": 2.5, "id": True}),
        json.dumps({"input": 2.5, "id": 7}),
    ]
    upload = worked_off(uploaded("\n".join(lines).encode(), name="a.jsonl"))
    assert inputs(dataset) == [2.5, {"q": 1}]
    assert (upload.stored, upload.refused) == (2, 4)
    assert items.item_in(dataset.project_id, "7").expected_output is None


def test_text_that_no_database_keeps_is_told_at_its_line(uploaded, dataset, inputs):
    lines = [
        r'{"a\u0000b": 1, "input": 1}',
        r'{"\ud800": 1}',
        r'{"input": "\ud800"}',
        '{"input": 4}',
    ]
    upload = uploaded("\n".join(lines).encode(), name="a.jsonl")
    assert upload.file.columns == ["input"]
    shown = working.preview(upload.file, Columns({"input": "input"}))
    assert [(line, bool(problem)) for line, _item, problem in shown] == [
        (1, True), (2, True), (3, True), (4, False),
    ]  # fmt: skip
    worked_off(upload)
    assert inputs(dataset) == [4]
    told = dict(RefusedRow.objects.values_list("line", "reason"))
    assert set(told) == {1, 2, 3} and all("half characters" in one for one in told.values())


def test_a_dataset_that_was_downloaded_changes_its_items_when_uploaded(
    uploaded, dataset, put, client, owner
):
    put("a", input={"q": 1}, expected_output="x", splits=["s"])
    client.force_login(owner)
    content = client.get(f"{address(dataset, 'dataset-export')}?as=jsonl").getvalue()
    worked_off(uploaded(content.replace(b'"x"', b'"y"'), name="a.jsonl"))
    item = items.items_at(dataset).get()
    assert (item.item_id, item.input, item.expected_output) == ("a", {"q": 1}, "y")
    assert item.splits == ["s"]


def test_an_upload_that_was_killed_goes_on_and_stores_no_row_twice(uploaded, dataset, inputs):
    content = b"input\n" + b"".join(b"row %d\n" % number for number in range(250))
    upload = uploaded(content)
    assert working.work(upload.pk, seconds=-1)  # one step, as of a worker that is then killed
    upload.refresh_from_db()
    assert (upload.looked_at, len(inputs(dataset))) == (100, 100)
    rows = list(working.rows_of(upload.file))[100:150]
    working.made(upload, Columns.of_json(upload.mapping), rows)  # stored, and not noted
    worked_off(upload)
    assert (upload.looked_at, upload.stored) == (250, 250)
    assert sorted(inputs(dataset)) == sorted(f"row {number}" for number in range(250))
    assert not FilePart.objects.exists()


def test_a_stopped_upload_stores_no_more(uploaded, dataset, inputs):
    from exports import runs

    upload = uploaded(b"input\n" + b"x\n" * 150)
    working.work(upload.pk, seconds=-1)
    runs.cancel(upload)
    assert not working.work(upload.pk)
    assert len(inputs(dataset)) == 100


def test_a_person_uploads_looks_and_begins(client, owner, dataset, viewer, inputs):
    client.force_login(owner)
    new = address(dataset, "upload-create")
    assert client.get(new).status_code == 200
    assert client.post(new, {}).status_code == 422
    file = io.BytesIO(CSV)
    file.name = "qa.csv"
    mapped = client.post(new, {"file": file})["Location"]
    text = client.get(mapped).content.decode()
    assert "Upload 2 rows" in text and "One?" in text
    text = client.get(mapped, {"c0": "input", "c1": "input", "c2": "", "c3": ""}).content.decode()
    assert "&quot;context&quot;: &quot;c1&quot;" in text
    wrong = client.post(mapped, {"c0": "", "c1": "", "c2": "", "c3": "metadata"})
    assert wrong.status_code == 422 and "at least one column" in wrong.content.decode()
    begun = client.post(mapped, {"c0": "input", "c1": "input", "c2": "id", "c3": "id"})
    assert begun.status_code == 422 and "Only one column" in begun.content.decode()
    begun = client.post(mapped, {"c0": "input", "c1": "", "c2": "expected_output", "c3": ""})
    upload = Upload.objects.get()
    assert client.get(mapped)["Location"] == begun["Location"]
    worked_off(upload)
    text = client.get(begun["Location"]).content.decode()
    assert "Done" in text and 'hx-trigger="every' not in text
    assert inputs(dataset) == ["Two?", "One?"]
    client.force_login(viewer)
    assert client.post(new, {}).status_code == 404
    assert client.post(f"{begun['Location']}/cancel").status_code == 404
    assert client.get(begun["Location"]).status_code == 200

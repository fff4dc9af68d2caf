"""The command line against Sonde as it answers, over a socket, in folders of its own."""

import ast
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from prompts import cli
from prompts.labels import number_of

pytestmark = pytest.mark.django_db(transaction=True)
PROGRAM = Path(cli.__file__)
COMMAND = PROGRAM.parents[1] / "scripts" / "sonde"


@pytest.fixture
def run(live_server, api_key, monkeypatch, capsys, tmp_path):
    """`run("push", "--dry-run")`: the exit code and what was said."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("LANGFUSE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SONDE_URL", live_server.url + "/")
    monkeypatch.setenv("SONDE_PUBLIC_KEY", api_key.public_key)
    monkeypatch.setenv("SONDE_SECRET_KEY", api_key.secret_key)

    def ran(*arguments: str) -> tuple[int, str]:
        code = cli.main([*arguments])
        said = capsys.readouterr()
        return code, said.out + said.err

    return ran


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "prompts"


@pytest.fixture
def some(make):
    make("greet", "Hi {{name}}", labels=["production"])
    make("support/환불", [{"role": "system", "content": "Be kind."}])


def test_what_is_pulled_differs_in_nothing_and_pushing_it_changes_nothing(some, run, folder):
    assert run("pull") == (0, "new  greet.md\nnew  support/환불.md\n")
    assert (folder / "greet.md").read_text().endswith("---\nHi {{name}}\n")
    assert run("diff") == (0, "")
    assert run("pull") == (0, "")
    assert run("push") == (0, "0 of 2 files changed something.\n")


def test_a_change_in_the_folder_becomes_a_version(some, run, folder, project):
    run("pull")
    file = folder / "greet.md"
    file.write_text(file.read_text().replace("Hi", "Hello"))
    code, said = run("diff")
    assert code == 1
    assert "--- sonde/greet.md\n+++ folder/greet.md\n" in said
    assert "-Hi {{name}}\n+Hello {{name}}\n" in said
    code, said = run("push", "--dry-run", "--message", "Kinder")
    assert (code, said.splitlines()[0]) == (0, "changed  greet.md: version 2")
    prompt = project.prompts.get(name="greet")
    assert prompt.versions.count() == 1
    code, said = run("prompts", "push", "--message", "Kinder")
    assert "label  greet.md: production moves from version 1, file's version 2" in said
    assert prompt.versions.get(number=2).message == "Kinder"
    assert number_of(prompt, "production") == 2
    assert "version: 2\n" in file.read_text()
    assert run("diff") == run("pull") == (0, "")
    file.write_text(file.read_text().replace("Hello", "Ahoy"))
    assert run("push")[0] == 0  # once more, without a pull between
    assert prompt.versions.count() == 3


def test_what_sonde_does_not_have_stays_unless_it_is_pruned(some, run, folder):
    run("pull")
    (folder / "mine.md").write_text("Mine")
    assert run("pull") == (0, "only in the folder  mine.md\n")
    assert run("pull", "--prune", "--dry-run") == (0, "deleted  mine.md\n")
    assert (folder / "mine.md").exists()
    assert run("pull", "--prune", "--only", "support") == (0, "")
    assert run("pull", "--prune")[0] == 0
    assert not (folder / "mine.md").exists()


def test_what_others_made_meanwhile_is_not_overwritten(some, run, folder, make, project):
    run("pull")
    make("greet", "Good day {{name}}")
    file = folder / "greet.md"
    file.write_text(file.read_text().replace("Hi", "Hello"))
    code, said = run("push")
    assert code == 3
    assert said.startswith("greet.md: “greet” has version 2 by now")
    assert project.prompts.get(name="greet").versions.count() == 2
    assert run("push", "--force")[0] == 0
    assert project.prompts.get(name="greet").versions.count() == 3


def test_files_that_cannot_be_are_told_and_nothing_is_written(run, folder, project):
    folder.mkdir()
    (folder / "a.md").write_text("---\nfoo: 1\n---\n")
    (folder / "b.md").write_text("fine")
    assert run("push") == (
        3,
        "a.md: “foo” means nothing here: name, type, version, labels, tags, message, config do.\n",
    )
    assert not project.prompts.exists()


def test_only_files_of_prompts_are_pushed(run, folder, project):
    (folder / ".git").mkdir(parents=True)
    for name in ("README.md", ".git/x.md", "notes.txt", "a.md"):
        (folder / name).write_text("x")
    assert "1 of 1 files changed something." in run("push")[1]


def test_no_file_is_sent_that_a_link_fetches_from_outside_the_folder(
    run, folder, project, tmp_path
):
    folder.mkdir()
    (tmp_path / "secret").write_text("the machine's own")
    (folder / "link.md").symlink_to(tmp_path / "secret")
    code, said = run("push")
    assert code == 3 and "leads out of the folder" in said
    assert not project.prompts.exists()


@pytest.mark.parametrize(
    "path", ["../up.md", "/etc/up.md", "a/../../up.md", "C:\\up.md", "l/up.md"]
)
def test_no_file_is_written_outside_the_folder(run, folder, tmp_path, monkeypatch, path):
    folder.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (folder / "l").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(cli.Sonde, "pull", lambda self, only: {"good.md": "x", path: "evil"})
    code, said = run("pull")
    assert code == 3 and "leads out of the folder" in said
    assert not list(tmp_path.rglob("up.md")) and not (folder / "good.md").exists()


def test_a_wrong_key_a_wrong_address_and_a_wrong_command_have_codes_of_their_own(
    run, folder, monkeypatch, live_server
):
    assert run("push")[0] == 2  # there is no folder
    folder.mkdir()
    assert run("push")[0] == 2  # there is nothing in it
    monkeypatch.setenv("SONDE_SECRET_KEY", "wrong")
    code, said = run("pull")
    assert (code, said) == (3, "401: The API key is unknown, revoked or expired.\n")
    monkeypatch.setenv("SONDE_URL", "http://127.0.0.1:1")
    assert run("pull")[0] == 4
    monkeypatch.setenv("SONDE_URL", live_server.url + "/login?")
    assert run("pull")[0] == 4  # a page, and no zip
    monkeypatch.setenv("SONDE_URL", "file:///etc")
    assert run("pull") == (2, "SONDE_URL must begin with http:// or https://.\n")
    monkeypatch.delenv("SONDE_URL")
    assert run("pull") == (2, "SONDE_URL is not set.\n")
    with pytest.raises(SystemExit) as wrong:
        run("pul")
    assert wrong.value.code == 2


def test_langfuses_names_of_the_settings_work_too(some, run, folder, monkeypatch, live_server):
    for name in ("PUBLIC_KEY", "SECRET_KEY"):
        monkeypatch.setenv(f"LANGFUSE_{name}", os.environ[f"SONDE_{name}"])
        monkeypatch.delenv(f"SONDE_{name}")
    monkeypatch.setenv("LANGFUSE_HOST", live_server.url)
    monkeypatch.delenv("SONDE_URL")
    assert run("pull")[0] == 0


def test_the_file_runs_by_itself_on_python_alone(some, live_server, api_key, tmp_path):
    copied = tmp_path / "sonde_prompts.py"
    copied.write_bytes(PROGRAM.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "-S", copied, "pull", "here"],
        cwd=tmp_path,
        env={
            "PATH": os.environ["PATH"],
            "SONDE_URL": live_server.url,
            "SONDE_PUBLIC_KEY": api_key.public_key,
            "SONDE_SECRET_KEY": api_key.secret_key,
            "PYTHONUTF8": "1",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "here" / "support" / "환불.md").read_text().endswith("Be kind.\n")


def test_the_command_works_from_wherever_it_is_linked_to(tmp_path):
    link = tmp_path / "sonde"
    link.symlink_to(COMMAND)
    done = subprocess.run([link, "prompts", "push", "--help"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--dry-run" in done.stdout


def test_every_sonde_gives_its_command_line_out_to_whoever_asks(
    some, live_server, run, folder, tmp_path
):
    given = urllib.request.urlopen(f"{live_server.url}/cli/sonde").read()
    program = tmp_path / "sonde"
    program.write_bytes(given)
    program.chmod(0o755)
    done = subprocess.run(
        [program, "prompts", "pull"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / "greet.md").read_text().endswith("---\nHi {{name}}\n")


def test_the_command_line_keeps_to_what_its_oldest_python_reads():
    assert ast.parse(PROGRAM.read_text(), feature_version=(3, 10)).body


def test_a_reader_that_goes_away_stops_nothing(make, live_server, run, tmp_path, folder):
    for number in range(30):
        make(f"p{number:02}")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-u", PROGRAM, "pull"],
        cwd=tmp_path,
        stdout=writing,
        stderr=subprocess.PIPE,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(list(folder.rglob("*.md"))) == 30

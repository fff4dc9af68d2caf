"""What programs are served: at once what was changed, with Valkey or without, and what is
remembered while Postgres is away.
"""

import json

import pytest
from django.db import OperationalError

from embedded.probe import free_port
from prompts import serving
from prompts.changes import By
from prompts.labels import move
from prompts.models import Way
from prompts.names import InvalidName
from prompts.serving import Broken, Unserved, serve
from prompts.versions import remove, set_tags
from tests.ingest.conftest import postgres_away  # noqa: F401
from tests.ingest.proxy import Fault, Proxy


@pytest.fixture(autouse=True)
def fresh_memory(monkeypatch):
    """Nobody has met an absent Valkey yet."""
    monkeypatch.setattr(serving, "memory", serving.Memory())
    monkeypatch.setattr(serving, "near", serving.Near())


@pytest.fixture
def served(project):
    """`served("greet")`: the JSON that a program gets."""

    def get(name="greet", **asked):
        return json.loads(serve(project.id, name, **asked).body)

    return get


@pytest.fixture
def valkey_at(settings):
    """`valkey_at(port)`: Valkey is looked for there, from now on."""
    before = settings.CACHES

    def point(port: int) -> None:
        there = {**before["default"], "LOCATION": f"redis://127.0.0.1:{port}/0"}
        settings.CACHES = {"default": there}  # Django's tests then make new connections

    return point


def test_the_second_time_one_small_question_is_asked(make, served, django_assert_num_queries):
    make(labels=["production"])
    first = served()
    with django_assert_num_queries(1):
        assert served() == first


def test_another_process_finds_in_valkey_what_this_one_made(
    make, served, monkeypatch, django_assert_num_queries
):
    make(labels=["production"])
    first = served()
    monkeypatch.setattr(serving, "near", serving.Near())
    with django_assert_num_queries(1):
        assert served() == first


def test_an_author_is_served_under_the_address_they_have_now(make, served, member):
    make(labels=["production"], by=By(Way.PAGE, user=member))
    assert served()["createdBy"] == member.email
    member.email = "renamed@example.org"
    member.save()
    assert served()["createdBy"] == "renamed@example.org"
    type(member).objects.filter(pk=member.pk).delete()
    assert served()["createdBy"] == "API"


def test_who_logs_in_makes_nothing_old(make, served, member, django_assert_num_queries):
    make(labels=["production"], by=By(Way.PAGE, user=member))
    first = served()
    member.save(update_fields=("last_login",))
    with django_assert_num_queries(1):
        assert served() == first


def test_what_is_kept_near_stays_within_its_bounds():
    near = serving.Near(most_bytes=10_000)
    for number in range(9):
        near.put(f"k{number}", number, 1_000)
        near.get("k0")
    assert near.bytes <= 10_000
    assert [near.get(f"k{number}") for number in (0, 1, 8)] == [0, None, 8]
    near.put("k0", "new", 20_000)  # too large for all of it
    assert (near.get("k0"), near.bytes) == (None, 0)


def test_every_change_counts_from_the_next_request_on(make, served, by, project):
    first = make(labels=["production"])
    assert served()["version"] == 1
    second = make("greet", "Hello", labels=["production"])
    assert served()["version"] == 2
    move(second.prompt, "production", first, by)
    assert served()["version"] == 1
    set_tags(first.prompt, ["new"])
    assert served()["tags"] == ["new"]
    assert served(label="latest")["version"] == 2
    remove(project, [second], by)
    assert served(label="latest")["version"] == 1
    remove(project, [first], by)
    with pytest.raises(Unserved):
        served()


def test_the_etag_changes_with_the_answer_and_only_with_it(make, project, by):
    version = make(labels=["production"])
    first = serve(project.id, "greet").etag
    make("other", "x")
    assert serve(project.id, "greet").etag == first
    move(version.prompt, "staging", version, by)
    assert serve(project.id, "greet").etag != first


def test_projects_have_prompts_of_the_same_name(make, served, project, by, organisation):
    from accounts.models import Project
    from prompts.versions import Draft, create

    other = Project.objects.create(organisation=organisation, name="Other")
    make("greet", "ours", labels=["production"])
    create(other, Draft("greet", "text", "theirs", labels=["production"]), by)
    assert served()["prompt"] == "ours"
    assert json.loads(serve(other.id, "greet").body)["prompt"] == "theirs"


def test_what_is_not_there_yet_is_there_when_it_is(make, served):
    with pytest.raises(Unserved):
        served()
    make(labels=["production"])
    assert served()["version"] == 1


def test_what_includes_something_that_is_gone_says_so(make, served):
    """Nothing that goes through `remove` and `move` leaves it so; a hand in the database may."""
    tone = make("tone", "Be kind.", labels=["production"])
    make("greet", "@@@langfusePrompt:name=tone|label=production@@@", labels=["production"])
    tone.prompt.labels.all().delete()
    with pytest.raises(Broken, match="tone"):
        served()
    assert served(resolve=False)["prompt"].startswith("@@@")


def test_without_valkey_everything_is_right_and_nobody_waits(make, served, by, valkey_at):
    version = make(labels=["production"])
    valkey_at(free_port("127.0.0.1"))
    assert served()["version"] == 1
    make("greet", "Hello", labels=["production"])
    assert served()["version"] == 2
    move(version.prompt, "production", version, by)
    assert served()["version"] == 1


def test_a_valkey_that_hangs_is_waited_for_once(make, served, settings, valkey_at):
    port = int(settings.VALKEY_URL.rpartition(":")[2].partition("/")[0])
    proxy = Proxy("127.0.0.1", port)
    proxy.fault = Fault.HANG
    try:
        make(labels=["production"])
        valkey_at(proxy.port)
        for _ in range(20):
            serving.near.kept.clear()  # or Valkey would be asked once only
            assert served()["version"] == 1
        assert 0 < proxy.taken <= 2
    finally:
        proxy.close()


@pytest.mark.django_db(transaction=True)
def test_while_postgres_is_away_what_is_remembered_is_served_and_says_so(
    make, project, served, request
):
    away = request.getfixturevalue("postgres_away")
    make(labels=["production"])
    make("other", "x", labels=["production"])
    first = serve(project.id, "greet")
    with away():
        old = serve(project.id, "greet")
        with pytest.raises(OperationalError):
            serve(project.id, "other")  # never asked for before
    assert (old.body, old.etag, old.is_old) == (first.body, first.etag, True)
    assert not serve(project.id, "greet").is_old


@pytest.mark.django_db(transaction=True)
def test_the_api_warns_of_what_may_be_old_and_says_when_to_come_back(make, ask, project, request):
    away = request.getfixturevalue("postgres_away")
    make(labels=["production"])
    path = "/api/public/v2/prompts/greet"
    fresh = ask("get", path)
    assert "Warning" not in fresh
    with away():
        old, never = ask("get", path), ask("get", path, {"label": "staging"})
    assert (old.status_code, old.content) == (200, fresh.content)
    assert old["Warning"].startswith("110 ")
    assert never.status_code == 503
    assert int(never["Retry-After"]) > 0


def test_names_that_cannot_be_are_not_there(make, served):
    with pytest.raises(InvalidName):
        make("a|b")
    with pytest.raises(Unserved):
        served("a|b")


def test_names_that_look_alike_are_one_name(make, served):
    make(name="café", labels=["production"])
    assert served("cafe\u0301")["name"] == served(" café ")["name"] == "café"
    assert make(name="cafe\u0301").number == 2

"""The invented town: its files make sense, it is built once, and it looks lived in."""

import random
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from martlet.demo import photographs, plan, script
from martlet.signing import passwords
from martlet.storage import logins
from martlet.storage.database import Store
from martlet.storage.opening import open_store
from tests.demo.building import build, built_once

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_everybody_has_something_to_say_and_nobody_is_invented_twice() -> None:
    people = [person.handle for person in script.people()]
    assert len(people) >= 40
    assert len(set(people)) == len(people)
    assert {line.author for line in script.scenes()} == set(people)
    assert {language for person in script.people() for language in person.languages} == {"de", "en", "zh"}


def test_every_picture_is_described_and_can_be_drawn() -> None:
    pictures = [picture for line in script.scenes() for picture in line.pictures]
    assert len(pictures) >= 20
    for what, seen in pictures:
        assert len(seen) > 10
        assert what.split()[0] in photographs.SCENES
    assert photographs.taken.__wrapped__("tea") == photographs.taken("tea")


def test_what_is_quoted_was_said_before() -> None:
    lines = script.scenes()
    named = {line.name for line in lines if line.name}
    assert {line.quotes for line in lines if line.quotes} <= named


def test_answers_come_after_what_they_answer_and_nothing_in_the_future() -> None:
    follows = plan.who_follows_whom(script.people(), random.Random(1))
    acts = plan.acts(script.scenes(), follows, NOW, random.Random(1))
    written = {id(act.line): act.at for act in acts if act.what == "post"}
    assert max(act.at for act in acts) < NOW
    assert min(act.at for act in acts) > NOW - timedelta(days=15)
    for act in acts:
        if act.line.answers is not None and id(act.line) in written:
            assert written[id(act.line)] > written[id(act.line.answers)]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town") / "here"
    shutil.copytree(built_once(tmp_path_factory.getbasetemp()), folder)
    return folder


@pytest.fixture
def store(town: Path) -> Iterator[Store]:
    opened = open_store("sqlite", town / "demo")
    yield opened
    opened.close()


def test_it_is_built_once_and_found_again(town: Path) -> None:
    again = build(town)
    kept = town / "demo" / "passwords.txt"
    assert "Building" not in again
    assert kept.read_text() in again
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert not (town / "demo.part").exists()


def test_the_passwords_fit(town: Path, store: Store) -> None:
    for line in (town / "demo" / "passwords.txt").read_text().splitlines():
        name, password = line.split()
        with store.read() as db:
            login = logins.find_by_name(db, name)
        assert login is not None
        assert passwords.verify_password(password, login.password_hash)


@pytest.mark.parametrize(
    ("what", "least"),
    [
        ("account WHERE avatar <> ''", 40),
        ("post WHERE boost_of_id IS NULL", 200),
        ("post WHERE boost_of_id IS NOT NULL", 50),
        ("post WHERE reply_to_id IS NOT NULL", 100),
        ("post WHERE warning <> ''", 3),
        ("post WHERE edited_at IS NOT NULL", 1),
        ("post WHERE quote_of_id IS NOT NULL", 2),
        ("media WHERE description <> ''", 20),
        ("poll WHERE voters_count > 3", 4),
        ("mark WHERE liked_id IS NOT NULL", 500),
        ("mark WHERE bookmarked_id IS NOT NULL", 20),
        ("pin", 3),
        ("follow WHERE is_accepted = 0", 3),
        ("notification", 500),
        ("conversation", 4),
        ("list", 3),
        ("filter", 1),
        ("emoji", 4),
        ("server_rule", 3),
        ("post_card", 1),
    ],
)
def test_it_looks_lived_in(store: Store, what: str, least: int) -> None:
    with store.read() as db:
        assert db.value(f"SELECT count(*) FROM {what}") >= least


def test_nothing_is_left_undone(store: Store) -> None:
    with store.read() as db:
        assert db.value("SELECT count(*) FROM event") == 0
        assert db.value("SELECT count(*) FROM job WHERE parked_at IS NOT NULL") == 0

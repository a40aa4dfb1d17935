"""From what was typed to what is kept."""

import pytest

from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import composing
from martlet.services.composing import PostTooLong
from martlet.storage.database import Store
from tests.make import Make


def composed(store: Store, here: Server, author: AccountId, text: str) -> composing.Composed:
    with store.read() as db:
        return composing.compose(db, composing.read(text, "", here), author, here)


@pytest.mark.parametrize("handle", ["@ada", "@ADA", "@ada@localhost:3000", "@Ada@LOCALHOST", "(@ada)"])
def test_people_here_are_named_in_many_ways(store: Store, here: Server, make: Make, handle: str) -> None:
    ada = make.account("ada")
    found = composed(store, here, make.account("bob"), f"Hello {handle}!")
    assert found.mentioned == (ada,)
    assert 'href="http://localhost:3000/@ada"' in found.html


@pytest.mark.parametrize("handle", ["@nobody", "@ada@elsewhere.example", "x@ada", "https://example.com/@ada"])
def test_strangers_and_addresses_stay_text(store: Store, here: Server, make: Make, handle: str) -> None:
    make.account("ada")
    found = composed(store, here, make.account("bob"), f"Hello {handle}!")
    assert found.mentioned == ()
    assert "u-url mention" not in found.html


def test_each_person_is_named_once(store: Store, here: Server, make: Make) -> None:
    people = [make.account(f"p{n}") for n in range(150)]
    text = " ".join(f"@p{n} @P{n}" for n in range(150))
    assert composed(store, here, make.account("bob"), text).mentioned == tuple(people)


def test_people_who_are_gone_are_not_named(store: Store, here: Server, make: Make) -> None:
    make.account("ada")
    with store.write() as db:
        db.run("UPDATE account SET suspended_at = 1")
    assert composed(store, here, make.account("bob"), "@ada").mentioned == ()


def test_nothing_typed_becomes_markup(store: Store, here: Server, make: Make) -> None:
    html = composed(store, here, make.account("bob"), '<script>x</script> "quoted" & #<b>').html
    assert "<script" not in html
    assert "<b>" not in html


def test_a_text_out_of_all_bounds_is_refused_unread(here: Server) -> None:
    with pytest.raises(PostTooLong):
        composing.read("@a " * 300_000, "", here)

"""Who sees a post."""

import itertools
from dataclasses import dataclass

import pytest

from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.visibility import Visibility
from martlet.storage import attached, posts, relations, remotes
from martlet.storage.database import Store
from tests.make import Make

WHO_SEES = {
    Visibility.PUBLIC: {"author", "follower", "mentioned", "stranger"},
    Visibility.UNLISTED: {"author", "follower", "mentioned", "stranger"},
    Visibility.FOLLOWERS: {"author", "follower", "mentioned"},
    Visibility.CIRCLE: {"author", "mentioned"},
    Visibility.MENTIONED: {"author", "mentioned"},
}


@pytest.mark.parametrize("visibility", Visibility)
def test_who_sees_a_post(store: Store, make: Make, visibility: Visibility) -> None:
    people = {name: make.account(name) for name in WHO_SEES[Visibility.PUBLIC]}
    make.follow(people["follower"], people["author"])
    post = make.post(by=people["author"], visibility=visibility)
    make.mention(post, people["mentioned"])

    with store.read() as db:
        seeing = {name for name, id in people.items() if posts.find(db, post, viewer=id)}

    assert seeing == WHO_SEES[visibility]


MENTIONS = ("none", "named", "silent")


@dataclass(frozen=True)
class Viewer:
    """Somebody, by all that matters between them and an author."""

    follows: bool
    mentioned: str
    is_barred: bool
    is_here: bool

    @property
    def name(self) -> str:
        return f"v{int(self.follows)}{MENTIONS.index(self.mentioned)}{int(self.is_barred)}{int(self.is_here)}"

    def may_see(self, visibility: Visibility, *, is_local_only: bool) -> bool:
        """The rule as it is told to people, beside that in SQL."""
        if self.is_barred or (is_local_only and not self.is_here):
            return False
        if visibility.is_open or self.mentioned != "none":
            return True
        return visibility == Visibility.FOLLOWERS and self.follows


VIEWERS = [
    Viewer(follows, mentioned, is_barred, is_here)
    for follows, mentioned, is_barred, is_here in itertools.product(
        (True, False), MENTIONS, (True, False), (True, False)
    )
]


@dataclass(frozen=True)
class Town:
    """Posts of every kind by one author, and a viewer of every kind."""

    posts: dict[tuple[Visibility, bool], PostId]
    """By visibility, and whether it is local-only."""
    people: dict[Viewer, AccountId]


@pytest.fixture
def town(store: Store, make: Make) -> Town:
    author = make.account("author")
    people = {viewer: make.account(viewer.name) for viewer in VIEWERS}
    kinds = {
        (visibility, is_local_only): make.post(by=author, visibility=visibility)
        for visibility, is_local_only in itertools.product(Visibility, (False, True))
    }
    for viewer, id in people.items():
        if viewer.follows:
            make.follow(id, author)
    with store.write() as db:
        for (_, is_local_only), post in kinds.items():
            posts.update(db, post, is_local_only=int(is_local_only))
            for mentioned in MENTIONS[1:]:
                those = [id for viewer, id in people.items() if viewer.mentioned == mentioned]
                attached.insert_mentions(db, post, those, is_silent=mentioned == "silent")
        for viewer, id in people.items():
            if viewer.is_barred:
                relations.put_block(db, author, id, make.here.next_id())
            if (
                not viewer.is_here
            ):  # each of a server of their own: a server is told what one of its people may read
                db.run("UPDATE account SET host = :host WHERE id = :id", host=f"{viewer.name}.example", id=id)
    return Town(kinds, people)


def test_every_kind_of_post_for_every_relation(store: Store, make: Make, town: Town) -> None:
    """The rule for single posts, for timelines, and for other servers."""
    with store.read() as db:
        for (kind, post), (viewer, id) in itertools.product(town.posts.items(), town.people.items()):
            may = viewer.may_see(kind[0], is_local_only=kind[1])
            assert (posts.find(db, post, viewer=id) is not None) == may, (kind, viewer)
            listed = posts.timeline_page(
                db, "post", "post.id = :post", "", post=post, viewer=id, now=make.here.now_ms()
            )
            assert bool(listed) == may, (kind, viewer)
            told = remotes.may_read(db, id, post)
            assert not told or (may or viewer.is_barred), (kind, viewer)
            assert told <= (not viewer.is_here and not kind[1]), (kind, viewer)


def test_every_kind_of_post_for_nobody(store: Store, town: Town) -> None:
    """Who is not signed in sees what may leave the server, and nothing else."""
    with store.read() as db:
        for (visibility, is_local_only), post in town.posts.items():
            is_open = visibility.is_open and not is_local_only
            row = posts.find_unfiltered(db, post)
            assert (posts.find(db, post, viewer=NOBODY) is not None) == is_open
            assert row is not None
            assert row.is_open == is_open

"""Who sees a post."""

import pytest

from martlet.model.visibility import Visibility
from martlet.storage import posts
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

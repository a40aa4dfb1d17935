"""Builders: what a test needs to be there, in one line each."""

from martlet.model.names import AccountId, PostId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import following, posting, registering
from martlet.services.following import Wanted
from martlet.services.registering import Newcomer
from martlet.storage import attached
from martlet.storage.database import Store


class Make:
    """Makes accounts, follows and posts through the use cases."""

    def __init__(self, store: Store, here: Server) -> None:
        self.store = store
        self.here = here

    def account(self, username: str) -> AccountId:
        newcomer = Newcomer(username, f"{username}@mail.example", "no password")
        with self.store.write() as db:
            return registering.register(db, newcomer, self.here)

    def post(
        self,
        by: AccountId,
        text: str = "Hello",
        visibility: Visibility = Visibility.PUBLIC,
        reply_to: PostId | None = None,
    ) -> PostId:
        with self.store.write() as db:
            draft = Draft(author=by, text=text, visibility=visibility, reply_to=reply_to)
            return posting.publish(db, draft, self.here)

    def mention(self, post: PostId, account: AccountId) -> None:
        with self.store.write() as db:
            attached.insert_mentions(db, post, [account])

    def follow(self, follower: AccountId, followed: AccountId) -> None:
        with self.store.write() as db:
            following.follow(db, follower, followed, Wanted(), self.here)

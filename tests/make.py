"""Builders: what a test needs to be there, in one line each."""

import hashlib
import secrets

from martlet.model.names import AccountId, AppId, PostId, TokenId, Uri, UserId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import following, posting, registering
from martlet.services.following import Wanted
from martlet.services.registering import Newcomer
from martlet.storage import accounts, attached, oauth
from martlet.storage.database import Store, Writer


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


def insert_person(db: Writer, username: str, here: Server) -> tuple[AccountId, str]:
    """Somebody who is signed in, and their token."""
    account = registering.register(db, Newcomer(username, f"{username}@mail.example", "no password"), here)
    app = oauth.App(
        AppId(here.next_id()),
        f"tests-{username}",
        b"",
        "Tests",
        None,
        "[]",
        "read write follow push",
        here.now_ms(),
    )
    oauth.insert_app(db, app)
    token = secrets.token_urlsafe(16)
    user = UserId(db.value("SELECT id FROM users WHERE account_id = :account", account=account))
    digest = hashlib.sha256(token.encode()).digest()
    id = TokenId(here.next_id())
    oauth.insert_token(db, id, digest, app.id, user, account, app.scopes, here.now_ms())
    return account, token


def insert_stranger(db: Writer, username: str, host: str, here: Server) -> AccountId:
    """An account of another server, as far as it is known here."""
    id = AccountId(here.next_id())
    uri = Uri(f"https://{host}/users/{username}")
    accounts.insert(db, id, username, host, uri, uri, here.now_ms())
    return id

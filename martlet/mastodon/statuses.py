"""Writing and reading single posts: https://docs.joinmastodon.org/methods/statuses/"""

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.model.errors import InvalidInput
from martlet.model.names import PostId
from martlet.model.posts import Draft
from martlet.model.visibility import Visibility
from martlet.services import posting
from martlet.services.signing_in import Viewer
from martlet.storage import posts
from martlet.storage.database import Reader, Writer

api = Api()

VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.MENTIONED,
}


class StatusForm(msgspec.Struct, frozen=True):
    """What a client sends. Names are Mastodon's; they stop at `to_draft`."""

    status: str = ""
    visibility: str | None = None
    in_reply_to_id: str | None = None
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None

    def to_draft(self, author: Viewer, key: str) -> Draft:
        """Raises `InvalidInput`."""
        if self.visibility is not None and self.visibility not in VISIBILITIES:
            raise InvalidInput("Validation failed: Visibility is not included in the list", "visibility")
        return Draft(
            author=author.account,
            text=self.status,
            visibility=VISIBILITIES[self.visibility] if self.visibility else None,
            reply_to=PostId(id_in(self.in_reply_to_id)) if self.in_reply_to_id else None,
            warning=self.spoiler_text,
            is_sensitive=self.sensitive,
            language=self.language,
            app=author.app,
            idempotency_key=key,
        )


@api.post("/api/v1/statuses", scope="write:statuses", form=StatusForm, returns=entities.Status)
def create_status(db: Writer, call: Call[StatusForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#create"""
    draft = call.form.to_draft(call.viewer, call.request.header(b"idempotency-key")[:200])
    post = posting.publish(db, draft, call.here)
    return call.pages.one(db, posts.get_shown(db, post, call.account), call.viewer)


@api.get("/api/v1/statuses/{id}", scope="read:statuses", access="public", returns=entities.Status)
def show_status(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#get"""
    return call.pages.one(db, posts.get_shown(db, PostId(call.id), call.account), call.viewer)

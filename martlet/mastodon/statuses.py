"""Writing, reading and changing single posts: https://docs.joinmastodon.org/methods/statuses/"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from martlet.http import limits
from martlet.mastodon import entities, scheduled_entities
from martlet.mastodon.interaction_policies import InteractionForm
from martlet.mastodon.moments import moment_in
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import edits
from martlet.mastodon.serialize import scheduled as serialize_scheduled
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import CircleId, MediaId, PostId
from martlet.model.posts import Draft, MediaChange, PollDraft, Revision
from martlet.model.visibility import Visibility
from martlet.services import (
    composing,
    deleting,
    editing,
    expiring,
    posting,
    quoting,
    replying,
    scheduling,
    varying,
)
from martlet.services.signing_in import Viewer
from martlet.storage import posts, scheduled, variants
from martlet.storage.database import Reader, Writer

api = Api()

VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.MENTIONED,
}
LOCAL = "local"
"""What Pleroma calls the visibility of a post that is for everybody on its server."""
LIMITED = "limited"
"""What Fedibird calls the visibility of a post to a circle."""
STRANGERS = 5
"""People of other servers looked up before a post that names them is published."""
LOOKED_THROUGH = 20_000
MANY = 100
"""Posts that are shown at once where they are asked for by id."""
KEY_LIMIT = 200


class PollForm(Struct, frozen=True):
    options: Annotated[list[str], Meta(description="Possible answers.")] = []
    expires_in: Annotated[int | None, Meta(description="Seconds it runs.")] = None
    multiple: Annotated[bool, Meta(description="Whether several answers may be chosen.")] = False
    hide_totals: Annotated[bool, Meta(description="Whether votes are shown only once it has ended.")] = False

    def to_draft(self) -> PollDraft:
        """Raises `InvalidInput`."""
        if self.expires_in is None:
            raise InvalidInput("Validation failed: Expires at can't be blank")
        return PollDraft(tuple(self.options), self.expires_in, self.multiple, self.hide_totals)


class StatusForm(Struct, frozen=True):
    """What a client sends. Names are Mastodon's; they stop at `to_draft`."""

    status: Annotated[str, Meta(description="The text. May be left out where there are media.")] = ""
    media_ids: Annotated[list[str], Meta(description="Uploads to be shown with it.")] = []
    poll: PollForm | None = None
    in_reply_to_id: Annotated[str | None, Meta(description="The post it answers.")] = None
    sensitive: Annotated[bool | None, Meta(description="Whether media are hidden at first.")] = None
    spoiler_text: Annotated[str, Meta(description="Shown first, as a warning or a subject.")] = ""
    visibility: Annotated[
        str | None,
        Meta(
            description="`public`, `unlisted`, `private` or `direct`; `local` is `public` with `local_only`, `limited` goes with `circle_id`."
        ),
    ] = None
    interaction_policy: Annotated[
        InteractionForm | None,
        Meta(description="An extension: who may answer it (docs/client-api-extensions.md)."),
    ] = None
    circle_id: Annotated[
        str | None, Meta(description="An extension: the circle it is written to, and nobody else.")
    ] = None
    expires_in: Annotated[
        int | None,
        Meta(description="An extension: seconds after which it is deleted, 300 at least; 0: it stays."),
    ] = None
    expires_at: Annotated[str | None, Meta(description="An extension: the same as a moment, ISO 8601.")] = (
        None
    )
    local_only: Annotated[
        bool | None, Meta(description="An extension: whether only people of this server may see it.")
    ] = None
    language: Annotated[str | None, Meta(description="ISO 639 code.")] = None
    content_map: Annotated[
        dict[str, str], Meta(description="An extension: the text in further languages, by their codes.")
    ] = {}
    spoiler_text_map: Annotated[
        dict[str, str], Meta(description="An extension: `spoiler_text` in the same languages.")
    ] = {}
    scheduled_at: Annotated[
        str | None,
        Meta(
            description="ISO 8601, at least five minutes from now: when it is to be published. "
            "A ScheduledStatus is returned then. What has passed means now."
        ),
    ] = None
    quoted_status_id: Annotated[str | None, Meta(description="The post it quotes.")] = None
    quote_approval_policy: Annotated[
        str | None, Meta(description="Who may quote it: `public`, `followers` or `nobody`.")
    ] = None

    def to_draft(self, author: Viewer, key: str) -> Draft:
        """Raises `InvalidInput`."""
        return Draft(
            author=author.account,
            text=self.status,
            visibility=self._visibility(),
            circle=CircleId(id_in(self.circle_id)) if self.circle_id else None,
            reply_to=PostId(id_in(self.in_reply_to_id)) if self.in_reply_to_id else None,
            warning=self.spoiler_text,
            is_sensitive=self.sensitive,
            language=self.language,
            variants=varying.typed(self.content_map, self.spoiler_text_map),
            media=_media_in(self.media_ids),
            poll=self.poll.to_draft() if self.poll else None,
            quote_of=PostId(id_in(self.quoted_status_id)) if self.quoted_status_id else None,
            quoting=self.quote_approval_policy or None,
            lifetime=self.expires_in,
            expires_at=moment_in(self.expires_at, "expires_at"),
            replying=self.interaction_policy.to_policy() if self.interaction_policy else None,
            is_local_only=True if self.visibility == LOCAL else self.local_only,
            app=author.app,
            idempotency_key=key,
        )

    def _visibility(self) -> Visibility | None:
        """Raises `InvalidInput`."""
        if self.visibility == LOCAL:
            return Visibility.PUBLIC
        if self.visibility != LIMITED:
            return visibility_in(self.visibility)
        if not self.circle_id and not self.in_reply_to_id:
            raise InvalidInput("Validation failed: Circle can't be blank", "circle_id")
        return Visibility.CIRCLE


class MediaAttributes(Struct, frozen=True):
    id: str
    description: str | None = None
    focus: Annotated[str | None, Meta(description="Two numbers from -1 to 1: what to keep in sight.")] = None

    def to_change(self) -> MediaChange:
        """Raises `InvalidInput`."""
        focus = None
        if self.focus:
            try:
                x, y = (float(part) for part in self.focus.split(","))
            except ValueError:
                raise InvalidInput("Validation failed: Focus has to be two numbers", "focus") from None
            focus = (x, y)
        return MediaChange(MediaId(id_in(self.id)), self.description, focus)


class EditForm(Struct, frozen=True):
    """The whole post as it is to be: what is left out is taken off, as Mastodon does."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool = False
    language: str | None = None
    content_map: Annotated[
        dict[str, str] | None,
        Meta(description="An extension: the text in further languages. Left out: as before."),
    ] = None
    spoiler_text_map: Annotated[
        dict[str, str], Meta(description="An extension: `spoiler_text` in the same languages.")
    ] = {}
    media_ids: list[str] = []
    media_attributes: Annotated[
        list[MediaAttributes], Meta(description="New descriptions and focal points of its media.")
    ] = []
    poll: PollForm | None = None
    quote_approval_policy: str | None = None
    expires_in: Annotated[
        int | None, Meta(description="An extension: seconds from now; 0: it stays. Left out: as before.")
    ] = None
    expires_at: Annotated[str | None, Meta(description="An extension: the same as a moment.")] = None

    def to_revision(self) -> Revision:
        """Raises `InvalidInput`."""
        return Revision(
            text=self.status,
            warning=self.spoiler_text,
            is_sensitive=self.sensitive,
            language=self.language,
            variants=None
            if self.content_map is None
            else varying.typed(self.content_map, self.spoiler_text_map),
            media=_media_in(self.media_ids),
            media_changes=tuple(one.to_change() for one in self.media_attributes),
            poll=self.poll.to_draft() if self.poll else None,
            quoting=self.quote_approval_policy or None,
        )


class IdsForm(Struct, frozen=True):
    id: Annotated[list[str], Meta(description="Ids of the posts.")] = []


class DeleteForm(Struct, frozen=True):
    delete_media: Annotated[bool, Meta(description="Remove its media now, not after a day.")] = False


class PolicyForm(InteractionForm, frozen=True):
    """What is left out stays as it is."""

    quote_approval_policy: str | None = None


def visibility_in(text: str | None) -> Visibility | None:
    """Raises `InvalidInput`."""
    if not text:
        return None
    if text not in VISIBILITIES:
        raise InvalidInput("Validation failed: Visibility is not included in the list", "visibility")
    return VISIBILITIES[text]


def _media_in(texts: list[str]) -> tuple[MediaId, ...]:
    """Raises `InvalidInput`."""
    try:
        return tuple(MediaId(id_in(text)) for text in texts if text)
    except NotFound:
        raise InvalidInput("A file is not found or already attached to another post", "media_ids") from None


@api.post(
    "/api/v1/statuses",
    scope="write:statuses",
    form=StatusForm,
    returns=entities.Status | scheduled_entities.ScheduledStatus,
)
async def create(call: Call[StatusForm]) -> bytes | scheduled_entities.ScheduledStatus:
    """https://docs.joinmastodon.org/methods/statuses/#create"""
    text = call.form.status[:LOOKED_THROUGH]
    if call.resolver is not None and "@" in text:
        for handle in (await call.store.reading(_strangers, call, text))[:STRANGERS]:
            await call.resolver.handle(handle)
    return await call.store.writing(_create, call)


def _strangers(db: Reader, call: Call[StatusForm], text: str) -> list[str]:
    return composing.strangers(db, text, call.account, call.here)


def _create(db: Writer, call: Call[StatusForm]) -> bytes | scheduled_entities.ScheduledStatus:
    draft = call.form.to_draft(call.viewer, call.request.header(b"idempotency-key")[:KEY_LIMIT])
    at = moment_in(call.form.scheduled_at, "scheduled_at")
    if at is None:
        post = posting.publish(db, draft, call.here)
    else:
        made = scheduling.publish_at(db, draft, at, call.here)
        waiting = scheduled.find(db, made, call.account)
        if waiting is not None:
            return serialize_scheduled.many(db, [waiting], call.account, call.here)[0]
        post = PostId(made)
    return call.pages.one(db, posts.get_shown(db, post, call.account), call.viewer)


@api.get(
    "/api/v1/statuses",
    scope="read:statuses",
    access="public",
    form=IdsForm,
    returns=list[entities.Status],
)
def show_several(db: Reader, call: Call[IdsForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#index"""
    wanted = [PostId(int(text)) for text in call.form.id if text.isdecimal() and len(text) < 19][:MANY]  # noqa: PLR2004
    found = {one.id: one for one in posts.shown(db, set(wanted), call.account)}
    return call.pages.page(db, [found[id] for id in dict.fromkeys(wanted) if id in found], call.viewer)


@api.get("/api/v1/statuses/{id}", scope="read:statuses", access="public", returns=entities.Status)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#get"""
    return call.pages.one(db, posts.get_shown(db, PostId(call.id), call.account), call.viewer)


@api.put("/api/v1/statuses/{id}", scope="write:statuses", form=EditForm, returns=entities.Status)
def edit(db: Writer, call: Call[EditForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#edit"""
    id = PostId(call.id)
    editing.edit(db, call.account, id, call.form.to_revision(), call.here)
    if call.form.expires_in is not None or call.form.expires_at:
        at = moment_in(call.form.expires_at, "expires_at")
        expiring.change(db, call.account, id, expiring.moment(call.form.expires_in, at, call.here))
    return call.pages.one(db, posts.get_shown(db, id, call.account), call.viewer)


@api.delete(
    "/api/v1/statuses/{id}",
    scope="write:statuses",
    form=DeleteForm,
    returns=entities.Status,
    rule=limits.DELETIONS,
)
def delete(db: Writer, call: Call[DeleteForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#delete answers with all that is needed to write it anew."""
    post = posts.get_own(db, PostId(call.id), call.account)
    text = b',"text":' + msgspec.json.encode(post.text)
    body = call.pages.one(db, posts.get_shown(db, post.id, call.account), call.viewer, lambda _: text)
    deleting.delete(db, call.account, post.id, call.here, keeps_media=not call.form.delete_media)
    return body


@api.put(
    "/api/v1/statuses/{id}/interaction_policy",
    scope="write:statuses",
    form=PolicyForm,
    returns=entities.Status,
)
def change_policy(db: Writer, call: Call[PolicyForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#edit_interaction_policy"""
    id = PostId(call.id)
    quoting.change_rule(db, call.account, id, call.form.quote_approval_policy or None)
    policy = call.form.to_policy()
    if policy is not None:
        replying.change(db, call.account, id, policy)
    return call.pages.one(db, posts.get_shown(db, id, call.account), call.viewer)


@api.get(
    "/api/v1/statuses/{id}/history",
    scope="read:statuses",
    access="public",
    returns=list[entities.StatusEdit],
)
def show_history(db: Reader, call: Call[NoForm]) -> list[entities.StatusEdit]:
    """https://docs.joinmastodon.org/methods/statuses/#history"""
    post = posts.get(db, PostId(call.id), call.account)
    return edits.versions(db, post, editing.history(db, post), call.here)


@api.get("/api/v1/statuses/{id}/source", scope="read:statuses", access="app", returns=entities.StatusSource)
def show_source(db: Reader, call: Call[NoForm]) -> entities.StatusSource:
    """https://docs.joinmastodon.org/methods/statuses/#source"""
    post = posts.get(db, PostId(call.id), call.account)
    further = variants.of_post(db, post.id, post.variants)
    warnings = {one.language: one.warning for one in further if one.warning}
    return entities.StatusSource(
        id=str(post.id),
        text=post.text,
        spoiler_text=post.warning,
        content_map={one.language: one.text for one in further} or msgspec.UNSET,
        spoiler_text_map=warnings or msgspec.UNSET,
    )

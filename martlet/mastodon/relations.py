"""What is between the caller and other accounts: https://docs.joinmastodon.org/methods/accounts/"""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon import entities
from martlet.mastodon.accounts import account_ids
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import relationships
from martlet.model.names import AccountId
from martlet.services import blocking, following, profiles
from martlet.services.following import Wanted
from martlet.storage.database import Reader, Writer
from martlet.text.languages import normalise_language

api = Api()

CENTURY = 100 * 366 * 86400


class RelationshipsForm(Struct, frozen=True):
    id: Annotated[list[str] | None, Meta(description="Ids of accounts.")] = None
    with_suspended: bool | None = None


class FollowForm(Struct, frozen=True):
    """What is left out stays as it is."""

    reblogs: bool | UnsetType = UNSET
    notify: bool | UnsetType = UNSET
    languages: Annotated[
        list[str] | None | UnsetType, Meta(description="Only posts in these languages; none: in all.")
    ] = UNSET

    def wanted(self) -> Wanted:
        languages = self.languages
        if isinstance(languages, list):
            codes = (normalise_language(one) for one in languages[:100])
            return Wanted(self.reblogs, self.notify, tuple(dict.fromkeys(code for code in codes if code)))
        return Wanted(self.reblogs, self.notify, languages)


Duration = Annotated[
    Annotated[int, Meta(ge=0, le=CENTURY)] | None, Meta(description="Seconds; 0: until further notice.")
]


class BlockForm(Struct, frozen=True):
    """No part of Mastodon's: for how long."""

    duration: Duration = None


class MuteForm(Struct, frozen=True):
    notifications: Annotated[bool, Meta(description="Whether to mute notifications too.")] = True
    duration: Duration = None


class NoteForm(Struct, frozen=True):
    comment: str | None = None


@api.get("/api/v1/accounts/relationships", scope="read:follows", form=RelationshipsForm,
         returns=list[entities.Relationship])  # fmt: skip
def index(db: Reader, call: Call[RelationshipsForm]) -> list[entities.Relationship]:
    """https://docs.joinmastodon.org/methods/accounts/#relationships"""
    ids = account_ids(call.form.id)
    return relationships.many(db, call.account, ids, call.here, with_gone=bool(call.form.with_suspended))


@api.post(
    "/api/v1/accounts/{id}/follow", scope="write:follows", form=FollowForm, returns=entities.Relationship
)
def follow(db: Writer, call: Call[FollowForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#follow"""
    following.follow(db, call.account, AccountId(call.id), call.form.wanted(), call.here)
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/unfollow", scope="write:follows", returns=entities.Relationship)
def unfollow(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#unfollow"""
    following.unfollow(db, call.account, AccountId(call.id))
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/remove_from_followers", scope="write:follows", returns=entities.Relationship)
def remove_from_followers(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#remove_from_followers"""
    following.remove_follower(db, call.account, AccountId(call.id))
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/block", scope="write:blocks", form=BlockForm, returns=entities.Relationship)
def block(db: Writer, call: Call[BlockForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#block"""
    blocking.block(db, call.account, AccountId(call.id), call.here, seconds=call.form.duration or 0)
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/unblock", scope="write:blocks", returns=entities.Relationship)
def unblock(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#unblock"""
    blocking.unblock(db, call.account, AccountId(call.id))
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/mute", scope="write:mutes", form=MuteForm, returns=entities.Relationship)
def mute(db: Writer, call: Call[MuteForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#mute"""
    blocking.mute(
        db,
        call.account,
        AccountId(call.id),
        call.here,
        hides_notifications=call.form.notifications,
        seconds=call.form.duration or 0,
    )
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/unmute", scope="write:mutes", returns=entities.Relationship)
def unmute(db: Writer, call: Call[NoForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#unmute"""
    blocking.unmute(db, call.account, AccountId(call.id))
    return relationships.one(db, call.account, AccountId(call.id), call.here)


@api.post("/api/v1/accounts/{id}/note", scope="write:accounts", form=NoteForm, returns=entities.Relationship)
def note(db: Writer, call: Call[NoteForm]) -> entities.Relationship:
    """https://docs.joinmastodon.org/methods/accounts/#note"""
    profiles.note(db, call.account, AccountId(call.id), call.form.comment or "")
    return relationships.one(db, call.account, AccountId(call.id), call.here)

"""
The caller's own profile.

https://docs.joinmastodon.org/methods/accounts/#update_credentials,
https://docs.joinmastodon.org/methods/profile/
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.http import forms
from martlet.mastodon import entities
from martlet.mastodon.accounts import own
from martlet.mastodon.media import sent
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize import tags as serialize_tags
from martlet.mastodon.statuses import VISIBILITIES
from martlet.model.errors import InvalidInput
from martlet.model.visibility import Visibility
from martlet.services import profiles
from martlet.services.profiles import Change, ProfileField
from martlet.storage import accounts
from martlet.storage.database import Reader, Writer

api = Api()


class FieldForm(Struct, frozen=True):
    name: str = ""
    value: str = ""


class SourceForm(Struct, frozen=True):
    """What is meant for posts that do not say otherwise."""

    privacy: str | UnsetType = UNSET
    sensitive: bool | UnsetType = UNSET
    language: str | None | UnsetType = UNSET
    quote_policy: str | UnsetType = UNSET
    local_only: bool | UnsetType = UNSET
    expires_in: int | None | UnsetType = UNSET


class ProfileForm(Struct, frozen=True):
    """Beside the parts `avatar` and `header`. What is left out stays as it is."""

    display_name: str | UnsetType = UNSET
    note: str | UnsetType = UNSET
    avatar_description: str | UnsetType = UNSET
    header_description: str | UnsetType = UNSET
    locked: bool | UnsetType = UNSET
    bot: bool | UnsetType = UNSET
    discoverable: bool | UnsetType = UNSET
    hide_collections: bool | UnsetType = UNSET
    indexable: bool | UnsetType = UNSET
    attribution_domains: list[str] | UnsetType = UNSET
    fields_attributes: Annotated[
        list[FieldForm] | UnsetType,
        Meta(description="Rows of the profile, in their order; with numbers for keys too."),
    ] = UNSET
    source: SourceForm | UnsetType = UNSET

    def change(self) -> Change:
        """Raises `InvalidInput`."""
        source = SourceForm() if isinstance(self.source, UnsetType) else self.source
        rows = self.fields_attributes
        return Change(
            display_name=self.display_name,
            note=self.note,
            fields=rows
            if isinstance(rows, UnsetType)
            else [ProfileField(row.name, row.value) for row in rows],
            avatar_text=self.avatar_description,
            header_text=self.header_description,
            is_locked=self.locked,
            is_bot=self.bot,
            is_discoverable=self.discoverable,
            is_indexable=self.indexable,
            hides_follows=self.hide_collections,
            attribution=self.attribution_domains,
            default_visibility=_visibility(source.privacy),
            default_sensitive=source.sensitive,
            default_language=source.language,
            default_quoting=source.quote_policy,
            default_local_only=source.local_only,
            default_lifetime=source.expires_in,
        )


def _visibility(privacy: str | UnsetType) -> Visibility | UnsetType:
    if isinstance(privacy, UnsetType):
        return UNSET
    if privacy not in ("public", "unlisted", "private"):
        raise InvalidInput("Validation failed: Privacy is not included in the list", "source")
    return VISIBILITIES[privacy]


@api.patch(
    "/api/v1/accounts/update_credentials",
    aliases=("PUT", "POST"),
    scope="write:accounts",
    form=ProfileForm,
    returns=entities.CredentialAccount,
    body_limit=None,
)
async def update_credentials(call: Call[ProfileForm]) -> entities.CredentialAccount:
    """https://docs.joinmastodon.org/methods/accounts/#update_credentials"""
    await _change(call)
    return await call.store.reading(own, call)


@api.get("/api/v1/profile", scope="profile", returns=entities.Profile)
def show(db: Reader, call: Call[NoForm]) -> entities.Profile:
    """https://docs.joinmastodon.org/methods/profile/#get"""
    return _profile(db, call)


@api.patch(
    "/api/v1/profile",
    scope="write:accounts",
    form=ProfileForm,
    returns=entities.Profile,
    body_limit=None,
)
async def update(call: Call[ProfileForm]) -> entities.Profile:
    """https://docs.joinmastodon.org/methods/profile/#update"""
    await _change(call)
    return await call.store.reading(_profile, call)


@api.delete("/api/v1/profile/avatar", scope="write:accounts", returns=entities.CredentialAccount)
def delete_avatar(db: Writer, call: Call[NoForm]) -> entities.CredentialAccount:
    """https://docs.joinmastodon.org/methods/profile/#delete-profile-avatar"""
    profiles.remove_avatar(db, call.account, call.here)
    return own(db, call)


@api.delete("/api/v1/profile/header", scope="write:accounts", returns=entities.CredentialAccount)
def delete_header(db: Writer, call: Call[NoForm]) -> entities.CredentialAccount:
    """https://docs.joinmastodon.org/methods/profile/#delete-profile-header"""
    profiles.remove_header(db, call.account, call.here)
    return own(db, call)


async def _change(call: Call[ProfileForm]) -> None:
    limit = 2 * call.here.limits.image_bytes + 1024 * 1024
    in_query = forms.from_query(call.request.query)
    async with sent(call, limit) as (values, files):
        for name in ("avatar", "header"):
            if name not in files and values.get(name):
                raise InvalidInput(f"Validation failed: {name.capitalize()} has to be sent as a file", name)
        form = forms.to_form(in_query | values, ProfileForm)
        avatar, header = files.get("avatar"), files.get("header")
        await profiles.change_with_pictures(
            call.ground,
            call.account,
            form.change(),
            avatar.path if avatar else None,
            header.path if header else None,
        )


def _profile(db: Reader, call: Call[Any]) -> entities.Profile:
    """https://docs.joinmastodon.org/entities/Profile/"""
    account, here = accounts.get(db, call.account), call.here
    shown = serialize.entity(db, account, here)
    return entities.Profile(
        id=shown.id,
        display_name=account.display_name,
        note=account.note_text,
        fields=serialize.source_fields(account),
        avatar=shown.avatar if account.avatar else None,
        avatar_static=shown.avatar_static if account.avatar else None,
        avatar_description=account.avatar_text,
        header=shown.header if account.header else None,
        header_static=shown.header_static if account.header else None,
        header_description=account.header_text,
        locked=shown.locked,
        bot=shown.bot,
        hide_collections=shown.hide_collections,
        discoverable=shown.discoverable,
        indexable=shown.indexable,
        show_media=True,
        show_media_replies=True,
        show_featured=True,
        attribution_domains=accounts.attribution_of(account),
        featured_tags=serialize_tags.featured(db, account),
    )

"""
Packs: making them, putting accounts in and taking them out.

Nobody is put into one who has not said that they may be; people here can take
themselves out, and are not put into it again. Whoever is elsewhere is asked
first: `services/consenting_to_packs.py`.
"""

from dataclasses import dataclass, replace

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.events import PackChanged, PackConsentWithdrawn, PackMemberAdded
from martlet.model.names import AccountId
from martlet.model.packs import MemberState, Pack, PackMember, Standing, policy_of, standing
from martlet.model.server import Server
from martlet.storage import accounts, follows, packs, relations, roles
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.text.cleaning import many_lines, one_line
from martlet.text.hashtags import is_hashtag
from martlet.text.languages import normalise_language

NAME, DESCRIPTION = 40, 100
MEMBERS = 25

Details = dict[str, list[tuple[str, str]]]


class PackRefused(InvalidInput):
    """Something in a pack is not as it has to be."""

    code = "pack_refused"


@dataclass(frozen=True, slots=True)
class PackWish:
    """What is None stays as it is; of a new pack it is as for those who say nothing."""

    name: str | None = None
    description: str | None = None
    language: str | None = None
    tag: str | None = None
    is_sensitive: bool | None = None
    is_discoverable: bool | None = None


def refusal() -> NotAllowed:
    return NotAllowed("This action is not allowed")


def create(db: Writer, owner: AccountId, wish: PackWish, members: list[AccountId], here: Server) -> Pack:
    """A new pack with its members. Raises `PackRefused`, `NotAllowed`, `NotFound`."""
    account, now, id = accounts.get(db, owner), here.now_ms(), here.next_id()
    packs.lock_owner(db, owner)
    limit = roles.of_account(db, owner).collection_limit
    if packs.count(db, owner) >= limit:
        raise PackRefused(
            f"Validation failed: Too many collections (maximum is {limit})",
            details={"base": [("ERR_TOO_MANY", f"Too many collections (maximum is {limit})")]},
        )
    if len(members) > MEMBERS:
        raise _too_many_members()
    blank = Pack(
        id=id,
        account_id=owner,
        uri=here.pack_uri(account.username, id),
        url=here.pack_url(id),
        name="",
        description="",
        language=None,
        tag="",
        is_sensitive=0,
        is_discoverable=1,
        created_at=now,
        updated_at=now,
    )
    made = _as_wished(blank, wish)
    packs.insert(db, made)
    for member in members:
        _put_in(db, made, account, member, here)
    return made


def change(db: Writer, id: int, owner: AccountId, wish: PackWish, here: Server) -> Pack:
    """Raises `NotFound`, `NotAllowed` for packs of others, `PackRefused`."""
    before = own(db, id, owner)
    made = replace(_as_wished(before, wish), updated_at=here.now_ms())
    packs.update(db, made)
    if replace(made, updated_at=0) != replace(before, updated_at=0):
        is_told = (made.name, made.description) != (before.name, before.description)
        db.emit(PackChanged(id, is_told))
    return made


def delete(db: Writer, id: int, owner: AccountId) -> None:
    """Raises `NotFound`, `NotAllowed`."""
    packs.delete(db, own(db, id, owner).id)


def own(db: Reader, id: int, owner: AccountId) -> Pack:
    """Raises `NotFound`; `NotAllowed` for packs of others."""
    found = packs.get(db, id, owner)
    if found.account_id != owner:
        raise refusal()
    return found


def add(db: Writer, id: int, owner: AccountId, member: AccountId, here: Server) -> PackMember:
    """Raises `NotFound`, `NotAllowed`, `PackRefused`."""
    found = own(db, id, owner)
    packs.take(db, id)
    if packs.count_members(db, id) >= MEMBERS:
        raise _too_many_members()
    return _put_in(db, found, accounts.get(db, owner), member, here)


def remove(db: Writer, id: int, owner: AccountId, member: int) -> None:
    """The owner takes somebody out; they may be put in again. Raises `NotFound`, `NotAllowed`."""
    found = packs.find_member(db, own(db, id, owner).id, member)
    if found is None:
        raise NotFound
    if found.state is not MemberState.REVOKED:
        packs.delete_member(db, found.id)
        db.emit(PackChanged(id, is_told=False))


def revoke(db: Writer, id: int, account: AccountId, member: int) -> None:
    """Somebody takes themselves out, for good. Raises `NotFound`, `NotAllowed`."""
    pack = packs.get(db, id, account)
    found = packs.find_member(db, pack.id, member)
    if found is None:
        raise NotFound
    if found.account_id != account:
        raise refusal()
    packs.put_state(db, found.id, MemberState.REVOKED)
    db.emit(PackChanged(pack.id, is_told=False))
    db.emit(PackConsentWithdrawn(found.id))


def standing_of(db: Reader, account: Account, viewer: AccountId) -> Standing:
    """Whether somebody may put an account into packs; nobody may who is not signed in."""
    if not viewer:
        return "denied"
    if account.id == viewer:
        return "automatic"
    return standing(
        policy_of(account),
        is_follower=lambda: _follows(db, viewer, account.id),
        is_followed=lambda: _follows(db, account.id, viewer),
    )


def _follows(db: Reader, follower: AccountId, followed: AccountId) -> bool:
    found = follows.find(db, follower, followed)
    return found is not None and bool(found.is_accepted)


def _put_in(db: Writer, pack: Pack, owner: Account, id: AccountId, here: Server) -> PackMember:
    account = accounts.find(db, id)
    if account is None or account.is_gone:
        raise PackRefused("Validation failed: The account is not known here", "account_id")
    is_welcome = standing_of(db, account, owner.id) in ("automatic", "manual")
    if not is_welcome or relations.is_barred(db, owner.id, account.id):
        raise NotAllowed("This account cannot be added to collections")
    made = PackMember(
        id=here.next_id(),
        pack_id=pack.id,
        account_id=account.id,
        state=MemberState.ACCEPTED if account.is_here else MemberState.PENDING,
        uri="",
        request_uri="" if account.is_here else here.pack_request_uri(owner.username, here.next_id()),
        consent_uri="",
        created_at=here.now_ms(),
    )
    try:
        with db.part():
            packs.insert_member(db, made)
    except AlreadyThere:
        raise PackRefused(
            "Validation failed: Account has already been taken",
            details={"account": [("ERR_TAKEN", "has already been taken")]},
        ) from None
    db.emit(PackMemberAdded(made.id))
    return made


def _too_many_members() -> PackRefused:
    words = f"are too many (maximum is {MEMBERS})"
    return PackRefused(
        f"Validation failed: Collection items {words}",
        details={"collection_items": [("ERR_TOO_MANY", words)]},
    )


def _as_wished(before: Pack, wish: PackWish) -> Pack:
    """Raises `PackRefused` that says all that is wrong."""
    details: Details = {}
    name = before.name if wish.name is None else one_line(wish.name)
    description = before.description if wish.description is None else many_lines(wish.description).strip()
    tag = before.tag if wish.tag is None else wish.tag.strip().removeprefix("#").removeprefix("＃")
    language = before.language
    if wish.language is not None:
        language = normalise_language(wish.language)
        if wish.language and language is None:
            details["language"] = [("ERR_INVALID", "is invalid")]
    if not name:
        details["name"] = [("ERR_BLANK", "can't be blank")]
    for field, text, longest in (("name", name, NAME), ("description", description, DESCRIPTION)):
        if len(text) > longest:
            details[field] = [("ERR_TOO_LONG", f"is too long (maximum is {longest} characters)")]
    if tag and not is_hashtag(tag):
        details["tag_name"] = [("ERR_INVALID", "is invalid")]
    if details:
        told = ", ".join(
            f"{field.replace('_', ' ').capitalize()} {words}" for field, ((_, words),) in details.items()
        )
        raise PackRefused(f"Validation failed: {told}", details=details)
    return replace(
        before,
        name=name,
        description=description,
        language=language,
        tag=tag,
        is_sensitive=before.is_sensitive if wish.is_sensitive is None else int(wish.is_sensitive),
        is_discoverable=before.is_discoverable if wish.is_discoverable is None else int(wish.is_discoverable),
    )

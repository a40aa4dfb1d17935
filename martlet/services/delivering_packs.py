"""Telling other servers of packs (FEP-7aa9): requests for consent, answers, consent taken back, changes. See `delivering`."""

from martlet.activitypub import addressing
from martlet.activitypub import packs as documents
from martlet.activitypub.build import Document
from martlet.activitypub.packs import Item
from martlet.activitypub.things import Accept, PackSaid, Reject, RequestFeature
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.events import PackChanged, PackConsentWithdrawn, PackMemberAdded
from martlet.model.names import NOBODY, Uri
from martlet.model.packs import MemberState, Pack, PackMember
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import delivering
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, packs, remotes
from martlet.storage.database import Reader, Writer
from martlet.text.hashtags import hashtag_key


def of_member(db: Writer, event: PackMemberAdded, here: Server, secret: ServerSecret) -> None:
    """Whoever is elsewhere is asked; once they agree, and for people here at once, others hear who is in the pack."""
    member = packs.find_member_by_id(db, event.member)
    found = _own(db, member.pack_id) if member is not None else None
    if member is None or found is None:
        return
    pack, owner = found
    if member.state is MemberState.PENDING:
        target = accounts.get(db, member.account_id)
        act = RequestFeature(Uri(member.request_uri), owner.uri, target.uri, pack.uri)
        body = canonical_json.encode(documents.request(act))
        delivering.send(db, owner.id, body, remotes.inboxes_of(db, [target.id], shared=False), here)
    elif member.state is MemberState.ACCEPTED:
        _tell(db, pack, owner, here, secret)


def of_change(db: Writer, event: PackChanged, here: Server, secret: ServerSecret) -> None:
    """A pack says something else, or has lost somebody."""
    found = _own(db, event.pack)
    if found is not None:
        _tell(db, *found, here, secret)


def of_withdrawal(db: Writer, event: PackConsentWithdrawn, here: Server, secret: ServerSecret) -> None:
    """Somebody here takes back their consent to a pack of somebody elsewhere."""
    member = packs.find_member_by_id(db, event.member)
    pack = packs.find_unfiltered(db, member.pack_id) if member is not None else None
    if member is None or pack is None:
        return
    account = accounts.get(db, member.account_id)
    consent = documents.consent(here.pack_consent_uri(account.username, member.id), pack.uri, account.uri)
    uri = Uri(f"{consent['id']}#delete")
    document = documents.consent_withdrawn(uri, consent, [addressing.PUBLIC])
    inboxes = remotes.inboxes_of(db, [pack.account_id])
    if inboxes and account.is_here and not account.is_gone:
        delivering.send_document(db, account, document, inboxes, here, secret, Visibility.PUBLIC)


def accept(
    db: Writer, request: RequestFeature, account: Account, owner: Account, consent: Uri, here: Server
) -> None:
    """A request that comes again is answered again."""
    act = Accept(Uri(f"{account.uri}#accepts/{here.next_id()}"), account.uri, request.uri, consent)
    delivering.tell(db, account, act, owner, here)


def refuse(db: Writer, request: RequestFeature, account: Account, owner: Account, here: Server) -> None:
    act = Reject(Uri(f"{account.uri}#rejects/{here.next_id()}"), account.uri, request.uri)
    delivering.tell(db, account, act, owner, here)


# -- documents -----------------------------------------------------------


def document(db: Reader, pack: Pack, owner: Account, here: Server) -> Document:
    """A pack of somebody here with all who are in it, as everybody may read it."""
    items = [item(db, each.member, owner, here) for each in members(db, pack, here)]
    told = PackSaid(
        uri=pack.uri,
        owner=owner.uri,
        name=pack.name,
        description=pack.description,
        language=pack.language,
        tag=pack.tag,
        is_sensitive=bool(pack.is_sensitive),
        is_discoverable=bool(pack.is_discoverable),
        created_at=pack.created_at,
        updated_at=pack.updated_at,
    )
    return documents.pack(told, items, pack.url, here.tag_url(hashtag_key(pack.tag)) if pack.tag else "")


def members(db: Reader, pack: Pack, here: Server) -> list[packs.Listed]:
    return packs.members(db, [pack.id], NOBODY, here.now_ms()).get(pack.id, [])


def item(db: Reader, member: PackMember, owner: Account, here: Server) -> Item:
    account = accounts.get(db, member.account_id)
    consent = (
        here.pack_consent_uri(account.username, member.id) if account.is_here else Uri(member.consent_uri)
    )
    uri = Uri(f"{here.pack_uri(owner.username, member.pack_id)}/members/{member.id}")
    return Item(uri, account.uri, account.kind, consent, member.created_at)


def _own(db: Reader, id: int) -> tuple[Pack, Account] | None:
    """A pack of somebody here who is not gone."""
    pack = packs.find_unfiltered(db, id)
    try:
        owner = accounts.get(db, pack.account_id) if pack is not None else None
    except NotFound:
        return None
    if pack is None or owner is None or not owner.is_here or owner.is_gone:
        return None
    return pack, owner


def _tell(db: Writer, pack: Pack, owner: Account, here: Server, secret: ServerSecret) -> None:
    """Followers' servers, and those of the people in it, get the pack as it is now."""
    inside = [each.member.account_id for each in members(db, pack, here)]
    inboxes = remotes.inboxes_of(db, inside)
    if pack.is_discoverable:
        inboxes |= remotes.inboxes_of_followers(db, owner.id)
    if inboxes:
        uri = Uri(f"{pack.uri}#updates/{here.next_id()}")
        told = documents.changed(uri, owner.uri, document(db, pack, owner, here), [addressing.PUBLIC])
        delivering.send_document(db, owner, told, inboxes, here, secret, Visibility.PUBLIC)

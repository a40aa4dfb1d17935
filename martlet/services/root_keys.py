"""
Root keys of people here: what is proposed to be signed with one, and what comes back signed.

The server never has a root key. It says what a statement has to say now (`proposal`); the key's owner signs that in
their browser or on another machine; what comes back is published if it says just that (`publish`). Device keys and
other changes wait until they are signed: nothing here can add them by itself.
"""

import json
import re
from dataclasses import replace
from typing import Any

from martlet.activitypub import build
from martlet.model.carrying import Trust
from martlet.model.continuity import History, RevokedKey, StatedKey, Statement
from martlet.model.errors import (
    Conflict,
    EvidenceRejected,
    InvalidInput,
    MalformedDocument,
    NotFound,
)
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import continuing, identities
from martlet.signing import canonical_json, continuity
from martlet.signing.keys import Kind, PublicKey
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, adoptions, mirrors, own_roots
from martlet.storage import continuity as kept
from martlet.storage import keys as own_keys
from martlet.storage.database import Reader, Writer
from martlet.storage.own_roots import DeviceKey
from martlet.text.cleaning import one_line

MOST_DEVICES = 12
NAME_LIMIT = 60
COPY_LIMIT = 2_000
DAY = 86_400_000
LEAP = 1000
"""From the last number that is known to the first one under a new name: statements may have been signed since the backup."""
MOST_ITERATIONS = 10_000_000
"""No browser would wait for more."""
_COPY_FIELDS = {"kdf", "iterations", "salt", "nonce", "box"}
_TEXT = re.compile(r"[A-Za-z0-9_-]{1,200}")


class NotTheRootKey(InvalidInput):
    code = "not_the_root_key"

    def __init__(self) -> None:
        super().__init__("This is not signed with the account's root key.", "statement")


class NotWhatWasProposed(InvalidInput):
    code = "not_what_was_proposed"

    def __init__(self) -> None:
        super().__init__("What is signed is not what was to be signed. Please begin anew.", "statement")


class StolenLater(InvalidInput):
    code = "stolen_later"

    def __init__(self) -> None:
        super().__init__("This day is still to come.", "since")


class TooManyDevices(InvalidInput):
    code = "too_many_devices"

    def __init__(self) -> None:
        super().__init__(f"An account has at most {MOST_DEVICES} device keys.", "name")


# -- what there is -------------------------------------------------------


def root_of(db: Reader, account: AccountId) -> str:
    """The root key of an account here, or of the one that it is to go on as; empty where there is none."""
    pin = kept.find_pin(db, accounts.get(db, account).uri)
    if pin is not None:
        return pin.root
    adopted = adoptions.find(db, account)
    return "" if adopted is None else adopted.root


def known_of(db: Reader, account: AccountId) -> History:
    """The statements of an account here."""
    root = root_of(db, account)
    return continuing.known(db, root) if root else History(None)


def published(db: Reader, uri: Uri) -> Statement | None:
    """The statement that an account here hands out."""
    pin = kept.find_pin(db, uri)
    standing = continuing.known(db, pin.root).standing if pin is not None else None
    return standing if standing is not None and standing.actor == uri else None


# -- what is to be signed ------------------------------------------------


def proposal(db: Writer, account: AccountId, root: str, secret: ServerSecret, here: Server) -> Statement:
    """
    What the next statement has to say. `root` may be empty where it is not known yet.

    After two that contradict one another it goes on from what stood before them, with a number that ends both.
    """
    uri, now = accounts.get(db, account).uri, here.now_ms()
    before = continuing.known(db, root) if root else History(None)
    last = before.standing
    own_key = identities.document_key(db, account, secret, here)
    signing, name = own_key.private.public.to_multibase(), build.ed25519_key_id(uri, own_key.name)
    known = {one.uri: one for one in (last.keys if last is not None else ())}
    own = known.get(name)
    keys = [own if own is not None and own.public == signing else StatedKey(name, signing, now)]
    devices = own_roots.devices(db, account)
    keys += [_stated(uri, one) for one in devices if one.revoked_at is None]
    is_new_name = last is not None and last.actor != uri
    return Statement(
        root=root,
        actor=uri,
        sequence=before.last_sequence + (LEAP if is_new_name else 1),
        updated_at=now,
        keys=tuple(keys),
        revoked=_revoked(last, keys, [*_retired(db, account, uri), *_lost(devices, uri)], now),
        gateways=(here.url, *(one.base for one in mirrors.accepted(db, account)))[: continuity.MOST_GATEWAYS],
        formerly=_formerly(last, uri),
        digest=b"",
        body=b"",
    )


def _revoked(
    last: Statement | None, keys: list[StatedKey], gone: list[RevokedKey], now: int
) -> tuple[RevokedKey, ...]:
    """What was revoked before, what is, and whatever else is in force and not to be any more."""
    found = {one.public: one for one in (last.revoked if last is not None else ())}
    for one in gone:
        found.setdefault(one.public, one)
    going_on = {one.public for one in keys}
    for stated in last.keys if last is not None else ():
        if stated.public not in going_on:
            found.setdefault(stated.public, RevokedKey(stated.public, now // 1000 * 1000, stated.uri))
    return tuple(found.values())[-continuity.MOST_REVOKED :]


def _retired(db: Reader, account: AccountId, uri: Uri) -> list[RevokedKey]:
    """Keys that this server has changed for others."""
    return [RevokedKey(one.public, one.after, f"{uri}{one.name}") for one in own_keys.retired(db, account)]


def _lost(devices: list[DeviceKey], uri: Uri) -> list[RevokedKey]:
    return [
        RevokedKey(one.public, one.revoked_at, device_key_id(uri, one.id))
        for one in devices
        if one.revoked_at is not None
    ]


def _formerly(last: Statement | None, uri: Uri) -> tuple[Uri, ...]:
    """Under which names the account was known before, the last ones if there are many."""
    if last is None:
        return ()
    names = [one for one in (*last.formerly, last.actor) if one != uri]
    return tuple(dict.fromkeys(names))[-continuity.MOST_NAMES :]


def is_due(last: Statement | None, proposed: Statement) -> bool:
    """Whether something has changed that the published statement does not say."""
    return last is None or _plain(replace(last, sequence=0)) != _plain(replace(proposed, sequence=0))


def device_key_id(uri: Uri, device: int) -> Uri:
    return Uri(f"{uri}#device-{device}")


def _stated(uri: Uri, one: DeviceKey) -> StatedKey:
    return StatedKey(device_key_id(uri, one.id), one.public, one.created_at)


# -- what was signed -----------------------------------------------------


def read(text: str, here: Server) -> Statement:
    """A statement that somebody has signed. Raises `NotTheRootKey`."""
    try:
        return continuity.read(canonical_json.parse_object(text.encode(), continuity.LIMIT), here.now())
    except (EvidenceRejected, MalformedDocument) as error:
        raise NotTheRootKey from error


def publish(db: Writer, account: AccountId, statement: Statement, secret: ServerSecret, here: Server) -> None:
    """
    Hand out a statement from now on. Raises `NotTheRootKey`, `NotWhatWasProposed`.

    It has to say what `proposal` says now; only its moment is the signer's, and since when keys count no more that were in
    force until it was proposed: whoever fetches the paper with the words takes more than a moment.
    """
    root = root_of(db, account)
    if root not in ("", statement.root):
        raise NotTheRootKey
    wanted = proposal(db, account, statement.root, secret, here)
    if abs(statement.updated_at - wanted.updated_at) > DAY:
        raise NotWhatWasProposed
    if _plain(_dated_alike(statement, wanted)) != _plain(wanted):
        raise NotWhatWasProposed
    continuing.learn(db, statement, Trust.CONFIRMED, here)


def _dated_alike(statement: Statement, wanted: Statement) -> Statement:
    """The statement with those keys revoked just now that were revoked when it was proposed, within a day."""
    now = wanted.updated_at // 1000 * 1000
    fallen = {one.public for one in wanted.revoked if one.after == now}
    alike = tuple(
        replace(one, after=now) if one.public in fallen and 0 <= now - one.after <= DAY else one
        for one in statement.revoked
    )
    return replace(statement, revoked=alike)


def _plain(statement: Statement) -> dict[str, Any]:
    """What a statement says but for moments that its signer has chosen."""
    document = continuity.propose(replace(statement, updated_at=0))
    for one in document["assertionMethod"]:
        one.pop("created", None)
    return document


# -- device keys ---------------------------------------------------------


def add_device(db: Writer, account: AccountId, name: str, public: str, here: Server) -> DeviceKey:
    """A key of a browser, which waits for a statement. Raises `InvalidInput`, `TooManyDevices`, `NotFound` without a root key."""
    if not root_of(db, account):
        raise NotFound
    name = one_line(name)[:NAME_LIMIT]
    if not name:
        raise InvalidInput("A device needs a name.", "name")
    key = _device_key(public)
    there = own_roots.devices(db, account)
    if sum(one.revoked_at is None for one in there) >= MOST_DEVICES:
        raise TooManyDevices
    if any(one.public == key.to_multibase() for one in there):
        raise Conflict("This device has its key already.")
    made = DeviceKey(here.next_id(), account, name, key.to_multibase(), here.now_ms() // 1000 * 1000, None)
    own_roots.insert_device(db, made)
    return made


def _device_key(text: str) -> PublicKey:
    """Raises `InvalidInput`."""
    try:
        key = PublicKey.from_multibase(text.strip())
    except MalformedDocument as error:
        raise InvalidInput("This is not a key of a device.", "public") from error
    if key.kind is not Kind.ED25519:
        raise InvalidInput("This is not a key of a device.", "public")
    return key


def revoke_device(
    db: Writer, account: AccountId, id: int, here: Server, lost_since: int | None = None
) -> None:
    """
    Take a device's key back: one that no statement names is gone at once. `lost_since`: milliseconds, if not from now on.

    Raises `NotFound`, `StolenLater`.
    """
    after = here.now_ms() if lost_since is None else lost_since
    if after > here.now_ms():
        raise StolenLater
    last = published(db, accounts.get(db, account).uri)
    one = next(
        (one for one in own_roots.devices(db, account) if one.id == id and one.revoked_at is None), None
    )
    if one is None:
        raise NotFound
    if last is None or not any(stated.public == one.public for stated in last.keys):
        own_roots.delete_device(db, account, id)
        return
    own_roots.revoke_device(db, account, id, after // 1000 * 1000)


# -- the encrypted copy --------------------------------------------------


def keep_copy(db: Writer, account: AccountId, text: str, here: Server) -> None:
    """
    Keep a root key as the browser has encrypted it; empty: forget it. Raises `InvalidInput`.

    `text` is JSON: kdf (PBKDF2-SHA-256), iterations, salt, nonce, box (AES-256-GCM), the last three in base64url.
    """
    if not text:
        own_roots.delete_copy(db, account)
        return
    try:
        found = json.loads(text[:COPY_LIMIT])
    except ValueError:
        found = None
    if not isinstance(found, dict) or not _is_copy(found):
        raise InvalidInput("This is not an encrypted key.", "copy")
    own_roots.put_copy(db, account, json.dumps(found), here.now_ms())


def _is_copy(found: dict[str, Any]) -> bool:
    return (
        found.keys() == _COPY_FIELDS
        and found["kdf"] == "PBKDF2-SHA-256"
        and type(found["iterations"]) is int
        and 0 < found["iterations"] <= MOST_ITERATIONS
        and all(_TEXT.fullmatch(str(found[name])) for name in ("salt", "nonce", "box"))
    )

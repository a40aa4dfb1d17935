"""
What root keys say of accounts elsewhere, and what follows from it (roads D.2, D.4).

A root key is believed of an account once the account's own server has named it, or a file in which nothing else spoke
against it; from then on it cannot be changed for another, by nobody. Its standing statement decides which keys are the
account's: others that the server names are left out, so that whoever takes the server cannot speak for its people for
longer than it takes them to say so. Where the statement gives the account another name, the old one has left: nothing
that its server says of it counts any more.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import msgspec

from martlet.activitypub import gateways
from martlet.model.accounts import Account
from martlet.model.carrying import Trust
from martlet.model.continuity import History, Pin, Statement, history
from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.events import AccountChanged
from martlet.model.names import Uri, host_of, origin_of
from martlet.model.server import Server
from martlet.services import watching
from martlet.signing import continuity as statements
from martlet.signing.keys import Kind, PublicKey
from martlet.storage import accounts, continuity, events, keys
from martlet.storage.continuity import Kept
from martlet.storage.database import Reader, Writer

GO_ALONG = "go_along_with_root"
MOST_STATEMENTS = 32
"""Kept of one root key; the oldest ones go."""
RIVALS = 2
"""Statements of one number that are kept: enough to see that they differ."""
MOST_NAMES = 32
"""Names of one root key that are looked at."""
Named = tuple[Uri, str, str]
"""A key as an actor document names it: uri, kind, public."""


@dataclass(frozen=True, slots=True)
class Word:
    """What its root key says of an account, and how far it is certain that this is its root key."""

    trust: Trust
    statement: Statement


def known(db: Reader, root: str) -> History:
    """What is known of one root key's statements."""
    return history(statements.parse(one.body) for one in continuity.statements(db, root))


def word_on(db: Reader, actor: Uri, offered: Statement | None = None) -> Word | None:
    """
    What stands of the root key of an account, counting a statement that is only just `offered`.

    None where no root key is known to be the account's, or where nothing of it stands. A root key that is known from
    another account speaks for this one as well: who holds it, has gone on under another name.
    """
    pin = continuity.find_pin(db, actor)
    if pin is not None:
        root, trust = pin.root, pin.trust
    elif offered is not None and offered.actor == actor:
        others = continuity.pins_of(db, offered.root, MOST_NAMES)
        if not others:
            return None
        root, trust = offered.root, max(one.trust for one in others)
    else:
        return None
    found = [statements.parse(one.body) for one in continuity.statements(db, root)]
    if offered is not None and offered.root == root:
        found.append(offered)
    standing = history(found).standing
    return None if standing is None else Word(max(trust, Trust.CONSISTENT), standing)


def device_of(db: Reader, actor: Uri, device: Uri) -> str:
    """A device's key, as multibase, as the account's root key names it now. Raises `EvidenceRejected`."""
    word = word_on(db, actor)
    stated = word.statement.key(device) if word is not None and word.trust is Trust.CONFIRMED else None
    if word is None or stated is None or word.statement.actor != actor:
        raise EvidenceRejected("The account's statement does not name this device.")
    if word.statement.revocation(uri=device, public=stated.public) is not None:
        raise EvidenceRejected("This device was revoked.")
    return stated.public


def learn(db: Writer, statement: Statement, trust: Trust, here: Server) -> None:
    """
    Keep a statement that its account has handed out, and have it take effect.

    `trust`: how far it is certain that the account did. Of a root key that is not the account's nothing is kept but that
    it was named.
    """
    if not _pin(db, statement, trust, here):
        return
    before = [statements.parse(one.body) for one in continuity.statements(db, statement.root)]
    if sum(one.sequence == statement.sequence for one in before) >= RIVALS:
        return
    kept = Kept(statement.root, statement.sequence, statement.digest, statement.body, here.now_ms())
    if not continuity.put_statement(db, kept):
        return
    if len(before) >= MOST_STATEMENTS:
        _forget_oldest(db, statement.root)
    apply(db, statement.root, here)


def _forget_oldest(db: Writer, root: str) -> None:
    """The statements of the lowest number, of two that differ both; that which stands stays."""
    standing = known(db, root).standing
    kept = [
        one
        for one in continuity.statements(db, root)
        if standing is None or one.sequence != standing.sequence
    ]
    for one in kept:
        if one.sequence == kept[0].sequence:
            continuity.delete_statement(db, one)


def _pin(db: Writer, statement: Statement, trust: Trust, here: Server) -> bool:
    """Whether the root key is the account's, from now on if it has none."""
    pin = continuity.find_pin(db, statement.actor)
    if pin is None or (pin.root != statement.root and pin.trust < Trust.CONFIRMED <= trust):
        continuity.put_pin(db, Pin(statement.actor, statement.root, trust, here.now_ms()))
        return True
    if pin.root != statement.root:
        continuity.put_pin(db, replace(pin, other_root=statement.root))
        return False
    if trust > pin.trust:
        continuity.put_pin(db, replace(pin, trust=trust))
    return True


def apply(db: Writer, root: str, here: Server) -> None:
    """Have what stands of a root key hold for the accounts elsewhere that have it, by whatever name."""
    standing = known(db, root).standing
    for pin in continuity.pins_of(db, root, MOST_NAMES):
        account = accounts.find_by_uri(db, pin.actor)
        if pin.trust < Trust.CONFIRMED:
            continue
        if host_of(pin.actor) == here.host:
            _say_anew(db, account)
            if standing is not None and standing.actor != pin.actor:
                _go_along(db, root, here)
            continue
        listed = (
            gateways.addresses(standing.gateways, besides=origin_of(pin.actor))
            if standing is not None
            else ()
        )
        if standing is not None and listed:  # else what the server lists holds
            watching.learn(db, pin.actor, listed, here, standing.sequence)
        if account is None:
            continue
        has_left = standing is not None and standing.actor != account.uri
        if has_left != (account.left_at is not None):
            accounts.update(db, account.id, left_at=here.now_ms() if has_left else None)
        if has_left:
            _go_along(db, root, here)
        named = keys.remote_of(db, account.id)
        keys.replace_remote(db, account.id, admitted(db, account.uri, named))


def _go_along(db: Writer, root: str, here: Server) -> None:
    events.add_job(db, GO_ALONG, msgspec.json.encode(root).decode(), here.now_ms(), key=f"{GO_ALONG}:{root}")


def goes_on_as(db: Reader, actor: Uri) -> Uri:
    """The name under which an account is to be found now, as far as its root key says; its own where that says nothing."""
    pin = continuity.find_pin(db, actor)
    if pin is None or pin.trust < Trust.CONFIRMED:
        return actor
    standing = known(db, pin.root).standing
    return actor if standing is None else standing.actor


def may_move(db: Reader, mover: Uri, target: Uri) -> bool:
    """Whether an account may go on as another one, as far as its root key has a say in that."""
    pin = continuity.find_pin(db, mover)
    if pin is None or pin.trust < Trust.CONFIRMED:
        return True
    standing = known(db, pin.root).standing
    return standing is None or standing.actor == target


def _say_anew(db: Writer, account: Account | None) -> None:
    """The actor document of an account here says what stands of its root key."""
    if account is not None:
        accounts.touch(db, account.id)
        db.emit(AccountChanged(account.id))


def admitted(db: Reader, actor: Uri, named: Sequence[Named]) -> list[Named]:
    """
    Those keys that an account's server names and its root key does not speak against.

    Keys that sign documents have to stand in the statement; those that sign requests must not be revoked by it.
    """
    pin = continuity.find_pin(db, actor)
    standing = known(db, pin.root).standing if pin is not None and pin.trust is Trust.CONFIRMED else None
    if standing is None:
        return list(named)
    if standing.actor != actor:
        return []
    return [one for one in named if _is_admitted(standing, *one)]


def _is_admitted(standing: Statement, uri: Uri, kind: str, public: str) -> bool:
    with suppress(MalformedDocument):
        key = PublicKey.from_pem(public) if kind == Kind.RSA else PublicKey.from_multibase(public)
        text = key.to_multibase()
        if standing.revocation(public=text) is not None:
            return False
        stated = standing.key(uri)
        return kind == Kind.RSA or (stated is not None and stated.public == text)
    return False

"""The root key: made and used in the browser; here only what is to be signed, and what was."""

import asyncio
import json
from functools import cache, partial
from importlib import resources

from martlet.http import limits
from martlet.http.answer import NOSNIFF, PRIVATE, Answer, FilePart
from martlet.model.errors import (
    Conflict,
    EvidenceRejected,
    InvalidInput,
    MalformedDocument,
    MartletError,
    NotAllowed,
    NotFound,
    TooMany,
)
from martlet.model.ids import id_from
from martlet.model.server import Server, moment
from martlet.services import account_backups, adopting, root_keys, rotating, securing
from martlet.services.adopting import StillReading
from martlet.services.checking_bundles import fingerprint
from martlet.services.securing import WrongPassword
from martlet.signing import continuity
from martlet.signing.keys import DID, PublicKey
from martlet.storage import accounts, adoptions, own_roots
from martlet.storage.database import Reader, Writer
from martlet.storage.own_roots import DeviceKey
from martlet.web import addresses, carrying
from martlet.web.settings_pages import DeviceKeyCard, RootKeyPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

PASSWORD_LIMIT = 1000
TEXT = (b"content-type", b"text/plain; charset=utf-8")
JSON = (b"content-type", b"application/json")
BYTES = (b"content-type", b"application/octet-stream")
FOR_LONG = (b"cache-control", b"private, max-age=2592000")


@pages.get(addresses.ROOT_KEY, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.writing(_page, visit))


def _page(
    db: Writer, visit: Visit, problems: tuple[Problem, ...] = (), *, asks_rotation: bool = False
) -> RootKeyPage:
    account = accounts.get(db, visit.account)
    root, known = root_keys.root_of(db, account.id), root_keys.known_of(db, account.id)
    last = known.standing
    backup, adopted = adoptions.find_backup(db, account.id), adoptions.find(db, account.id)
    old = accounts.find(db, adopted.old_account_id) if adopted is not None else None
    proposed = root_keys.proposal(db, account.id, root, visit.ground.secret, visit.here) if root else None
    stated = {one.public for one in last.keys} if last is not None else set()
    return RootKeyPage(
        actor=account.uri,
        root=root,
        fingerprint=fingerprint(PublicKey.from_did(root)) if root else "",
        page=addresses.at(addresses.PERSON_KEY, username=account.username),
        sequence=last.sequence if last is not None else 0,
        signed_at=moment(last.updated_at) if last is not None else None,
        is_due=proposed is not None and (bool(known.conflict) or root_keys.is_due(last, proposed)),
        conflict=len(known.conflict),
        devices=tuple(_device(one, stated) for one in own_roots.devices(db, account.id)),
        copy=own_roots.find_copy(db, account.id) or "",
        backup_at=None if backup is None else moment(backup.made_at),
        backup_size="" if backup is None else carrying.size_of(backup.bytes, visit.language),
        adopted="" if old is None else old.uri,
        is_adopted_signed=adopted is not None and adopted.told_at is not None,
        is_reading=adopting.is_reading(db, account.id, visit.here.now_ms()),
        typed=visit.query.get("root", "")[:100],
        last="" if last is None else last.body.decode(),
        today=visit.here.now().date().isoformat(),
        asks_rotation=asks_rotation,
        problems=problems,
    )


def _device(one: DeviceKey, stated: set[str]) -> DeviceKeyCard:
    is_stated = one.public in stated
    if one.revoked_at is None:
        state = "good" if is_stated else "waiting"
    else:
        state = "ending" if is_stated else "ended"
    return DeviceKeyCard(str(one.id), one.name, state, moment(one.created_at), one.public)  # type: ignore[arg-type]  # `state` is one of the card's words


@pages.get(addresses.ROOT_KEY_WORDS, access="member")
async def words(visit: Visit) -> Answer:
    """The list that the recovery words are taken from (BIP-39, English)."""
    del visit
    return Answer(_words(), 200, [TEXT, FOR_LONG])


@cache
def _words() -> bytes:
    return resources.files("mnemonic").joinpath("wordlist/english.txt").read_bytes()


@pages.get(addresses.ROOT_KEY_PROPOSAL, access="member")
async def proposal(visit: Visit) -> Answer:
    """What is to be signed now, by the root key that the query names."""
    root = visit.query.get("root", "")[:200].strip()
    try:
        key = PublicKey.from_did(root)
    except MalformedDocument as error:
        raise NotFound from error
    if key.to_did() != root or not root.startswith(DID):
        raise NotFound
    document = await visit.store.writing(_proposal, visit, root)
    body = json.dumps(document, indent=1, ensure_ascii=False).encode()
    kept = (b"content-disposition", b'inline; filename="to-sign.json"')
    return Answer(body, 200, [JSON, kept, PRIVATE])


def _proposal(db: Writer, visit: Visit, root: str) -> dict[str, object]:
    """Raises `NotFound` for another root key than the account has, `StillReading`."""
    if root_keys.root_of(db, visit.account) not in ("", root):
        raise NotFound
    if adopting.is_reading(db, visit.account, visit.here.now_ms()):
        raise StillReading
    return continuity.propose(root_keys.proposal(db, visit.account, root, visit.ground.secret, visit.here))


@pages.post(addresses.ROOT_KEY, access="member")
async def publish(visit: Visit) -> Answer:
    """The first statement needs the password: whoever only has the browser for a moment shall not name a root key."""
    has_root = await visit.store.reading(_has_root, visit)
    try:
        statement = root_keys.read(visit.field("statement", continuity.LIMIT), visit.here)
        if not has_root:
            await securing.confirm_password(
                visit.ground, visit.signed_in.login, visit.field("password", PASSWORD_LIMIT)
            )
        await visit.store.writing(adopting.publish, visit.account, statement, visit.ground.secret, visit.here)
    except (WrongPassword, InvalidInput, NotAllowed, TooMany, Conflict) as error:
        return await _refused(visit, error)
    return visit.go(addresses.ROOT_KEY, done="root_key_published")


def _has_root(db: Reader, visit: Visit) -> bool:
    return bool(root_keys.root_of(db, visit.account))


async def _refused(visit: Visit, error: MartletError) -> Answer:
    problems = tuple(
        Problem("password" if isinstance(error, WrongPassword) else one.field, one.sentence)
        for one in problems_of(error)
    )
    page = await visit.store.writing(_page, visit, problems)
    return visit.page(page, 429 if isinstance(error, TooMany) else 422)


@pages.post(addresses.ROOT_KEY_COPY, access="member")
async def copy(visit: Visit) -> Answer:
    """An encrypted copy to keep; an empty one: to forget."""
    text = visit.field("copy", root_keys.COPY_LIMIT)
    try:
        await visit.store.writing(root_keys.keep_copy, visit.account, text, visit.here)
    except InvalidInput as error:
        return await _refused(visit, error)
    return visit.go(addresses.ROOT_KEY, done="root_copy_kept" if text else "root_copy_dropped")


@pages.post(addresses.DEVICE_KEYS, access="member")
async def add_device(visit: Visit) -> Answer:
    try:
        name, public = visit.field("name"), visit.field("public", 200)
        await visit.store.writing(root_keys.add_device, visit.account, name, public, visit.here)
    except (InvalidInput, Conflict) as error:
        return await _refused(visit, error)
    return visit.go(addresses.ROOT_KEY, done="device_key_added")


@pages.post(addresses.DEVICE_KEY_REVOKE, access="member")
async def revoke_device(visit: Visit) -> Answer:
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    try:
        since = _day(visit.field("since", 20))
        await visit.store.writing(root_keys.revoke_device, visit.account, id, visit.here, since)
    except InvalidInput as error:
        return await _refused(visit, error)
    return visit.go(addresses.ROOT_KEY, done="device_key_revoked")


# -- the server's keys ---------------------------------------------------


@pages.post(addresses.ROOT_KEY_ROTATE, access="member")
async def rotate(visit: Visit) -> Answer:
    try:
        since = _day(visit.field("since", 20))
        await securing.confirm_password(
            visit.ground, visit.signed_in.login, visit.field("password", PASSWORD_LIMIT)
        )
        await rotating.rotate(visit.ground, visit.account, since)
    except (WrongPassword, InvalidInput, Conflict, TooMany) as error:
        where = "rotate_password" if isinstance(error, WrongPassword) else "since"
        problems = tuple(Problem(where, one.sentence) for one in problems_of(error))
        page = await visit.store.writing(partial(_page, asks_rotation=True), visit, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    return visit.go(addresses.ROOT_KEY, done="keys_rotated")


def _day(text: str) -> int | None:
    """The moment at which a day begins, in UTC. Raises `carrying.NoSuchDay`."""
    return carrying.day(text) if text else None


# -- after a seizure -----------------------------------------------------


@pages.get(addresses.ROOT_KEY_BACKUP, access="member")
async def backup(visit: Visit) -> Answer:
    """The newest backup of one's own account, which opens for the root key alone."""
    file = await account_backups.get_ready(visit.ground, visit.account)
    weight = (await asyncio.to_thread(file.stat)).st_size
    username = (await visit.store.reading(accounts.get, visit.account)).username
    name = f'attachment; filename="{username}.martlet-backup"'
    kept = (b"content-disposition", name.encode())
    return Answer(b"", 200, [BYTES, kept, NOSNIFF, PRIVATE], FilePart(file, 0, weight))


def _most_bytes(here: Server) -> int:
    del here
    return adopting.FILE_LIMIT + 64 * 1024


@pages.upload(addresses.ROOT_KEY_ADOPT, limit=_most_bytes)
async def adopt(visit: Visit) -> Answer:
    """Bring an account back here, out of its backup; it then waits for its root key."""
    try:
        visit.count(limits.BUNDLES)
        file = visit.files.get("file")
        if file is None or not file.size:
            raise carrying.NoFile
        content = await asyncio.to_thread(file.path.read_bytes)
        await adopting.adopt(visit.ground, visit.account, content, visit.field("unlock", 200))
    except (InvalidInput, EvidenceRejected, TooMany) as error:
        return await _refused(visit, error)
    return visit.go(addresses.ROOT_KEY, done="account_adopted")

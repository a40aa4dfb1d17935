"""
Making bundles: what people here have written for everybody, in a file to be carried by hand (`archives.bundles`).

    share     an account's log, or what of it is new; a thread, with what others in it have signed
    return    somebody's answers to people of another server, their likes, and follows that nobody has answered yet

In a bundle is nothing but signed documents that everybody may fetch, the files that they name, and nothing that says who
carries it. Of more files than fit, the newest are taken along. What somebody has done towards others travels in a return bundle only, which they make themselves.
"""

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import IO

from martlet.activitypub import build
from martlet.activitypub.things import Follow, Like
from martlet.archives import bundles
from martlet.archives.bundles import Limits, Writing
from martlet.archives.errors import BundleTooLarge
from martlet.model.carrying import Trust
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import first_id_in
from martlet.model.names import NOBODY, AccountId, PostId, Uri
from martlet.model.server import Server
from martlet.services import carried_files, documenting, identities, keeping_log
from martlet.services.carried_files import File
from martlet.services.keeping_log import Made
from martlet.services.ports import Packing
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, carried, logs, posts, returning
from martlet.storage.database import Reader, Writer

AT_ONCE = 20
"""Documents made in one transaction."""
RETURNED_SINCE = 90 * 86_400_000
"""Milliseconds for which answers and likes are taken along."""
Tell = Callable[[str, int, int], None]


class NothingToCarry(InvalidInput):
    code = "nothing_to_carry"

    def __init__(self) -> None:
        super().__init__("There is nothing to put into the file.")


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put into a file."""

    documents: int
    authors: int
    left_out: int = 0
    """Posts of a thread that nobody has signed, or whose signature was not kept."""
    bytes: int = 0
    files: int = 0
    """Pictures, films and sounds."""
    files_left_out: int = 0
    """Such that are too large, or more than a bundle holds."""
    until: int = 0
    """Of an account's log: how far it goes, so that a next file can go on from there."""


@dataclass(slots=True)
class Pile:
    """Documents on their way into a bundle, on disk."""

    folder: Path
    stack: ExitStack
    limits: Limits = field(default_factory=Limits)
    parts: dict[str, IO[bytes]] = field(default_factory=dict)
    documents: int = 0
    by_people: int = 0
    """Documents besides those that say who somebody is, and how much they have written."""
    authors: int = 0
    size: int = 0
    named: dict[bytes, None] = field(default_factory=dict)
    """The SHA-256 of files that the documents name, in the order of the documents."""
    files: list[File] = field(default_factory=list)

    def add(self, part: str, body: bytes) -> None:
        """Raises `BundleTooLarge`."""
        self.documents += 1
        self.by_people += part in (bundles.OBJECTS, bundles.TOMBSTONES)
        self.size += len(body) + 1
        if self.documents > self.limits.lines or self.size > self.limits.text:
            raise BundleTooLarge("documents. Choose what is new since a later day")
        self.authors += part == bundles.ACTORS
        if self.authors > self.limits.authors:
            raise BundleTooLarge("authors. Choose some of them")
        if part not in self.parts:
            file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed with the stack
            self.parts[part] = self.stack.enter_context(file)
        self.parts[part].write(body + b"\n")

    def add_made(self, made: Sequence[Made]) -> None:
        for one in made:
            self.add(bundles.TOMBSTONES if one.is_tombstone else bundles.OBJECTS, one.body)
            self.named |= dict.fromkeys(carried_files.named_in(one.body))

    def lines(self, part: str) -> Iterator[bytes]:
        file = self.parts.get(part)
        if file is not None:
            file.seek(0)
            for line in file:
                yield line.removesuffix(b"\n")

    def write(self, target: Path, kind: str, now: datetime, title: str) -> int:
        """Returns how many bytes it has."""
        aside = target.with_name(f".{target.name}.part")
        try:
            with aside.open("xb") as file:
                bundle = Writing(file, kind, now, title)
                for part in bundles.LINES:
                    bundle.lines(part, self.lines(part))
                for one in self.files:
                    bundle.medium(one.chunks(), one.digest.hex())
                bundle.finish()
            size = aside.stat().st_size
            aside.replace(target)
        finally:
            aside.unlink(missing_ok=True)
        return size


# -- to share ----------------------------------------------------------------


async def share_accounts(
    ground: Packing, who: Sequence[AccountId], since: int, target: Path, tell: Tell
) -> Packed:
    """
    What accounts here have written for everybody and have changed or deleted, from a moment in milliseconds on.

    Raises `NothingToCarry`, `BundleTooLarge`, OSError.
    """
    with ExitStack() as stack:
        pile, written = Pile(target.parent, stack), 0
        until = 0
        for account in who:
            before = pile.documents
            until = await _pile_log(ground, account, since, pile, tell)
            if pile.documents > before:
                written += 1
                await _pile_author(ground, account, pile)
                checkpoint = await ground.store.writing(
                    keeping_log.checkpoint, account, ground.secret, ground.here
                )
                if checkpoint is not None:
                    pile.add(bundles.CHECKPOINTS, checkpoint)
        return await _finished(ground, pile, target, "share", written, until=until)


async def share_account(ground: Packing, account: AccountId, target: Path, tell: Tell) -> Packed:
    """
    The posts of anybody: of an account here all that its log has, of one elsewhere what came in files or through mirrors.

    Raises `NothingToCarry`, `BundleTooLarge`, OSError.
    """
    found = await ground.store.reading(accounts.get, account)
    if found.is_gone:
        raise NothingToCarry
    if found.is_here:
        return await share_accounts(ground, [account], 0, target, tell)
    with ExitStack() as stack:
        pile = Pile(target.parent, stack)
        names = await ground.store.reading(carried.certain_names, found.uri, pile.limits.lines)
        for at in range(0, len(names), AT_ONCE):
            some = await ground.store.reading(carried.bodies, names[at : at + AT_ONCE])
            pile.add_made([Made(body, is_tombstone=kind == "tombstone") for kind, body in some])
            tell("documents", pile.documents, len(names))
        if pile.documents:
            for part, body in await ground.store.reading(_said_of, found.uri, ground.here.now_ms()):
                pile.add(part, body)
        return await _finished(ground, pile, target, "share", 1)


def _said_of(db: Reader, author: Uri, now: int) -> list[tuple[str, bytes]]:
    """Who somebody elsewhere is, and how much they have written, as far as that came here signed."""
    actor = carried.find_body(db, author)
    counted = carried.checkpoints_of(db, author, now, 1)
    found = [(bundles.ACTORS, actor)] if actor is not None else []
    return found + [(bundles.CHECKPOINTS, body) for _, body in counted]


async def _pile_log(ground: Packing, account: AccountId, since: int, pile: Pile, tell: Tell) -> int:
    after = await ground.store.reading(logs.sequence_before, account, since) if since else 0
    total = await ground.store.reading(logs.last_sequence, account) - after
    begin = after
    while True:
        made, last = await ground.store.writing(
            keeping_log.make_some, account, after, AT_ONCE, ground.secret, ground.here
        )
        pile.add_made(made)
        if last == after:
            return after
        after = last
        tell("documents", after - begin, total)


async def _pile_author(ground: Packing, account: AccountId, pile: Pile) -> None:
    keys = await identities.public_keys(ground, account)
    pile.add(bundles.ACTORS, await ground.store.writing(_actor, account, keys, ground.secret, ground.here))


def _actor(db: Writer, account: AccountId, keys: build.Keys, secret: ServerSecret, here: Server) -> bytes:
    return documenting.profile_document(db, accounts.get(db, account), keys, secret, here)


async def share_thread(ground: Packing, post: PostId, target: Path, tell: Tell) -> Packed:
    """
    A thread: the posts in it that are for everybody. Of those from elsewhere those that came here in a file.

    Raises `NotFound`, `NothingToCarry`, `BundleTooLarge`, OSError.
    """
    thread, left_out = await ground.store.reading(_thread_of, post), 0
    here_too: set[AccountId] = set()
    elsewhere: set[Uri] = set()
    with ExitStack() as stack:
        pile, after = Pile(target.parent, stack), PostId(0)
        while True:
            found = await ground.store.writing(_of_thread, thread, after, ground.secret, ground.here)
            if found.last is None:
                break
            after = found.last
            pile.add_made(found.made)
            here_too |= found.authors
            elsewhere |= found.elsewhere
            left_out += found.left_out
            tell("documents", pile.documents, pile.documents)
        for account in sorted(here_too):
            await _pile_author(ground, account, pile)
        for uri in sorted(elsewhere):
            body = await ground.store.reading(carried.find_body, uri)
            if body is not None:
                pile.add(bundles.ACTORS, body)
        return await _finished(ground, pile, target, "share", len(here_too) + len(elsewhere), left_out)


def _thread_of(db: Reader, id: PostId) -> PostId:
    """Raises `NotFound`."""
    post = posts.find(db, id, viewer=NOBODY)
    if post is None or not post.is_open or post.boost_of_id is not None:
        raise NotFound
    return post.thread_id


@dataclass(frozen=True, slots=True)
class _OfThread:
    made: list[Made]
    authors: set[AccountId]
    elsewhere: set[Uri]
    left_out: int
    last: PostId | None


def _of_thread(db: Writer, thread: PostId, after: PostId, secret: ServerSecret, here: Server) -> _OfThread:
    return _of_posts(db, returning.open_of_thread(db, thread, after, AT_ONCE), secret, here)


def _of_posts(db: Writer, ids: Sequence[PostId], secret: ServerSecret, here: Server) -> _OfThread:
    made: list[Made] = []
    authors: set[AccountId] = set()
    elsewhere: set[Uri] = set()
    left_out = 0
    for id in ids:
        post = posts.find(db, id, viewer=NOBODY)
        author = accounts.find(db, post.author_id) if post is not None else None
        if post is None or author is None or author.is_gone or not post.is_open:
            continue
        if post.is_local:
            made.append(Made(documenting.lasting_document(db, post, author, secret, here)))
            authors.add(author.id)
            continue
        kept, body = carried.find(db, post.uri), carried.find_body(db, post.uri)
        if kept is None or body is None or kept.trust < Trust.CONFIRMED or kept.kind != "post":
            left_out += 1
        else:
            made.append(Made(body))
            elsewhere.add(author.uri)
    return _OfThread(made, authors, elsewhere, left_out, ids[-1] if ids else None)


async def share_chosen(ground: Packing, account: AccountId, chosen: Sequence[PostId], target: Path) -> Packed:
    """
    Those of somebody's own posts that they chose.

    Raises `NothingToCarry`, `BundleTooLarge`, OSError.
    """
    with ExitStack() as stack:
        pile = Pile(target.parent, stack)
        for at in range(0, len(chosen), AT_ONCE):
            some = chosen[at : at + AT_ONCE]
            pile.add_made(await ground.store.writing(_chosen, account, some, ground.secret, ground.here))
        if pile.documents:
            await _pile_author(ground, account, pile)
        return await _finished(ground, pile, target, "share", 1)


def _chosen(
    db: Writer, account: AccountId, some: Sequence[PostId], secret: ServerSecret, here: Server
) -> list[Made]:
    own = [one.id for one in posts.many_unfiltered(db, some) if one.author_id == account]
    return _of_posts(db, sorted(own), secret, here).made


# -- on the way back ---------------------------------------------------------


async def take_back(ground: Packing, account: AccountId, host: str, target: Path) -> Packed:
    """
    What somebody here has to say to people of another server, and has done: answers, likes, follows.

    Raises `NothingToCarry`, OSError.
    """
    with ExitStack() as stack:
        pile = Pile(target.parent, stack)
        pile.add_made(await ground.store.writing(_returned, account, host, ground.secret, ground.here))
        if pile.documents:
            await _pile_author(ground, account, pile)
        return await _finished(ground, pile, target, "return", 1, title=host)


def _returned(db: Writer, account: AccountId, host: str, secret: ServerSecret, here: Server) -> list[Made]:
    author = accounts.get(db, account)
    if author.is_gone or not author.is_here:
        raise NothingToCarry
    since = first_id_in(here.now_ms() - RETURNED_SINCE)
    answers = posts.many_unfiltered(db, returning.answers(db, account, host, since))
    documents = [
        documenting.lasting_document(db, post, author, secret, here)
        for post in sorted(answers, key=attrgetter("id"))
    ]
    acts: list[Like | Follow] = [
        Like(Uri(f"{author.uri}#likes/{id}"), author.uri, target)
        for id, target in returning.likes(db, account, host, since)
    ]
    acts += [Follow(uri, author.uri, followed) for uri, followed in returning.follows(db, account, host)]
    documents += [documenting.signed(db, build.act(act), author, secret, here) for act in acts]
    return [Made(body) for body in documents]


async def _finished(
    ground: Packing,
    pile: Pile,
    target: Path,
    kind: str,
    authors: int,
    left_out: int = 0,
    *,
    until: int = 0,
    title: str = "",
) -> Packed:
    """Raises `NothingToCarry`."""
    if not pile.documents:
        raise NothingToCarry
    pile.files = await carried_files.fitting(ground, pile.named, pile.limits, pile.size)
    size = await asyncio.to_thread(pile.write, target, kind, ground.here.now(), title or ground.here.host)
    files = len(pile.files)
    return Packed(pile.by_people, authors, left_out, size, files, len(pile.named) - files, until)

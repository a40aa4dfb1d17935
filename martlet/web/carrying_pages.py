"""The pages of files that carry posts, as `pages` has the others."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.wording import Problem, Sentence

FileState = Literal["working", "done", "refused"]
Sign = Literal["sure", "same", "unsure"]
"""How far it is certain who wrote something, as it is drawn."""


class BundleCard(Struct, frozen=True):
    """A file that was made or brought."""

    id: str
    is_made: bool
    state: FileState
    created_at: datetime
    done: int = 0
    total: int = 0
    documents: int = 0
    """Posts in one that was made."""
    left_out: int = 0
    address: str | None = None
    """Where one that was made can be fetched."""
    size: str = ""
    ends_at: datetime | None = None
    new: int = 0
    newer: int = 0
    known: int = 0
    aside: int = 0
    refused: int = 0
    files: int = 0
    """Pictures, films and sounds that are in it, or that came with it."""
    files_left: int = 0
    """Such that did not fit, or whose posts are not certain."""
    error: Sentence | None = None


class AuthorCard(Struct, frozen=True):
    """Whose posts are in a file. `total`: how many there are in all, by the author's own statement."""

    name: str
    uri: str
    sign: Sign
    trust: Sentence
    fingerprint: str
    documents: int
    total: int | None = None


class RefusedCard(Struct, frozen=True):
    name: str
    reason: Sentence


class ReasonCard(Struct, frozen=True):
    """`code`: as script calls it."""

    code: str
    reason: Sentence


class AsidePost(Struct, frozen=True):
    """A post of which it is not certain who wrote it. `text` is plain."""

    text: str
    warning: str
    written_at: datetime | None
    has_rival: bool


class AsideAuthor(Struct, frozen=True):
    card: AuthorCard
    posts: tuple[AsidePost, ...]
    address: str
    """The page of this author alone."""
    key_page: str = ""


class BundlesPage(Struct, frozen=True):
    """
    `/files`. Fields of the first form: what (own, new, account, thread, answers), since (a day), who (a handle), thread,
    host; of the second, which posts to `/files/open`: file.
    """

    template: ClassVar[str] = "files/index.html"
    cards: tuple[BundleCard, ...]
    what: str = "own"
    since: str = ""
    thread: str = ""
    host: str = ""
    who: str = ""
    has_aside: bool = False
    problems: tuple[Problem, ...] = ()


class ChoiceCard(Struct, frozen=True):
    """A post that can be put into a file. `text` is plain."""

    id: str
    text: str
    written_at: datetime


class ChoosePage(Struct, frozen=True):
    """`/files/choose`: own posts to tick; a form with `p-` and the id of each that is chosen."""

    template: ClassVar[str] = "files/choose.html"
    posts: tuple[ChoiceCard, ...]
    older: str | None = None
    """Where older ones are."""
    problems: tuple[Problem, ...] = ()


class BundlePage(Struct, frozen=True):
    """`/files/id`: how far it is, or what was in it."""

    template: ClassVar[str] = "files/one.html"
    card: BundleCard
    authors: tuple[AuthorCard, ...]
    refused: tuple[RefusedCard, ...]


class ReaderPage(Struct, frozen=True):
    """
    `/files/read`: script opens, checks and shows a file on the device (`static/reader.js`).

    `reasons`: what it says of documents that it refuses.
    """

    template: ClassVar[str] = "files/read.html"
    shows_files: ClassVar[bool] = True
    reasons: tuple[ReasonCard, ...]


class AsidePage(Struct, frozen=True):
    """`/files/aside`: what came in files, and is not certain. `only`: of one author."""

    template: ClassVar[str] = "files/aside.html"
    authors: tuple[AsideAuthor, ...]
    is_of_one: bool


class KeyPage(Struct, frozen=True):
    """
    `/@name/key`, and `/keys?actor=…` for members: a key to be compared. Fields, for members: actor, typed.

    `code`: what the QR code says; `goes_on_as`: the name that the account has now, by its root key.
    """

    template: ClassVar[str] = "files/key.html"
    name: str
    actor: str
    is_root: bool
    sign: Sign
    trust: Sentence
    fingerprint: str
    did: str
    code: str
    sequence: int = 0
    signed_at: datetime | None = None
    goes_on_as: str = ""
    has_conflict: bool = False
    has_other: bool = False
    is_compared_here: bool = False
    may_confirm: bool = False
    problems: tuple[Problem, ...] = ()

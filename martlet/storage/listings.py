"""
Pages of posts that are asked of the posts themselves: public ones, by hashtag, by author, liked, bookmarked.

Each ends early: its order is that of an index, so that a page costs what it
shows and not what there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage import posts, remote_posts
from martlet.storage.database import Reader
from martlet.storage.dialect import ONE_LOOK
from martlet.storage.posts import Shown

TAG_WINDOW = 400
"""Of each further hashtag in an any-of search, as many posts are looked at for one page."""
_ANSWERS_NOBODY_ELSE = "(post.reply_to_id IS NULL OR post.reply_to_account_id = post.author_id)"
"""As the partial indexes of `post` have it: a thread of one's own counts as no answer."""
_ANSWERS_NOTHING_MISSING = f"(post.is_local = 1 OR {remote_posts.misses_nothing('post')})"
"""Nor is it an answer to what is not to be had here, which without this looks like a first post."""
_MAY_BE_SHOWN = f"CASE WHEN author.limited_at IS NULL THEN {remote_posts.was_brought('post')} ELSE FALSE END"
"""
By somebody who is not limited, and not only brought by a file or a mirror, where the owner wants such posts with followers
alone. One condition, not two: for each SQLite expects fewer rows, and with so few it would rather sort than follow the index.
"""


def _open(*more: str) -> str:
    """The rule for every page of public posts, with further conditions."""
    return " AND ".join(["post.visibility = 4", *more, _MAY_BE_SHOWN])


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a reader of public posts leaves out."""

    where: Literal["all", "here", "elsewhere"] = "all"
    only_media: bool = False

    def conditions(self) -> list[str]:
        found = []
        if self.where != "all":
            found.append("post.is_local = 1" if self.where == "here" else "post.is_local = 0")
        if self.only_media:
            found.append("post.has_media = 1")
        return found


@dataclass(frozen=True, slots=True)
class OfAccount:
    """What is wanted of an account's posts."""

    has_replies: bool = True
    has_boosts: bool = True
    only_media: bool = False
    tag: str | None = None
    """A hashtag's folded name."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Folded names of hashtags: one of `any` is there, all of `all` and none of `none`."""

    any: Sequence[str]
    all: Sequence[str] = ()
    none: Sequence[str] = ()


def in_page_order(found: list[Shown], page: Page) -> list[Shown]:
    """Newest first, whichever way the page was read."""
    return found[::-1] if page.is_upward else found


def public(db: Reader, viewer: AccountId, page: Page, now: int, narrowing: Narrowing) -> list[Shown]:
    """Public posts of this server, or of all that it knows; boosts and answers to others are left out."""
    first = [_ANSWERS_NOBODY_ELSE]
    if narrowing.where != "here":
        first.append(_ANSWERS_NOTHING_MISSING)
    where = _open(*first, *narrowing.conditions())
    found = posts.boostless_page(
        db,
        "post",
        f"{where} AND post.id < :before AND post.id > :after",
        f"ORDER BY post.id {page.order} LIMIT :limit",
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return in_page_order(found, page)


class Standing(NamedTuple):
    """In which pages of public posts a post stands, as `public` and `tagged` have it."""

    is_open: int
    """Public, by somebody who is not limited, and no boost: it may stand in any of them."""
    is_first: int
    """It answers nobody else, so that it stands in `public`."""
    is_local: int
    has_media: int

    def is_within(self, narrowing: Narrowing) -> bool:
        wanted = narrowing.where == "all" or bool(self.is_local) == (narrowing.where == "here")
        return wanted and (bool(self.has_media) or not narrowing.only_media)


def standing(db: Reader, id: PostId) -> Standing | None:
    row = db.row(
        f"""
        SELECT CASE WHEN {_open("post.boost_of_id IS NULL")} THEN 1 ELSE 0 END,
               CASE WHEN {_ANSWERS_NOBODY_ELSE} AND {_ANSWERS_NOTHING_MISSING} THEN 1 ELSE 0 END,
               post.is_local, post.has_media
          FROM post JOIN account AS author ON author.id = post.author_id WHERE post.id = :id
        """,
        id=id,
    )
    return Standing(*row) if row else None


def tagged(
    db: Reader, viewer: AccountId, page: Page, now: int, tags: Tags, narrowing: Narrowing
) -> list[Shown]:
    """Public posts with hashtags."""
    any_of, all_of, none_of = (_tag_ids(db, names) for names in (tags.any, tags.all, tags.none))
    if not any_of or len(all_of) < len(set(tags.all)):
        return []
    if len(any_of) == 1:
        source = "post_tag AS listed JOIN post ON post.id = listed.post_id"
        where, order = f"listed.tag_id = {any_of[0]} AND ", "listed.post_id"
    else:
        each = " UNION ".join(_newest_tagged(tag, page) for tag in any_of)
        source, where, order = (
            f"""(SELECT post_id FROM ({each}) AS found ORDER BY post_id {page.order} LIMIT {TAG_WINDOW}) AS listed
                JOIN post ON post.id = listed.post_id""",
            "",
            "listed.post_id",
        )
    where += _open(
        *narrowing.conditions(),
        *(f"EXISTS ({_with_tag(tag, 'listed.post_id')})" for tag in all_of),
        *(f"NOT EXISTS ({_with_tag(tag, 'listed.post_id')})" for tag in none_of),
    )
    found = posts.boostless_page(
        db,
        source,
        f"{where} AND listed.post_id < :before AND listed.post_id > :after",
        f"ORDER BY {order} {page.order} LIMIT :limit",
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return in_page_order(found, page)


def linking(db: Reader, viewer: AccountId, page: Page, now: int, card: int) -> list[Shown]:
    """Public posts that show a card."""
    found = posts.boostless_page(
        db,
        "post_card AS listed JOIN post ON post.id = listed.post_id",
        f"listed.card_id = :card AND {_open()} AND listed.post_id < :before AND listed.post_id > :after",
        f"ORDER BY listed.post_id {page.order} LIMIT :limit",
        card=card,
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return in_page_order(found, page)


def _tag_ids(db: Reader, names: Sequence[str]) -> list[int]:
    ids = (db.value("SELECT id FROM tag WHERE name = :name", name=name) for name in dict.fromkeys(names))
    return [int(id) for id in ids if id is not None]


def _newest_tagged(tag: int, page: Page) -> str:
    return f"""SELECT post_id FROM (SELECT post_id FROM post_tag
                WHERE tag_id = {tag} AND post_id < :before AND post_id > :after
                ORDER BY post_id {page.order} LIMIT {TAG_WINDOW}) AS newest_{tag}"""


def _with_tag(tag: int, post: str) -> str:
    return f"SELECT 1 FROM post_tag AS other WHERE other.tag_id = {tag} AND other.post_id = {post} {ONE_LOOK}"


def by(db: Reader, author: AccountId, viewer: AccountId, page: Page, wanted: OfAccount) -> list[Shown]:
    """An account's posts, as far as the viewer may see them; mutes do not count here."""
    where = ["post.author_id = :author"]
    if not wanted.has_replies:
        where += [_ANSWERS_NOBODY_ELSE, _ANSWERS_NOTHING_MISSING]
    if not wanted.has_boosts:
        where.append("post.boost_of_id IS NULL")
    if wanted.only_media:
        where.append("post.has_media = 1")
    if wanted.tag is not None:
        ids = _tag_ids(db, [wanted.tag])
        if not ids:
            return []
        where.append(f"EXISTS ({_with_tag(ids[0], 'post.id')})")
    found = posts.page(
        db,
        "post",
        f"{' AND '.join(where)} AND post.id < :before AND post.id > :after",
        f"ORDER BY post.id {page.order} LIMIT :limit",
        author=author,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return in_page_order(found, page)


def pinned(db: Reader, author: AccountId, viewer: AccountId, page: Page) -> list[Shown]:
    """What an account has pinned, the last pinned first."""
    return posts.page(
        db,
        "pin JOIN post ON post.id = pin.post_id",
        "pin.account_id = :author AND post.id < :before AND post.id > :after",
        "ORDER BY pin.id DESC LIMIT :limit",
        author=author,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )


@dataclass(frozen=True, slots=True)
class Marked:
    """A page of what somebody marked. The ids are the marks': they are what it is paged by."""

    shown: list[Shown]
    newest: int
    oldest: int
    may_go_on: bool


def marked(
    db: Reader, viewer: AccountId, page: Page, kind: Literal["liked_id", "bookmarked_id"]
) -> Marked | None:
    """What the viewer liked or bookmarked and still may see, the last marked first; None where nothing is."""
    return _marked(db, viewer, page, kind, f"mark.{kind} IS NOT NULL")


def in_folder(db: Reader, viewer: AccountId, page: Page, folder: int) -> Marked | None:
    """The same of the bookmarks in a folder of the viewer's."""
    return _marked(db, viewer, page, "bookmarked_id", "mark.folder_id = :folder", folder=folder)


def _marked(
    db: Reader, viewer: AccountId, page: Page, kind: str, which: str, **bound: object
) -> Marked | None:
    marks = db.rows(
        f"""
        SELECT mark.{kind}, mark.post_id FROM mark
         WHERE mark.account_id = :viewer AND {which} AND mark.{kind} < :before AND mark.{kind} > :after
         ORDER BY mark.{kind} {page.order} LIMIT :limit
        """,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
        **bound,
    )
    if not marks:
        return None
    if page.is_upward:
        marks.reverse()
    visible = {one.id: one for one in posts.shown(db, [post for _, post in marks], viewer)}
    shown = [visible[post] for _, post in marks if post in visible]
    return Marked(shown, marks[0][0], marks[-1][0], len(marks) == page.limit)

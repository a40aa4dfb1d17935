"""Keeping filters. Whose filter something belongs to is looked at every time."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import get_args

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import FiltersChanged
from martlet.model.filters import Filter, FilterAction, FilterContext, FilteredPost, Keyword
from martlet.model.names import AccountId, FilterId, PostId
from martlet.model.server import Server
from martlet.storage import filters, posts
from martlet.storage.database import AlreadyThere, Writer

TITLE_LENGTH = 256
KEYWORD_LENGTH = 512
KEYWORDS = 500
POSTS = 1000
FILTERS = 200
CONTEXTS: tuple[FilterContext, ...] = get_args(FilterContext)
_LONGEST = 10 * 366 * 86400
"""Seconds; a filter that is to end later has no end."""


@dataclass(frozen=True, slots=True)
class KeywordChange:
    """What is wanted of a keyword: a new one (no id), another wording, or none any more. None: as it is."""

    id: int | None = None
    keyword: str | None = None
    whole_word: bool | None = None
    is_dropped: bool = False


def create(
    db: Writer,
    account: AccountId,
    title: str,
    contexts: Collection[str],
    action: FilterAction,
    seconds: int | None,
    changes: Collection[KeywordChange],
    here: Server,
) -> Filter:
    """Raises `InvalidInput`, and `NotFound` for keywords that are said to be there already."""
    if len(filters.of_account(db, account)) >= FILTERS:
        raise InvalidInput(f"You have reached the maximum number of filters ({FILTERS})")
    one = _checked(
        Filter(FilterId(here.next_id()), account, title.strip(), (), action, _end(seconds, here)), contexts
    )
    filters.put(db, one)
    _apply(db, one.id, changes, here)
    db.emit(FiltersChanged(account))
    return one


def change(
    db: Writer,
    old: Filter,
    new: Filter,
    contexts: Collection[str],
    changes: Collection[KeywordChange],
    here: Server,
) -> Filter:
    """`old` as it was read in this transaction, `new` as it is wanted. Raises `InvalidInput` and `NotFound`."""
    checked = _checked(replace(new, id=old.id, account_id=old.account_id), contexts)
    filters.put(db, checked)
    _apply(db, old.id, changes, here)
    db.emit(FiltersChanged(old.account_id))
    return checked


def ends_at(seconds: int | None, here: Server) -> int | None:
    """When a filter ends that is to last for so long."""
    return _end(seconds, here)


def _end(seconds: int | None, here: Server) -> int | None:
    if seconds is None or seconds > _LONGEST:
        return None
    return here.now_ms() + max(seconds, 0) * 1000


def _checked(one: Filter, contexts: Collection[str]) -> Filter:
    known = tuple(context for context in CONTEXTS if context in contexts)
    faults = []
    if not one.title:
        faults.append("Title can't be blank")
    if len(one.title) > TITLE_LENGTH:
        faults.append(f"Title is too long (maximum is {TITLE_LENGTH} characters)")
    if not contexts:
        faults.append("Context can't be blank")
    if not contexts or len(known) != len(set(contexts)):
        faults.append("Context None or invalid context supplied")
    if faults:
        raise InvalidInput(f"Validation failed: {', '.join(faults)}")
    return replace(one, contexts=known)


def _apply(db: Writer, id: FilterId, changes: Collection[KeywordChange], here: Server) -> None:
    there = {one.id: one for one in filters.keywords(db, [id])[id]}
    for wanted in changes:
        if wanted.id is None:
            if not wanted.is_dropped:
                whole_word = True if wanted.whole_word is None else wanted.whole_word
                _put_keyword(db, Keyword(here.next_id(), id, wanted.keyword or "", int(whole_word)))
            continue
        known = there.get(wanted.id)
        if known is None:
            raise NotFound
        if wanted.is_dropped:
            filters.delete_keyword(db, known.id)
        else:
            _put_keyword(db, changed_keyword(known, wanted.keyword, whole_word=wanted.whole_word))
    if len(filters.keywords(db, [id])[id]) > KEYWORDS:
        raise InvalidInput(f"A filter holds at most {KEYWORDS} keywords")


def changed_keyword(one: Keyword, keyword: str | None, *, whole_word: bool | None) -> Keyword:
    """None: as it is."""
    return replace(
        one,
        keyword=one.keyword if keyword is None else keyword,
        whole_word=one.whole_word if whole_word is None else int(whole_word),
    )


def put_keyword(db: Writer, one: Keyword, account: AccountId) -> Keyword:
    """One of the account's own keywords, in other words than before. Raises `InvalidInput`."""
    db.emit(FiltersChanged(account))
    return _put_keyword(db, one)


def _put_keyword(db: Writer, one: Keyword) -> Keyword:
    checked = replace(one, keyword=one.keyword.strip())
    if not checked.keyword:
        raise InvalidInput("Validation failed: Keyword can't be blank", "keyword")
    if len(checked.keyword) > KEYWORD_LENGTH:
        raise InvalidInput(
            f"Validation failed: Keyword is too long (maximum is {KEYWORD_LENGTH} characters)", "keyword"
        )
    filters.put_keyword(db, checked)
    return checked


def add_keyword(db: Writer, one: Filter, keyword: str, *, whole_word: bool, here: Server) -> Keyword:
    """Raises `InvalidInput`."""
    if len(filters.keywords(db, [one.id])[one.id]) >= KEYWORDS:
        raise InvalidInput(f"A filter holds at most {KEYWORDS} keywords")
    return put_keyword(db, Keyword(here.next_id(), one.id, keyword, int(whole_word)), one.account_id)


def add_post(db: Writer, one: Filter, post: PostId, here: Server) -> FilteredPost:
    """Raises `NotFound` for a post that the filter's owner cannot see, `InvalidInput` for one that is there."""
    posts.get(db, post, one.account_id)
    if len(filters.posts(db, [one.id])[one.id]) >= POSTS:
        raise InvalidInput(f"A filter holds at most {POSTS} posts")
    added = FilteredPost(here.next_id(), one.id, post)
    try:
        with db.part():
            filters.add_post(db, added)
    except AlreadyThere:
        raise InvalidInput("Validation failed: Status has already been taken") from None
    db.emit(FiltersChanged(one.account_id))
    return added


def delete(db: Writer, id: FilterId, account: AccountId) -> None:
    """Raises `NotFound`."""
    filters.delete(db, filters.get(db, id, account).id)
    db.emit(FiltersChanged(account))


def delete_keyword(db: Writer, id: int, account: AccountId) -> None:
    """Raises `NotFound`."""
    filters.delete_keyword(db, filters.get_keyword(db, id, account).id)
    db.emit(FiltersChanged(account))


def delete_post(db: Writer, id: int, account: AccountId) -> None:
    """Raises `NotFound`. The post itself stays."""
    filters.delete_post(db, filters.get_post(db, id, account).id)
    db.emit(FiltersChanged(account))


# -- one keyword as if it were a filter by itself ----------------------------


class ForSeveralKeywords(InvalidInput):
    code = "for_several_keywords"

    def __init__(self) -> None:
        super().__init__(
            "Validation failed: This would change other keywords of the same filter, too. "
            "An app that knows filters with several keywords can do it."
        )


def change_single(
    db: Writer, one: Keyword, new: Filter, contexts: Collection[str], wanted: KeywordChange, here: Server
) -> Keyword:
    """
    Change a keyword and the filter it belongs to.

    The filter's title follows the keyword if it is the same. Raises
    `ForSeveralKeywords` where the filter would change that has others, and
    `InvalidInput`.
    """
    old = filters.get(db, one.filter_id, new.account_id)
    if wanted.keyword is not None and old.title == one.keyword:
        new = replace(new, title=wanted.keyword.strip())
    if (new != old or set(contexts) != set(old.contexts)) and len(filters.keywords(db, [old.id])[old.id]) > 1:
        raise ForSeveralKeywords
    change(db, old, new, contexts, [replace(wanted, id=one.id)], here)
    return filters.get_keyword(db, one.id, new.account_id)


def delete_single(db: Writer, id: int, account: AccountId) -> None:
    """Delete a keyword, and its filter if nothing is left of it. Raises `NotFound`."""
    one = filters.get_keyword(db, id, account)
    filters.delete_keyword(db, one.id)
    if (
        not filters.keywords(db, [one.filter_id])[one.filter_id]
        and not filters.posts(db, [one.filter_id])[one.filter_id]
    ):
        filters.delete(db, one.filter_id)
    db.emit(FiltersChanged(account))

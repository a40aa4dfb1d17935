"""
Posts in several languages: what their author typed for each, and which of them a reader is given.

A post has one language of its own and up to `MOST` further ones. All of them name the same
people and hashtags: those of the post are those of all its languages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.model.posts import Typed, Variant
from martlet.model.server import Server
from martlet.services import composing
from martlet.services.composing import Composed
from martlet.storage import users
from martlet.storage.database import Reader
from martlet.text.languages import accepted, best, normalise_language

MOST = 10


def typed(texts: Mapping[str, str], warnings: Mapping[str, str]) -> tuple[Typed, ...]:
    """
    What was typed, by languages in their own spelling; empty texts are none.

    Raises `InvalidInput` for what is no language, twice the same, and too many.
    """
    found: dict[str, Typed] = {}
    said = {name: text for name, text in texts.items() if text.strip()}
    if len(said) > MOST:
        raise InvalidInput(f"Validation failed: Content map has more than {MOST} languages", "content_map")
    shown = {normalise_language(name): text for name, text in warnings.items()}
    for name, text in said.items():
        language = normalise_language(name)
        if language is None or language in found:
            raise InvalidInput("Validation failed: Content map has what is no language", "content_map")
        found[language] = Typed(language, text, shown.get(language, ""))
    return tuple(found.values())


def composed(
    db: Reader,
    wanted: Sequence[Typed],
    main: Composed,
    language: str | None,
    author: AccountId,
    here: Server,
    quoted: tuple[str, str] | None = None,
) -> tuple[tuple[Variant, ...], Composed]:
    """
    The post's further languages, and what its own is made of with all that they name besides.

    Raises `InvalidInput` where the post says no language of its own, or one of these.
    """
    if not wanted:
        return (), main
    if language is None or language in {one.language for one in wanted}:
        raise InvalidInput(
            "Validation failed: Language has to be another than those in content map", "language"
        )
    made: list[Variant] = []
    people, tags = dict.fromkeys(main.mentioned), {tag.name: tag for tag in main.tags}
    for one in wanted:
        words = composing.read(one.text, one.warning, here)
        each = composing.compose(db, words, author, here, quoted)
        made.append(Variant(one.language, words.text, each.html, words.warning))
        people |= dict.fromkeys(each.mentioned)
        tags = {tag.name: tag for tag in each.tags} | tags
    return tuple(made), replace(main, mentioned=tuple(people), tags=tuple(tags.values()))


def wishes(db: Reader, account: AccountId, header: str) -> tuple[str, ...]:
    """Which languages a reader wants, the dearest first: the account's own, then what their app or browser asks for."""
    own = users.locale(db, account) if account else None
    return tuple(filter(None, (own, *accepted(header))))


def chosen(own: str | None, others: Sequence[str], wanted: Sequence[str]) -> str | None:
    """In which of its further languages a post is shown; None: in its own."""
    found = best([*filter(None, [own]), *others], wanted)
    return None if found == own else found

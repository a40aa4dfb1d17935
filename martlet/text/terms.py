"""
Search terms: the same words from the same text, for SQLite's FTS5 and for PostgreSQL's tsvector.

Neither database is trusted with language. We cut the text ourselves and hand
both the same tokens, so that both give the same answers whatever their
version and locale:

- What `folding` makes equal is equal; traditional and simplified Chinese are
  one, letter by letter (the table comes from OpenCC; where that is not
  installed the two stay apart).
- Scripts written without blanks (Chinese, kana, Hangul, Thai, …) become
  overlapping pairs and the last letter: 小米手机 → 小米 米手 手机 机. Two letters
  are found as a pair, more as a phrase of pairs, one by prefix.
- Other words stay as they are and are found by their beginning.
- Words with ä, ö, ü, å, ø, æ are kept with the bare letter, and apart from that
  spelled out: "Müller" is found by müller, muller and mueller, and
  müller finds Mueller. (Taking "ue" for "u" everywhere would make "blue" find
  "Blut".) ß is ss.
- Of long words in languages that build compounds every end is kept apart, so
  that "bahn" finds "Straßenbahnhof". On German prose that makes the index 2.7 times
  as large (410 bytes for a post of 140 letters; trigrams take 650, and find no
  word of two letters), and a query takes a tenth longer.

What is kept apart begins with a private-use character, which no word of a
text can: it is never part of a phrase. So are facets, by which a text is found
for what it is and not for what it says.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, islice, pairwise, product
from typing import NamedTuple

from martlet.text.folding import UNMARKED

FTS5_TOKENIZER = "ascii"
"""For `tokenize=`: tokens hold no other ASCII than letters and digits, so it cuts at blanks and changes nothing."""

INDEXED_LIMIT = 50_000
"""Characters of a text that are indexed."""

_TOKEN_LIMIT = 64
_ENDS_LIMIT = 4000
_LAST_POSITION = 16383  # PostgreSQL counts no further

_SPELLED_OUT_MARK = "\ue000"
_END_MARK = "\ue001"
EVERY = "\ue002"
"""A token of every text, so that "all but these" can be asked for."""
_FACET_MARK = "\ue003"
_APART = (_SPELLED_OUT_MARK, _END_MARK, EVERY, _FACET_MARK)

SHORTEST_PREFIX = 3
"""Letters of a word that is taken for the beginning of others, too, where there is much text."""
_COMPOUND = range(8, 41)  # letters of words whose ends are kept
_SHORTEST_BEGINNING = 3
_SHORTEST_END = 4
_SPELLINGS_LIMIT = 8  # of a phrase

_COMPOUNDING = frozenset(
    [
        "af",
        "bar",
        "da",
        "de",
        "et",
        "fi",
        "fo",
        "frr",
        "fy",
        "gsw",
        "hu",
        "is",
        "lb",
        "li",
        "nb",
        "nds",
        "nl",
        "nn",
        "no",
        "pdc",
        "sv",
    ]
)

_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0eb9\u0ebb-\u0ece\u1000-\u103f\u1100-\u11ff\u1780-\u17d3"
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u9fff\ua000-\ua48c\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af"
)
_MARKS = "\u0900-\u0963\u0966-\u0dff\u0f18-\u0fbc"
_WORD = re.compile(rf"[\w{_MARKS}{_UNSPACED}]+")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_HAS_UNSPACED = re.compile(rf"[{_UNSPACED}]")
_HAS_WORD = re.compile(rf"[^\W_]|[{_UNSPACED}]")
_HAN = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x323B0))

_SPELLING = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_MAY_BE_UMLAUT = re.compile(r"(?<![aeq])([aou])e")

_Alternative = tuple[tuple[str, ...], bool]
"""Tokens one after another, and whether the last is only a beginning."""
_EVERYWHERE: tuple[_Alternative] = (((EVERY,), False),)
_NOWHERE: tuple[_Alternative] = (((_FACET_MARK,), False),)


@dataclass(frozen=True, slots=True)
class Term:
    """Something to look for: a word, found by its beginning or end too, or exactly what stood between quotes."""

    text: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Facets:
    """What must be true of a text besides: it has one facet of each group, and none of the unwanted ones."""

    one_of_each: tuple[tuple[str, ...], ...] = ()
    none_of: tuple[str, ...] = ()


Expand = Callable[[str], Sequence[str] | None]
"""All words in an index that begin so; None if they are too many."""

NO_FACETS = Facets()


def facet(name: str) -> str:
    """The token for something that a text is. `name` has ASCII letters and digits only."""
    return _FACET_MARK + name.lower()


def words_of_dictionary(tokens: Iterable[str]) -> set[str]:
    """Those of the tokens of which somebody may type only the beginning."""
    return {token for token in tokens if not token.startswith((EVERY, _FACET_MARK))}


def fold(text: str) -> str:
    """`text` with all that makes no difference to search taken out. Folding again changes nothing."""
    return text.lower() if text.isascii() else _unmarked(_same_width_and_case(text))


def tokens(text: str, language: str | None = None) -> list[str]:
    """
    What a text is found by, in its order; then what is kept apart.

    `language` is the text's, if its author said so: of languages that build
    no compounds no ends are kept.
    """
    text = text[:INDEXED_LIMIT]
    plain = _same_width_and_case(text)
    found = _pairs_and_words(_unmarked(plain))
    apart = dict.fromkeys([EVERY])
    spelled_out = _spelled_out(plain)
    apart.update(dict.fromkeys(_SPELLED_OUT_MARK + word for word in spelled_out))
    if language is None or language.partition("-")[0] in _COMPOUNDING:
        ends = (end for word in dict.fromkeys([*found, *spelled_out]) for end in _ends(word))
        apart.update(dict.fromkeys(islice(ends, _ENDS_LIMIT)))
    return [*found, *apart]


def index_text(text: str, language: str | None = None) -> str:
    """The tokens as FTS5 takes them, with blanks between."""
    return " ".join(tokens(text, language))


def tsvector_literal(tokens: Iterable[str], mark: str = "") -> str:
    """The tokens as PostgreSQL takes them: `CAST(:terms AS tsvector)`. Each begins with `mark`."""
    lexemes = []
    position = 0
    for token in tokens:
        if token.startswith(_APART):
            lexemes.append(_quoted(mark + token))
        else:
            position += 1
            lexemes.append(f"{_quoted(mark + token)}:{min(position, _LAST_POSITION)}")
    return " ".join(lexemes)


def is_searchable(term: Term) -> bool:
    """Whether anything of the term is in the index: punctuation and emoji are not."""
    return _HAS_WORD.search(fold(term.text)) is not None


def is_one_word(term: Term) -> bool:
    """Whether the term is looked up as it is, and not put together from several of the index."""
    return all(len(phrase) == 1 for phrase, _ in _alternatives(term))


def fts5_match(
    wanted: Sequence[Term],
    unwanted: Sequence[Term] = (),
    facets: Facets = NO_FACETS,
    expand: Expand | None = None,
    shortest: int = SHORTEST_PREFIX,
) -> str:
    """
    What stands right of MATCH for texts with all that is wanted and nothing unwanted; empty if that is any text.

    FTS5 gathers all texts with a word's beginning before it gives out the
    first. With `expand` the whole words are named instead, where they are few.
    `shortest`: letters of a beginning.
    """
    syntax = (
        _FTS5 if expand is None else _FTS5._replace(alternative=partial(_fts5_alternative, expand=expand))
    )
    return _expression(wanted, unwanted, facets, syntax, shortest)


def tsquery(
    wanted: Sequence[Term],
    unwanted: Sequence[Term] = (),
    facets: Facets = NO_FACETS,
    mark: str = "",
    shortest: int = SHORTEST_PREFIX,
) -> str:
    """The same for PostgreSQL: `terms @@ CAST(:query AS tsquery)`; empty if that is any text."""
    syntax = _TSQUERY._replace(alternative=partial(_tsquery_alternative, mark=mark))
    return _expression(wanted, unwanted, facets, syntax, shortest)


def _expression(
    wanted: Sequence[Term], unwanted: Sequence[Term], facets: Facets, syntax: "_Syntax", shortest: int
) -> str:
    def any_of(ways: Iterable[_Alternative]) -> str:
        return syntax.any_of.join(filter(None, map(syntax.alternative, ways)))

    def facet_ways(tokens: Sequence[str]) -> Iterator[_Alternative]:
        return (((token,), False) for token in tokens)

    yes = [any_of(ways) or any_of(_NOWHERE) for term in wanted if (ways := _alternatives(term, shortest))]
    yes += [any_of(facet_ways(group)) for group in facets.one_of_each]
    no = any_of(chain(*map(_alternatives, unwanted), facet_ways(facets.none_of)))
    if not yes and not no:
        return ""
    positive = syntax.all_of.join(f"({ways})" for ways in yes or [any_of(_EVERYWHERE)])
    return f"({positive}){syntax.but_not}({no})" if no else positive


def _fts5_alternative(way: _Alternative, expand: Expand | None = None) -> str:
    """Empty where no text has it."""
    phrase, is_prefix = way
    words = expand(phrase[-1]) if is_prefix and expand is not None else None
    if words is not None:
        return " OR ".join(_fts5_phrase((*phrase[:-1], word)) for word in words)
    return _fts5_phrase(phrase) + ("*" if is_prefix else "")


def _fts5_phrase(phrase: Sequence[str]) -> str:
    text = " ".join(phrase).replace('"', '""')
    return f'"{text}"'


def _tsquery_alternative(way: _Alternative, mark: str = "") -> str:
    phrase, is_prefix = way
    text = " <-> ".join(_quoted(mark + token) for token in phrase) + (":*" if is_prefix else "")
    return f"({text})" if len(phrase) > 1 else text


class _Syntax(NamedTuple):
    alternative: Callable[[_Alternative], str]
    any_of: str
    all_of: str
    but_not: str


_FTS5 = _Syntax(_fts5_alternative, " OR ", " AND ", " NOT ")
_TSQUERY = _Syntax(_tsquery_alternative, " | ", " & ", " & !")


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _alternatives(term: Term, shortest: int = SHORTEST_PREFIX) -> list[_Alternative]:
    """The ways in which a text may have the term; none if the term has no words."""
    plain = _same_width_and_case(term.text[:INDEXED_LIMIT])
    phrase = _pairs_and_words(_unmarked(plain))
    if len(phrase) > 1 and _is_unspaced(phrase[-2]) and phrase[-2][1:] == phrase[-1]:
        phrase.pop()  # the last pair ends with it, and the text may go on
    if not phrase:
        return []
    spelled_out = _spelled_out(plain)
    if len(phrase) > 1:
        return _phrase_alternatives(phrase, spelled_out, term, shortest)
    word = phrase[0]
    if _is_unspaced(word):
        return [((word,), len(word) == 1)]
    marks = ["", _SPELLED_OUT_MARK]
    if not term.is_exact and len(word) >= _SHORTEST_END:
        marks.append(_END_MARK)
    return [
        ((mark + spelling,), not term.is_exact and len(spelling) >= shortest)
        for spelling in dict.fromkeys([word, *spelled_out])
        for mark in marks
    ]


def _phrase_alternatives(
    phrase: list[str], spelled_out: list[str], term: Term, shortest: int
) -> list[_Alternative]:
    """Each word in each of its spellings. The last is only a beginning if it is one letter of many or not exact."""
    last = phrase[-1]
    is_prefix = len(last) == 1 if _is_unspaced(last) else not term.is_exact and len(last) >= shortest
    by_bare = {_bare(spelling): spelling for spelling in spelled_out}
    spellings = [dict.fromkeys([word, by_bare.get(_bare(word), word), _bare(word)]) for word in phrase]
    return [(tuple(way), is_prefix) for way in islice(product(*spellings), _SPELLINGS_LIMIT)]


def _bare(word: str) -> str:
    """`mueller` → `muller`; other words as they are."""
    return _MAY_BE_UMLAUT.sub(r"\1", word)


def _pairs_and_words(folded: str) -> list[str]:
    found = []
    for word in _WORD.findall(folded.replace("_", " ")):
        if word.isascii() or not _HAS_UNSPACED.search(word):
            found.append(word[:_TOKEN_LIMIT])
            continue
        for run in _RUN.findall(word):
            if _is_unspaced(run):
                found += map("".join, pairwise(run))
                found.append(run[-1])
            else:
                found.append(run[:_TOKEN_LIMIT])
    return found


def _spelled_out(plain: str) -> list[str]:
    """The words with umlauts and their like, spelled without: `müller` → `mueller`."""
    if plain.isascii():
        return []
    words = [word for word in _WORD.findall(plain) if not word.isascii()]
    pairs = ((word, word.translate(_SPELLING)) for word in words)
    return [spelled.translate(UNMARKED)[:_TOKEN_LIMIT] for word, spelled in pairs if spelled != word]


def _ends(word: str) -> Iterator[str]:
    if len(word) in _COMPOUND and word.isascii() and word.isalpha():
        for start in range(_SHORTEST_BEGINNING, len(word) - _SHORTEST_END + 1):
            yield _END_MARK + word[start:]


def _is_unspaced(token: str) -> bool:
    return _HAS_UNSPACED.match(token) is not None


def _same_width_and_case(text: str) -> str:
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def _unmarked(plain: str) -> str:
    if plain.isascii():
        return plain
    return plain.translate(_table() if _HAS_UNSPACED.search(plain) else UNMARKED)


@cache
def _table() -> dict[int, str]:
    """`UNMARKED`, and traditional Chinese characters to simplified ones. Made on first use, in about 20 ms."""
    try:
        import opencc  # noqa: PLC0415 – slow to load, and not to be had for every platform
    except ImportError:
        return UNMARKED
    traditional = [chr(point) for block in _HAN for point in block]
    simplified = opencc.OpenCC("t2s").convert("\n".join(traditional)).split("\n")
    pairs = zip(traditional, simplified, strict=True)
    return UNMARKED | {ord(before): after for before, after in pairs if before != after}

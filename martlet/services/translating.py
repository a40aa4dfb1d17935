"""
Translating posts by a service that the settings name.

Only what everybody may read is handed on. What comes back is as foreign as anything from elsewhere: it is cleaned,
counted and bounded before anybody is shown it. It is kept for each version of a post and language, so each is paid
for once.
"""

import asyncio
import logging
import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from time import monotonic
from typing import Protocol

import msgspec

from martlet.model.errors import MartletError, NotAllowed, NotFound, Unavailable
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.services import sweeping
from martlet.services.ports import Ground
from martlet.storage import media, polls, posts, translations, users
from martlet.storage.database import Reader, Writer
from martlet.text import sanitize
from martlet.text.languages import normalise_language

log = logging.getLogger("martlet.translating")

UNKNOWN = "und"
LANGUAGES_KEPT, FAILURE_KEPT = 24 * 3600, 60
"""Seconds for which is known which languages the service has, or that it did not answer."""
BODY_LIMIT = 200_000
"""Characters that a translation may have, as JSON."""
AT_ONCE = 4
"""Translations that each process waits for together; others wait for their turn."""
_TAG = re.compile(r"<[^>]*>")
_ELSEWHERE = {"zh-TW": "zh-Hant", "zh-HK": "zh-Hant", "zh-CN": "zh-Hans"}
"""How services spell what we call otherwise."""


class TranslationFailed(Unavailable):
    code = "translation_failed"

    def __init__(self) -> None:
        super().__init__("Service Unavailable")


class CannotTranslate(NotAllowed):
    code = "cannot_translate"

    def __init__(self) -> None:
        super().__init__("This action is not allowed")


class Translated(Protocol):
    """The texts in their order, and the language they were in, as far as the service said so."""

    @property
    def texts(self) -> Sequence[str]: ...
    @property
    def source(self) -> str | None: ...


class Service(Protocol):
    """Who translates. Raises `MartletError` where nothing comes of it."""

    @property
    def provider(self) -> str: ...

    async def languages(self) -> Mapping[str, Sequence[str]]:
        """Source language, or `UNKNOWN`, to those it can be translated into."""
        ...

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated: ...


class Translation(msgspec.Struct, frozen=True):
    """A post in another language: HTML, and plain texts for its warning, media by id, and the answers of its poll."""

    html: str
    warning: str
    language: str
    source: str
    media: dict[str, str]
    poll: str | None
    options: list[str]


class Words(msgspec.Struct, frozen=True):
    """All of a post that can be translated, and into what."""

    post: Post
    media: list[tuple[str, str]]
    options: list[str]
    target: str

    @property
    def texts(self) -> list[str]:
        """As HTML: the post, its warning, descriptions, answers."""
        plain = [self.post.warning, *(text for _, text in self.media), *self.options]
        return [self.post.html, *map(escape, plain)]


class Translator:
    """One for each process. Without a service nothing is translated."""

    def __init__(self, ground: Ground, service: Service | None) -> None:
        self._ground = ground
        self._service = service
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._languages: Mapping[str, Sequence[str]] = {}
        self._known_until = 0.0
        self._has_failed = False

    @property
    def is_there(self) -> bool:
        return self._service is not None

    @property
    def provider(self) -> str:
        return self._service.provider if self._service else ""

    async def languages(self) -> Mapping[str, Sequence[str]]:
        """Into which languages what can be translated; nothing without a service. Raises `TranslationFailed`."""
        if self._service is None:
            return {}
        if monotonic() >= self._known_until:
            self._known_until = monotonic() + FAILURE_KEPT  # others do not ask meanwhile
            self._has_failed = False
            try:
                self._languages = await self._service.languages()
            except MartletError as error:
                log.warning("The translation service does not tell its languages: %s", error.message)
                self._has_failed = True
            else:
                self._known_until = monotonic() + LANGUAGES_KEPT
        if self._has_failed and not self._languages:
            raise TranslationFailed
        return self._languages

    async def translate(self, id: PostId, viewer: AccountId, wanted: str | None) -> Translation:
        """
        A post in a language; by default that of the viewer's pages.

        Raises `NotFound` for what the viewer may not see and where nothing is translated at all, `CannotTranslate`
        for posts that not everybody may read, here or elsewhere, and for languages the service does not know, `TranslationFailed`.
        """
        if self._service is None:
            raise NotFound
        words = await self._ground.store.reading(self._words, id, viewer, wanted)
        languages = await self.languages()
        source = _source(words.post.language, languages)
        target = _target(words.target, languages.get(source, ()))
        if target is None or target.partition("-")[0] == source.partition("-")[0]:
            raise CannotTranslate
        post = words.post
        kept = await self._ground.store.reading(translations.find, post.id, target, post.version)
        if kept is not None:
            return msgspec.json.decode(kept, type=Translation)
        made = await self._ask(self._service, words, source, target)
        body = msgspec.json.encode(made).decode()
        if len(body) > BODY_LIMIT:
            log.warning("The translation of post %d is %d characters long", post.id, len(body))
            raise TranslationFailed
        await self._ground.store.writing(self._keep, post, target, body)
        return made

    async def _ask(self, service: Service, words: Words, source: str, target: str) -> Translation:
        texts = words.texts
        asked = [text for text in texts if text.strip()]
        async with self._turns:
            try:
                found = await service.translate(asked, source, target)
            except MartletError as error:
                log.warning("Post %d is not translated: %s", words.post.id, error.message)
                raise TranslationFailed from None
        if len(found.texts) != len(asked):
            log.warning("Of %d texts %d came back translated", len(asked), len(found.texts))
            raise TranslationFailed
        answers = iter(found.texts)
        told = [next(answers) if text.strip() else "" for text in texts]
        rest = [_plain(text) for text in told[1:]]
        descriptions = rest[1 : 1 + len(words.media)]
        return Translation(
            html=sanitize.sanitize(told[0]),
            warning=rest[0],
            language=target,
            source=normalise_language(found.source) or (source if source != UNKNOWN else UNKNOWN),
            media={id: text for (id, _), text in zip(words.media, descriptions, strict=True)},
            poll=str(words.post.poll_id) if words.options else None,
            options=rest[1 + len(words.media) :],
        )

    def _words(self, db: Reader, id: PostId, viewer: AccountId, wanted: str | None) -> Words:
        post = posts.get(db, id, viewer)
        if post.boost_of_id is not None:
            post = posts.get(db, post.boost_of_id, viewer)
        if not post.is_open:
            raise CannotTranslate
        user = users.find(db, viewer) if viewer else None
        here = self._ground.here
        target = wanted or (user.locale if user else here.languages[0] if here.languages else "en")
        poll = polls.many(db, [post.poll_id]).get(post.poll_id) if post.poll_id is not None else None
        files = media.of_posts(db, [post.id])[post.id]
        return Words(
            post,
            [(str(one.id), one.description) for one in files if one.description],
            [title for title, _ in poll.options] if poll else [],
            target,
        )

    def _keep(self, db: Writer, post: Post, target: str, body: str) -> None:
        here = self._ground.here
        translations.put(db, post.id, target, post.version, body, here.now_ms())
        sweeping.want(db, here)


def _source(language: str | None, languages: Mapping[str, Sequence[str]]) -> str:
    """As the service calls the language of a post; `UNKNOWN` where nobody said which it is."""
    if language is None:
        return UNKNOWN
    return _target(language, tuple(languages)) or language


def _target(language: str, known: Sequence[str]) -> str | None:
    """As the service calls a language: just so, spelled otherwise, without its region, or with some region."""
    for wanted in (_ELSEWHERE.get(language, language), language, language.partition("-")[0]):
        for code in known:
            if code.lower() == wanted.lower():
                return code
    base = language.partition("-")[0].lower()
    return next((code for code in known if code.lower().startswith(f"{base}-")), None)


def _plain(html: str) -> str:
    return unescape(_TAG.sub("", html)).strip()

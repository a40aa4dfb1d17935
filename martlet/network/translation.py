"""
Asking LibreTranslate or DeepL for translations.

https://docs.libretranslate.com/, https://developers.deepl.com/docs. Texts are HTML, and come back as such: what to make
of it is whoever asks to judge. Only the address in the settings is asked, and nobody is led from there elsewhere; the
key stands in no error.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple, TypeVar

import msgspec

from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.network.errors import AnswerRefused

DEADLINE = timedelta(seconds=20)
MAX_BYTES = 512 * 1024
JSON = ("application/json",)
AUTOMATIC = "und"
"""The source language of texts whose language is not known."""
T = TypeVar("T")


class Translated(NamedTuple):
    """The texts in their order, and the language they were in, as far as the service said so."""

    texts: Sequence[str]
    source: str | None


Languages = Mapping[str, Sequence[str]]
"""Source language to those it can be translated into; `AUTOMATIC` for what the service finds out itself."""


class _LibreLanguage(msgspec.Struct):
    code: str
    targets: list[str] = []


class _Detected(msgspec.Struct):
    language: str | None = None


class _LibreAnswer(msgspec.Struct):
    translated: list[str] = msgspec.field(name="translatedText")
    detected: list[_Detected] | _Detected | None = msgspec.field(name="detectedLanguage", default=None)


class LibreTranslate:
    """`url` is where it is, `key` what it asks for, empty if nothing."""

    provider = "LibreTranslate"

    def __init__(self, client: Client, url: str, key: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._key = key

    async def languages(self) -> Languages:
        """Raises `NoAnswer`."""
        answer = await _get(self._client, f"{self._url}/languages", {})
        known = _read(answer, list[_LibreLanguage])
        codes = [one.code for one in known]
        found: dict[str, Sequence[str]] = {one.code: one.targets or codes for one in known}
        return {**found, AUTOMATIC: sorted({target for targets in found.values() for target in targets})}

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """Raises `NoAnswer`."""
        asked = {
            "q": list(texts),
            "source": "auto" if source == AUTOMATIC else source,
            "target": target,
            "format": "html",
        }
        if self._key:
            asked["api_key"] = self._key
        answer = await _post(self._client, f"{self._url}/translate", asked, {})
        said = _read(answer, _LibreAnswer)
        detected = said.detected[0] if isinstance(said.detected, list) and said.detected else said.detected
        found = detected.language if isinstance(detected, _Detected) else None
        return Translated(said.translated, found)


class _DeeplLanguage(msgspec.Struct):
    language: str


class _DeeplText(msgspec.Struct):
    text: str
    detected: str | None = msgspec.field(name="detected_source_language", default=None)


class _DeeplAnswer(msgspec.Struct):
    translations: list[_DeeplText]


class DeepL:
    """`url` is where its API is."""

    provider = "DeepL.com"

    def __init__(self, client: Client, url: str, key: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._headers = {"authorization": f"DeepL-Auth-Key {key}"}

    async def languages(self) -> Languages:
        """Raises `NoAnswer`."""
        sources, targets = [
            _read(
                await _get(self._client, f"{self._url}/v2/languages?type={kind}", self._headers),
                list[_DeeplLanguage],
            )
            for kind in ("source", "target")
        ]
        into = [_in_our_spelling(one.language) for one in targets]
        return dict.fromkeys((*(_in_our_spelling(one.language) for one in sources), AUTOMATIC), into)

    async def translate(self, texts: Sequence[str], source: str, target: str) -> Translated:
        """Raises `NoAnswer`."""
        asked: dict[str, object] = {
            "text": list(texts),
            "target_lang": target.upper(),
            "tag_handling": "html",
        }
        if source != AUTOMATIC:
            asked["source_lang"] = source.partition("-")[0].upper()
        answer = await _post(self._client, f"{self._url}/v2/translate", asked, self._headers)
        said = _read(answer, _DeeplAnswer).translations
        found = said[0].detected if said else None
        return Translated([one.text for one in said], found.lower() if found else None)


def _in_our_spelling(code: str) -> str:
    """`EN-GB` is `en-GB`, `ZH-HANT` is `zh-Hant`."""
    language, _, region = code.partition("-")
    if not region:
        return language.lower()
    return f"{language.lower()}-{region.title() if len(region) == 4 else region.upper()}"  # noqa: PLR2004 - a script


async def _get(client: Client, url: str, headers: Mapping[str, str]) -> Answer:
    # Signed with nothing: a request that is signed is not led to another server.
    answer = await client.get(
        url, accept=JSON, headers=headers, max_bytes=MAX_BYTES, deadline=DEADLINE, sign=lambda _: {}
    )
    return _checked(answer)


async def _post(client: Client, url: str, asked: object, headers: Mapping[str, str]) -> Answer:
    answer = await client.post(
        url,
        msgspec.json.encode(asked),
        accept=JSON,
        headers={"content-type": "application/json", **headers},
        max_bytes=MAX_BYTES,
        deadline=DEADLINE,
    )
    return _checked(answer)


def _checked(answer: Answer) -> Answer:
    if not answer.is_success:
        raise AnswerRefused(f"The translation service answers with {answer.status}.")
    return answer


def _read(answer: Answer, type: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise AnswerRefused(
            "The translation service answers with something else than translations."
        ) from None

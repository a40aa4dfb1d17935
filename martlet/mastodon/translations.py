"""
Posts in other languages.

https://docs.joinmastodon.org/methods/statuses/#translate,
https://docs.joinmastodon.org/methods/instance/#translation_languages
"""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.http import limits
from martlet.mastodon import trend_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.trend_entities import TranslatedMedia, TranslatedOption, TranslatedPoll
from martlet.model.names import PostId
from martlet.services.translating import CannotTranslate
from martlet.text.languages import normalise_language

api = Api()


class TranslateForm(Struct, frozen=True):
    lang: Annotated[str | None, Meta(description="ISO 639 code; by default the language of one's pages.")] = (
        None
    )


@api.post(
    "/api/v1/statuses/{id}/translate",
    scope="read:statuses",
    access="app",
    form=TranslateForm,
    returns=trend_entities.Translation,
    rule=limits.TRANSLATIONS,
)
async def translate(call: Call[TranslateForm]) -> trend_entities.Translation:
    """https://docs.joinmastodon.org/methods/statuses/#translate"""
    lang = call.form.lang or None
    wanted = normalise_language(lang)
    if lang is not None and wanted is None:
        raise CannotTranslate
    made = await call.translator.translate(PostId(call.id), call.account, wanted)
    return trend_entities.Translation(
        content=made.html,
        spoiler_text=made.warning,
        language=made.language,
        poll=TranslatedPoll(id=made.poll, options=[TranslatedOption(title=one) for one in made.options])
        if made.poll is not None
        else None,
        media_attachments=[
            TranslatedMedia(id=id, description=description) for id, description in made.media.items()
        ],
        detected_source_language=made.source,
        provider=call.translator.provider,
    )


@api.get("/api/v1/instance/translation_languages", returns=dict[str, list[str]])
async def languages(call: Call[NoForm]) -> dict[str, list[str]]:
    """https://docs.joinmastodon.org/methods/instance/#translation_languages"""
    found = await call.translator.languages()
    return {source: list(targets) for source, targets in found.items()}

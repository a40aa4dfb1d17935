"""Who translates, from settings."""

from martlet.network.client import Client
from martlet.network.translation import DeepL, LibreTranslate
from martlet.services.ports import Ground
from martlet.services.translating import Translator
from martlet.settings import Settings

FREE_KEY = ":fx"
"""DeepL's keys for its free service end so."""


def translator_for(ground: Ground, settings: Settings) -> tuple[Translator, Client | None]:
    """
    With a client of its own, to be closed at the end, where there is a service.

    A service that the owner names may be on this machine or in its network: the client may call there, and it is
    given no other address than the one in the settings.
    """
    if settings.translation == "off":
        return Translator(ground, None), None
    client = Client(ground.here.host, allow_private=bool(settings.translation_url))
    key = settings.translation_key
    if settings.translation == "libretranslate":
        return Translator(ground, LibreTranslate(client, settings.translation_url, key)), client
    free = "https://api-free.deepl.com"
    usual = free if key.endswith(FREE_KEY) else "https://api.deepl.com"
    return Translator(ground, DeepL(client, settings.translation_url or usual, key)), client

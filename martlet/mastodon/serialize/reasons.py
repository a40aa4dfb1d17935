"""Why something is shown, in a sentence of the viewer's language."""

from collections.abc import Mapping
from functools import cache

from martlet.mastodon.trend_entities import SuggestionReason
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.model.trends import TrendKind
from martlet.services.suggesting import Source, Suggested
from martlet.storage import users
from martlet.storage.database import Reader
from martlet.storage.trends import Trend
from martlet.text import chinese
from martlet.text.languages import TRADITIONAL, serving

_TRENDS: Mapping[str, Mapping[TrendKind, str]] = {
    "en": {
        TrendKind.TAG: "{people} people wrote about it in the last {hours}, usually {usual}.",
        TrendKind.LINK: "{people} people shared it in the last {hours}, usually {usual}.",
        TrendKind.POST: "{people} people liked or boosted it in the last {hours}.",
    },
    "de": {
        TrendKind.TAG: "{people} Leute haben in {hours} darüber geschrieben, sonst {usual}.",
        TrendKind.LINK: "{people} Leute haben es in {hours} geteilt, sonst {usual}.",
        TrendKind.POST: "{people} Leute haben es in {hours} gemocht oder geteilt.",
    },
    "zh": {
        TrendKind.TAG: "{hours}有 {people} 人写到它，平时 {usual} 人。",
        TrendKind.LINK: "{hours}有 {people} 人分享它，平时 {usual} 人。",
        TrendKind.POST: "{hours}有 {people} 人喜欢或转发它。",
    },
}
_HOURS: Mapping[str, tuple[str, str]] = {
    "en": ("hour", "{} hours"),
    "de": ("der letzten Stunde", "den letzten {} Stunden"),
    "zh": ("过去 1 小时", "过去 {} 小时"),
}
_SUGGESTIONS: Mapping[str, Mapping[Source, tuple[str, str]]] = {
    "en": {
        "featured": ("Those who run this server suggest this account.",) * 2,
        "friends_of_friends": (
            "One person you follow follows this account.",
            "{} people you follow follow this account.",
        ),
        "similar_to_recently_followed": ("It features the same hashtags as somebody you followed lately.",)
        * 2,
        "most_followed": ("One person here follows this account.", "{} people here follow this account."),
        "most_interactions": (
            "Its posts were liked or boosted once lately.",
            "Its posts were liked or boosted {} times lately.",
        ),
    },
    "de": {
        "featured": ("Wer diesen Server betreut, schlägt dieses Konto vor.",) * 2,
        "friends_of_friends": (
            "Eine Person, der du folgst, folgt diesem Konto.",
            "{} Leute, denen du folgst, folgen diesem Konto.",
        ),
        "similar_to_recently_followed": (
            "Es zeigt dieselben Hashtags wie jemand, dem du kürzlich gefolgt bist.",
        )
        * 2,
        "most_followed": ("Eine Person hier folgt diesem Konto.", "{} Leute hier folgen diesem Konto."),
        "most_interactions": (
            "Die Beiträge wurden in letzter Zeit einmal gemocht oder geteilt.",
            "Die Beiträge wurden in letzter Zeit {}-mal gemocht oder geteilt.",
        ),
    },
    "zh": {
        "featured": ("本站管理员推荐此账号。",) * 2,
        "friends_of_friends": ("你关注的 1 人关注了此账号。", "你关注的 {} 人关注了此账号。"),
        "similar_to_recently_followed": ("与你最近关注的某人展示相同的话题。",) * 2,
        "most_followed": ("本站有 1 人关注此账号。", "本站有 {} 人关注此账号。"),
        "most_interactions": ("帖子最近获得 1 次喜欢或转发。", "帖子最近获得 {} 次喜欢或转发。"),
    },
}
_NOT_SHOWN = {
    "en": "It is not shown to you.",
    "de": "Es wird dir nicht gezeigt.",
    "zh": "不对你显示。",
}


def language_of(db: Reader, viewer: AccountId, here: Server) -> str:
    """One of those that sentences are written in."""
    user = users.find(db, viewer) if viewer else None
    locale = user.locale if user else here.languages[0] if here.languages else "en"
    return serving(locale, _TRENDS)


def of_trend(trend: Trend, language: str) -> str:
    table = _table(language)
    one, many = _HOURS[table]
    hours = _written(one if trend.hours == 1 else many, language).format(trend.hours)
    usual = f"{trend.usual:.0f}" if trend.usual >= 1 or trend.usual == 0 else f"{trend.usual:.1f}"
    if language == "de":
        usual = usual.replace(".", ",")
    said = _written(_TRENDS[table][trend.kind], language)
    return said.format(people=trend.people, hours=hours, usual=usual)


def suggestion(one: Suggested, language: str) -> SuggestionReason:
    """With a sentence for each source."""
    sentences = []
    for source in one.sources:
        single, many = _SUGGESTIONS[_table(language)][source]
        number = one.reasons[source]
        sentences.append(_written(single if number == 1 else many, language).format(number))
    followers = one.reasons.get("friends_of_friends", one.reasons.get("most_followed", 0))
    return SuggestionReason(
        text=" ".join(sentences),
        followers=followers,
        interactions=one.reasons.get("most_interactions", 0),
    )


def not_shown(language: str) -> str:
    return _written(_NOT_SHOWN[_table(language)], language)


def _table(language: str) -> str:
    return "zh" if language == TRADITIONAL else language


def _written(sentence: str, language: str) -> str:
    return _traditional()[sentence] if language == TRADITIONAL else sentence


@cache
def _traditional() -> Mapping[str, str]:
    """For each sentence in simplified Chinese the same in traditional, all made at once."""
    pairs = (*_SUGGESTIONS["zh"].values(), _HOURS["zh"])
    simplified = [*_TRENDS["zh"].values(), _NOT_SHOWN["zh"], *(one for pair in pairs for one in pair)]
    return dict(zip(simplified, chinese.traditional(simplified), strict=True))

"""Why something is shown, in a sentence of the viewer's language."""

from collections.abc import Mapping

from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.model.trends import TrendKind
from martlet.storage import users
from martlet.storage.database import Reader
from martlet.storage.trends import Trend

_TRENDS: Mapping[str, Mapping[TrendKind, str]] = {
    "en": {
        TrendKind.TAG: "{people} people wrote about it in the last {hours}, usually {usual}.",
        TrendKind.LINK: "{people} people shared it in the last {hours}, usually {usual}.",
        TrendKind.POST: "{people} people liked or boosted it in the last {hours}.",
    },
    "de": {
        TrendKind.TAG: "{people} Personen haben in {hours} darüber geschrieben, sonst {usual}.",
        TrendKind.LINK: "{people} Personen haben es in {hours} geteilt, sonst {usual}.",
        TrendKind.POST: "{people} Personen hat es in {hours} gefallen, oder sie haben es weitergesagt.",
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
_NOT_SHOWN = {
    "en": "It is not shown to you.",
    "de": "Es wird Ihnen nicht gezeigt.",
    "zh": "未向您显示。",
}


def language_of(db: Reader, viewer: AccountId, here: Server) -> str:
    """One of those that sentences are written in."""
    user = users.find(db, viewer) if viewer else None
    code = (user.locale if user else here.languages[0] if here.languages else "en").partition("-")[0]
    return code if code in _TRENDS else "en"


def of_trend(trend: Trend, language: str) -> str:
    one, many = _HOURS[language]
    hours = one if trend.hours == 1 else many.format(trend.hours)
    usual = f"{trend.usual:.0f}" if trend.usual >= 1 or trend.usual == 0 else f"{trend.usual:.1f}"
    if language == "de":
        usual = usual.replace(".", ",")
    return _TRENDS[language][trend.kind].format(people=trend.people, hours=hours, usual=usual)


def not_shown(language: str) -> str:
    return _NOT_SHOWN[language]

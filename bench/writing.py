"""
The words of a large town: English, German, Chinese and Japanese, with common words and rare ones.

Posts are put together from halves made beforehand, so that a million of them take seconds.
"""

import random
from dataclasses import dataclass
from html import escape

from bench.words import TAGS, WORDS

RARE_WORDS = 20_000
HALVES = 3_000
MORE_TAGS = 2_000
_GERMAN = (
    "Straßenbahn Gewitter Fahrradweg Kaffeeküche Nachbarn Müllabfuhr Garten Bücherei Wochenende Rührkuchen "
    "Bahnhofsvorplatz Frühstück spät über unter heute morgen wieder schön grün Regen Käsebrot Zeitung Hafen"
)
_CHINESE = (
    "我们 今天 去 公园 看 樱花 小米 手机 很 好用 晚上 吃 火锅 下雨 了 图书馆 关门 朋友 来 北京 开会 火车 晚点 "
    "天气 不错 學習 中文 電腦 壞了 台灣 旅行 咖啡 苦 但是 香"
)
_JAPANESE = "今日は 東京で 美味しい ラーメンを 食べた 電車が 遅れて 困った 猫が 可愛い 週末は 山へ 行く"
_SYLLABLES = "ka lo mi ne ru sa ti vo xa zu bre cho dri fla gno pra sto tri"


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    html: str
    language: str
    tags: tuple[str, ...]


class Writer:
    """Writes one post after another; the same numbers from `rng` give the same words."""

    def __init__(self, rng: random.Random, url: str) -> None:
        self._rng = rng
        self._url = url
        syllables = _SYLLABLES.split()
        rare = ["".join(rng.choices(syllables, k=rng.randint(2, 5))) for _ in range(RARE_WORDS)]
        english = [rng.choice(rare) if rng.random() < 0.15 else rng.choice(WORDS) for _ in range(100_000)]
        self._halves = {
            "en": _halves(rng, english, " ", 6, 32),
            "de": _halves(rng, _GERMAN.split(), " ", 4, 20),
            "zh": _halves(rng, _CHINESE.split(), "", 6, 30),
            "ja": _halves(rng, _JAPANESE.split(), "", 3, 15),
        }
        self._tags = [*TAGS, *(rng.choice(rare) + str(number) for number in range(MORE_TAGS))]

    def post(self, mentioned: list[str]) -> Words:
        """A post that begins with the people it names, by their usernames."""
        rng = self._rng
        language = rng.choices(("en", "de", "zh", "ja"), (65, 15, 15, 5))[0]
        halves = self._halves[language]
        said = f"{rng.choice(halves)} {rng.choice(halves)}"
        tags = tuple({self._tag() for _ in range(rng.randint(1, 3))}) if rng.random() < 0.35 else ()
        text = "".join(f"@{name} " for name in mentioned) + said + "".join(f" #{tag}" for tag in tags)
        html = "".join(map(self._mention, mentioned)) + escape(said) + "".join(map(self._hashtag, tags))
        if rng.random() < 0.15:
            link = f"https://example.org/{rng.choice(WORDS)}/{rng.randrange(9999)}"
            text += f" {link}"
            html += (
                f' <a href="{link}" rel="nofollow noopener" translate="no" target="_blank">'
                f'<span class="invisible">https://</span><span>{link[8:]}</span></a>'
            )
        return Words(text, f"<p>{html}</p>", language, tags)

    def _tag(self) -> str:
        """The first ones far more often than the last."""
        return self._tags[int(len(self._tags) * self._rng.random() ** 4)]

    def _mention(self, name: str) -> str:
        url = f"{self._url}/@{name}"
        return f'<span class="h-card"><a href="{url}" class="u-url mention">@<span>{name}</span></a></span> '

    def _hashtag(self, tag: str) -> str:
        return f' <a href="{self._url}/tags/{tag}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'


def _halves(rng: random.Random, words: list[str], between: str, low: int, high: int) -> list[str]:
    return [between.join(rng.choices(words, k=rng.randint(low, high))) for _ in range(HALVES)]

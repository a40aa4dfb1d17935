"""What trends, is suggested or translated, as Mastodon shows it, with our reasons beside: https://docs.joinmastodon.org/entities/"""

from msgspec import Struct

from martlet.mastodon.entities import Account, PreviewCard, Status, Tag, TagDay


class TrendReason(Struct, kw_only=True):
    """
    Why something trends, of our own: so many `people` spoke for it in the last `hours`, usually `usual`.

    `text` says so in the viewer's language. `score` is what trends are put in order by.
    """

    people: int
    hours: int
    usual: float
    score: float
    text: str


class TrendingTag(Tag, kw_only=True):
    """https://docs.joinmastodon.org/entities/Tag/"""

    martlet: TrendReason


class AdminTag(Tag, kw_only=True):
    """https://docs.joinmastodon.org/entities/Tag/#admin; `listable` as Mastodon has it, undocumented."""

    trendable: bool
    usable: bool
    requires_review: bool
    listable: bool


class TrendsLink(PreviewCard, kw_only=True):
    """https://docs.joinmastodon.org/entities/PreviewCard/#trends-link"""

    history: list[TagDay]
    martlet: TrendReason


class AdminTrendsLink(PreviewCard, kw_only=True):
    """As moderators are shown it; without `martlet` where it trends no more."""

    id: str
    history: list[TagDay]
    requires_review: bool


class Publisher(Struct, kw_only=True):
    """A site that links lead to, as Mastodon tells its moderators of it."""

    id: str
    domain: str
    trendable: bool | None
    reviewed_at: str | None
    requested_review_at: str | None
    requires_review: bool


class TrendingStatus(Status, kw_only=True):
    """https://docs.joinmastodon.org/entities/Status/"""

    martlet: TrendReason


class AdminTrendingStatus(Status, kw_only=True):
    """As moderators are shown it."""

    requires_review: bool


class Suggestion(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Suggestion/; `reason` is our own."""

    source: str
    sources: list[str]
    account: Account
    martlet: "SuggestionReason"


class SuggestionReason(Struct, kw_only=True):
    """
    Why somebody is suggested, of our own, in the viewer's language.

    `followers` of those whom the viewer follows, or of all here, follow the account; `interactions` is how often its
    posts were liked or boosted here within a month. 0 where that is not the reason.
    """

    text: str
    followers: int
    interactions: int


class WhyRule(Struct, kw_only=True):
    """The numbers of the rule by which things trend: docs/guide/trends.md."""

    least_people: int
    window_hours: int
    half_life_hours: float


class Why(Struct, kw_only=True):
    """
    Why somebody is shown something, or that they are not. Of our own.

    Of what trends, `trend` and `rule`; of somebody suggested, `suggestion` and its `sources`.
    """

    is_shown: bool
    text: str
    trend: TrendReason | None
    rule: WhyRule | None
    suggestion: SuggestionReason | None
    sources: list[str]


class TranslatedMedia(Struct, kw_only=True):
    id: str
    description: str


class TranslatedOption(Struct, kw_only=True):
    title: str


class TranslatedPoll(Struct, kw_only=True):
    id: str
    options: list[TranslatedOption]


class Translation(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Translation/"""

    content: str
    spoiler_text: str
    language: str
    poll: TranslatedPoll | None
    media_attachments: list[TranslatedMedia]
    detected_source_language: str
    provider: str

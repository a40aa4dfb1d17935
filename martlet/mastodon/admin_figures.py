"""
How the server fares: https://docs.joinmastodon.org/methods/admin/measures/,
https://docs.joinmastodon.org/methods/admin/dimensions/, https://docs.joinmastodon.org/methods/admin/retention/
"""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from martlet.mastodon.moments import moment_in
from martlet.mastodon.routing import Api, Call
from martlet.model.errors import InvalidInput
from martlet.model.ids import id_from
from martlet.model.roles import Permission
from martlet.services import measuring
from martlet.services.measuring import Period
from martlet.storage.database import Reader
from martlet.storage.day_counts import DAY_MS

api = Api()

KEYS = 30
LONGEST_HOST = 255


class DayValue(Struct, kw_only=True):
    date: str
    value: str


class AdminMeasure(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Measure/"""

    key: str
    unit: str | None
    total: str
    human_value: str | UnsetType = UNSET
    previous_total: str | UnsetType = UNSET
    data: list[DayValue]


class DimensionData(Struct, kw_only=True):
    key: str
    human_key: str
    value: str
    unit: str | UnsetType = UNSET
    human_value: str | UnsetType = UNSET


class AdminDimension(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Dimension/"""

    key: str
    data: list[DimensionData]


class CohortData(Struct, kw_only=True):
    date: str
    rate: float
    value: str


class AdminCohort(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Admin_Cohort/"""

    period: str
    frequency: str
    data: list[CohortData]


class AboutTag(Struct, frozen=True):
    id: Annotated[str, Meta(description="Id of a hashtag.")] = ""


class AboutServer(Struct, frozen=True):
    domain: Annotated[str, Meta(description="Domain of another server.")] = ""


class PeriodForm(Struct, frozen=True, kw_only=True):
    start_at: Annotated[str | None, Meta(description="First day; a time of day does not count.")] = None
    end_at: Annotated[str | None, Meta(description="Last day; a time of day does not count.")] = None

    def period(self, now: int, *, is_needed: bool = True) -> Period:
        """Raises `InvalidInput`."""
        start, end = moment_in(self.start_at, "start_at"), moment_in(self.end_at, "end_at")
        if is_needed and (start is None or end is None):
            name = "start_at" if start is None else "end_at"
            raise InvalidInput(
                f"Validation failed: {name.replace('_', ' ').capitalize()} can't be blank", name
            )
        end = now if end is None else end
        start = end - 28 * DAY_MS if start is None else start
        return Period.of(min(max(start, 0), now), min(max(end, 0), now))


class AboutForm(PeriodForm, frozen=True, kw_only=True):
    keys: Annotated[list[str], Meta(description="What is asked for.")] = []
    tag_servers: AboutTag | None = None
    instance_accounts: AboutServer | None = None

    def about(self, key: str) -> str | None:
        """The hashtag or server that a key is about; empty for others, None where it should be named and is not."""
        if not key.startswith(("tag_", "instance_")):
            return ""
        given = getattr(self, key, None)
        if isinstance(given, AboutTag):
            return None if id_from(given.id) is None else given.id
        if isinstance(given, AboutServer):
            return given.domain.strip().lower()[:LONGEST_HOST] or None
        return None


class MeasuresForm(AboutForm, frozen=True, kw_only=True):
    tag_accounts: AboutTag | None = None
    tag_uses: AboutTag | None = None
    instance_media_attachments: AboutServer | None = None
    instance_reports: AboutServer | None = None
    instance_statuses: AboutServer | None = None
    instance_follows: AboutServer | None = None
    instance_followers: AboutServer | None = None


class DimensionsForm(AboutForm, frozen=True, kw_only=True):
    limit: Annotated[int | None, Meta(description="How many of each, at most.")] = None
    tag_languages: AboutTag | None = None
    instance_languages: AboutServer | None = None


class RetentionForm(PeriodForm, frozen=True, kw_only=True):
    frequency: Annotated[str, Meta(description="`day` or `month`.")] = "day"


@api.post(
    "/api/v1/admin/measures",
    scope="admin:read",
    form=MeasuresForm,
    returns=list[AdminMeasure],
    permission=Permission.VIEW_DASHBOARD,
)
async def measures(call: Call[MeasuresForm]) -> list[AdminMeasure]:
    """https://docs.joinmastodon.org/methods/admin/measures/#get"""
    period = call.form.period(call.here.now_ms())
    return await call.store.reading_aside(_measures, call.form, period)


def _measures(db: Reader, form: MeasuresForm, period: Period) -> list[AdminMeasure]:
    result = []
    for key in list(dict.fromkeys(form.keys))[:KEYS]:
        about = form.about(key)
        if key not in measuring.COUNTERS or about is None:
            continue
        found = measuring.measure(db, key, about, period)
        result.append(
            AdminMeasure(
                key=key,
                unit=found.unit,
                total=str(found.total),
                human_value=_human(found.total) if found.unit == "bytes" else UNSET,
                previous_total=UNSET if found.before is None else str(found.before),
                data=[DayValue(date=_iso(day), value=str(value)) for day, value in found.days],
            )
        )
    return result


@api.post(
    "/api/v1/admin/dimensions",
    scope="admin:read",
    form=DimensionsForm,
    returns=list[AdminDimension],
    permission=Permission.VIEW_DASHBOARD,
)
async def dimensions(call: Call[DimensionsForm]) -> list[AdminDimension]:
    """https://docs.joinmastodon.org/methods/admin/dimensions/#get"""
    period = call.form.period(call.here.now_ms(), is_needed=False)
    return await call.store.reading_aside(_dimensions, call, period)


def _dimensions(db: Reader, call: Call[DimensionsForm], period: Period) -> list[AdminDimension]:
    form, result = call.form, []
    for key in list(dict.fromkeys(form.keys))[:KEYS]:
        about = form.about(key)
        if key not in measuring.DIMENSIONS or about is None:
            continue
        found = measuring.dimension(db, key, about, period, form.limit or measuring.LISTED, call.here)
        result.append(AdminDimension(key=key, data=[_part(one) for one in found]))
    return result


def _part(one: measuring.Part) -> DimensionData:
    return DimensionData(
        key=one.key,
        human_key=one.name,
        value=one.value,
        unit=one.unit or UNSET,
        human_value=_human(int(one.value)) if one.unit == "bytes" else UNSET,
    )


@api.post(
    "/api/v1/admin/retention",
    scope="admin:read",
    form=RetentionForm,
    returns=list[AdminCohort],
    permission=Permission.VIEW_DASHBOARD,
)
async def retention(call: Call[RetentionForm]) -> list[AdminCohort]:
    """https://docs.joinmastodon.org/methods/admin/retention/#create"""
    period = call.form.period(call.here.now_ms())
    frequency = "month" if call.form.frequency == "month" else "day"
    found = await call.store.reading_aside(measuring.cohorts, period, by_month=frequency == "month")
    return [
        AdminCohort(
            period=_iso(one.first),
            frequency=frequency,
            data=[
                CohortData(date=_iso(day), rate=rate, value=str(number)) for day, number, rate in one.stayed
            ],
        )
        for one in found
    ]


def _iso(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).strftime("%Y-%m-%dT00:00:00.000Z")


def _human(number: int) -> str:
    value, unit = float(number), "Bytes"
    for larger in ("KB", "MB", "GB", "TB"):
        if value < 1024:  # noqa: PLR2004 - of bytes in a kilobyte
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "Bytes" else f"{value:.2f} {unit}"

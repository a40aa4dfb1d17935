"""
A year in numbers, which this server does not make: https://docs.joinmastodon.org/methods/annual_reports/

Apps ask whether somebody may have one, and are told that nobody may.
"""

from typing import Any

from msgspec import Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.errors import NotFound
from martlet.storage.database import Reader, Writer

api = Api()


class WrappedAnnualReports(Struct, kw_only=True):
    annual_reports: list[dict[str, Any]]
    accounts: list[entities.Account]
    statuses: list[entities.Status]


class AnnualReportState(Struct, kw_only=True):
    state: str


@api.get("/api/v1/annual_reports", scope="read:accounts", returns=WrappedAnnualReports)
def index(db: Reader, call: Call[NoForm]) -> WrappedAnnualReports:
    """https://docs.joinmastodon.org/methods/annual_reports/#index: there are none."""
    del db, call
    return WrappedAnnualReports(annual_reports=[], accounts=[], statuses=[])


@api.get("/api/v1/annual_reports/{year}", scope="read:accounts", returns=WrappedAnnualReports)
def show(db: Reader, call: Call[NoForm]) -> WrappedAnnualReports:
    """https://docs.joinmastodon.org/methods/annual_reports/#get"""
    del db, call
    raise NotFound


@api.get("/api/v1/annual_reports/{year}/state", scope="read:accounts", returns=AnnualReportState)
def state(db: Reader, call: Call[NoForm]) -> AnnualReportState:
    """https://docs.joinmastodon.org/methods/annual_reports/#get-state"""
    del db
    _check_year(call)
    return AnnualReportState(state="ineligible")


@api.post("/api/v1/annual_reports/{year}/generate", scope="write:accounts", returns=dict[str, Any])
def generate(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/annual_reports/#generate: nobody is eligible, so nothing is begun."""
    del db
    _check_year(call)
    return {}


@api.post("/api/v1/annual_reports/{year}/read", scope="write:accounts", returns=dict[str, Any])
def read(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/annual_reports/#read"""
    del db, call
    raise NotFound


def _check_year(call: Call[NoForm]) -> None:
    """Raises `NotFound` for what is no year."""
    year = call.params["year"]
    if not (year.isascii() and year.isdigit() and len(year) == 4):  # noqa: PLR2004 - digits of a year
        raise NotFound

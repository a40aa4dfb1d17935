"""Methods that are there so that apps which ask for them hear the truth."""

import pytest

from martlet.mastodon.annual_reports import WrappedAnnualReports
from tests.client import Api
from tests.mastodon.acts import publish


def test_nobody_has_an_annual_report(api: Api) -> None:
    ada, path = api.person("ada"), "/api/v1/annual_reports"
    assert api.get(path, ada).entity(WrappedAnnualReports).annual_reports == []
    assert api.get(f"{path}/2026/state", ada).json == {"state": "ineligible"}
    assert api.post(f"{path}/2026/generate", ada).json == {}
    assert api.get(f"{path}/2026", ada).status == api.post(f"{path}/2026/read", ada).status == 404
    for year in ("x", "20266", "-2026"):
        assert (
            api.get(f"{path}/{year}/state", ada).status
            == api.post(f"{path}/{year}/generate", ada).status
            == 404
        )
    assert api.get(path).status == 401


def test_nobody_has_identity_proofs(api: Api) -> None:
    ada = api.person("ada")
    assert api.get(f"/api/v1/accounts/{ada.id}/identity_proofs", ada).json == []
    assert api.get("/api/v1/accounts/1/identity_proofs", ada).status == 404


@pytest.mark.parametrize("path", ["/api/proofs", "/api/v1/statuses/1/card", "/api/v1/timelines/direct"])
def test_what_mastodon_gave_up_is_not_there(api: Api, path: str) -> None:
    ada = api.person("ada")
    assert {api.get(path, ada).status, api.post(path, ada).status} <= {404, 405}


def test_the_older_search_names_hashtags_alone(api: Api) -> None:
    ada = api.person("ada")
    publish(api, ada, "A walk in the #garden")
    api.work()
    found = api.get("/api/v1/search", ada, query={"q": "garden"}).json
    assert found["hashtags"] == ["garden"]
    assert [one["account"]["acct"] for one in found["statuses"]] == ["ada"]

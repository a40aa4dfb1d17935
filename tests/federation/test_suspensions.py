"""What other servers hear of a suspension here, and what becomes of their people who are suspended."""

from typing import Any

from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere
from tests.mastodon.acts import publish
from tests.mastodon.moderating import ADMIN, act, staff

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"


def document(api: Api) -> dict[str, Any]:
    found: dict[str, Any] = api.get(
        ADA.removeprefix(HERE), headers={"accept": "application/activity+json"}
    ).json
    return found


def test_followers_elsewhere_hear_that_an_account_is_suspended_and_that_it_is_back(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    mo, eve = staff(api, "mo"), there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    assert "suspended" not in document(api), "asked for as followers' servers do"
    there.received.clear()
    act(api, mo, ada, "suspend")
    api.work()
    [told] = there.received
    assert (told["type"], told["actor"], told["object"]["id"]) == ("Update", ADA, ADA)
    assert told["object"]["suspended"] is True
    assert "name" not in told["object"]
    address, accept = ADA.removeprefix(HERE), {"accept": "application/activity+json"}
    assert api.get(address, headers=accept).status == 410
    there.received.clear()
    api.post(f"{ADMIN}/accounts/{ada.id}/unsuspend", mo)
    api.work()
    [told] = there.received
    assert told["type"] == "Update"
    assert "suspended" not in told["object"]


def test_a_suspended_account_elsewhere_is_told_that_it_follows_nobody_here(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    mo, eve = staff(api, "mo"), there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    there.bring(api, eve.act("Create", there.keep(eve.note(tag=[{"type": "Mention", "href": ADA}]))))
    [mention] = api.get("/api/v1/notifications?types[]=mention", ada).json
    there.received.clear()
    act(api, mo, mention["account"]["id"], "suspend")
    api.work()
    assert [one["type"] for one in there.received] == ["Reject"]
    assert api.get(f"/api/v1/statuses/{mention['status']['id']}", ada).status == 404
    assert api.get("/api/v1/notifications?types[]=mention", ada).json == []
    publish(api, ada, "for followers", visibility="private")
    api.work()
    assert [one["type"] for one in there.received] == ["Reject"], "it gets nothing any more"

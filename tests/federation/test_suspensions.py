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


def test_whom_their_own_server_suspends_is_hidden_until_it_says_otherwise(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    """A moderator's own decision stays; nobody else's word counts."""
    eve, mallory, mo = there.person("eve"), there.person("mallory"), staff(api, "mo")
    for one in (eve, mallory):
        there.bring(api, one.act("Follow", ADA))
    note = there.keep(eve.note(tag=[{"type": "Mention", "href": ADA}]))
    there.bring(api, eve.act("Create", note))
    [mention] = api.get("/api/v1/notifications?types[]=mention", ada).json
    id, status = mention["account"]["id"], f"/api/v1/statuses/{mention['status']['id']}"

    def shown() -> tuple[Any, ...]:
        account = api.get(f"/api/v1/accounts/{id}", ada).json
        told = api.get("/api/v1/notifications?types[]=mention", ada).json
        return account.get("suspended"), account["display_name"], api.get(status, ada).status, len(told)

    def update(**said: Any) -> None:
        eve.extra = {"name": "Eve", **said}
        there.bring(api, eve.act("Update", eve.document))

    update(memorial=True)
    assert api.get(f"/api/v1/accounts/{id}", ada).json["memorial"] is True
    there.bring(api, mallory.act("Update", {**eve.document, "suspended": True}))
    assert shown() == (None, "Eve", 200, 1)
    update(suspended=True)
    assert shown() == (True, "", 404, 0)
    there.bring(api, eve.act("Create", there.keep(eve.note(tag=[{"type": "Mention", "href": ADA}]))))
    there.bring(api, eve.act("Undo", eve.act("Follow", ADA)))
    followers = api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json
    assert [one["username"] for one in followers] == ["mallory"]
    update()
    assert shown() == (None, "Eve", 200, 1), "what came meanwhile was not taken"
    there.gone.add(eve.uri)
    update(suspended=True)
    there.gone.clear()
    assert shown() == (True, "", 404, 0), "its word is enough where there is nothing else of it"
    act(api, mo, id, "suspend")
    assert there.send(api, eve.act("Update", eve.document)).status == 403
    api.post(f"{ADMIN}/accounts/{id}/unsuspend", mo)
    assert shown() == (True, "", 404, 0)
    update()
    assert shown() == (None, "Eve", 200, 1)

"""Grouped notifications: pages of groups are the list of single ones, sorted."""

import random
from itertools import pairwise
from typing import Any

import pytest
from msgspec import UNSET

from martlet.mastodon import notification_entities as entities
from martlet.model.names import PostId
from martlet.model.notifications import GROUP_HOURS, NotificationKind, group_keys
from martlet.storage import notification_groups
from tests.client import Api, Person
from tests.mastodon.test_notifications import published

ALL = "/api/v2/notifications"
HOUR_MS = 3_600_000


def groups(api: Api, person: Person, query: str = "") -> list[entities.NotificationGroup]:
    found = api.get(f"{ALL}{query}", person).entity(entities.GroupedNotificationsResults)
    return found.notification_groups


def test_likes_of_one_post_are_told_as_one(api: Api) -> None:
    ada, *others = (api.person(name) for name in ("ada", "bob", "eve", "joe"))
    post = published(api, ada, "Hello")
    for person in others:
        api.post(f"/api/v1/statuses/{post}/favourite", person)
        api.post(f"/api/v1/accounts/{ada.id}/follow", person)
        api.work()
    published(api, others[0], "@ada hello")
    page = api.get(ALL, ada).entity(entities.GroupedNotificationsResults)
    single = api.get("/api/v1/notifications", ada).json
    told = [(one.type, one.notifications_count, one.status_id) for one in page.notification_groups[1:]]
    assert told == [("follow", 3, UNSET), ("favourite", 3, post)]
    follow = page.notification_groups[1]
    ids = [one["id"] for one in single if one["type"] == "follow"]
    assert (follow.page_max_id, follow.page_min_id, follow.most_recent_notification_id) == (
        ids[0],
        ids[-1],
        ids[0],
    )
    assert follow.sample_account_ids == [str(one.id) for one in reversed(others)]
    assert sorted(one.id for one in page.accounts) == sorted(str(one.id) for one in others)
    assert post in [one.id for one in page.statuses]

    alone = api.get(f"{ALL}/{follow.group_key}", ada).entity(entities.GroupedNotificationsResults)
    assert alone.notification_groups[0].notifications_count == 3
    assert alone.notification_groups[0].page_max_id is UNSET
    accounts = api.get(f"{ALL}/{follow.group_key}/accounts?limit=2", ada)
    rest = api.get(accounts.links["next"], ada)
    assert [one["username"] for one in accounts.json + rest.json] == ["joe", "eve", "bob"]
    partial = api.get(f"{ALL}?expand_accounts=partial_avatars", ada).entity(
        entities.GroupedNotificationsResults
    )
    assert sorted(one.acct for one in partial.accounts) == ["bob", "joe"]
    assert isinstance(partial.partial_accounts, list)
    assert [one.acct for one in partial.partial_accounts] == ["eve"]
    assert api.get(f"{ALL}?expand_accounts=none", ada).status == 422

    assert api.get(f"{ALL}/{follow.group_key}", others[0]).status == 404
    assert api.get(f"{ALL}/{follow.group_key}/accounts", others[0]).status == 404
    assert api.get(f"{ALL}/{follow.group_key}/accounts?max_id=1", ada).json == []
    assert api.post(f"{ALL}/{follow.group_key}/dismiss", others[0]).status == 404
    assert len(groups(api, ada)) == 3
    assert api.post(f"{ALL}/{follow.group_key}/dismiss", ada).json == {}
    assert (
        api.post(f"/api/v2_alpha/notifications/{page.notification_groups[0].group_key}/dismiss", ada).json
        == {}
    )
    assert [one.type for one in groups(api, ada)] == ["favourite"]
    assert api.get("/api/v2_alpha/notifications", ada).json == api.get(ALL, ada).json
    left = groups(api, ada)[0].group_key
    assert api.get(f"/api/v2_alpha/notifications/{left}", ada).json == api.get(f"{ALL}/{left}", ada).json
    assert api.get(f"/api/v2_alpha/notifications/{left}/accounts", ada).json
    assert api.get("/api/v2_alpha/notifications/unread_count", ada).json == {"count": 1}
    assert api.post("/api/v2/notifications/clear", ada).json == {}
    assert groups(api, ada) == []


def test_apps_say_what_they_group(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    post = published(api, ada, "Hello")
    for person in (bob, eve):
        api.post(f"/api/v1/statuses/{post}/favourite", person)
        api.post(f"/api/v1/accounts/{ada.id}/follow", person)
        for emoji in ("🎉", "☕"):
            api.put(f"/api/v1/pleroma/statuses/{post}/reactions/{emoji}", person)
    api.work()
    assert [(one.type, one.notifications_count) for one in groups(api, ada)] == [
        ("pleroma:emoji_reaction", 2),
        ("pleroma:emoji_reaction", 2),
        ("follow", 2),
        ("favourite", 2),
    ]
    assert {one.emoji for one in groups(api, ada, "?types[]=pleroma:emoji_reaction")} == {"🎉", "☕"}
    only = groups(api, ada, "?grouped_types[]=follow&types[]=follow&types[]=favourite")
    assert sorted((one.type, one.notifications_count) for one in only) == [
        ("favourite", 1),
        ("favourite", 1),
        ("follow", 2),
    ]
    assert all(one.group_key.startswith("ungrouped-") for one in only if one.type == "favourite")
    for one in only:
        assert api.get(f"{ALL}/{one.group_key}", ada).json["notification_groups"][0]["type"] == one.type
    count = f"{ALL}/unread_count"
    assert api.get(count, ada).json == {"count": 4}
    assert api.get(f"{count}?grouped_types[]=follow", ada).json == {"count": 7}
    assert api.get(f"{count}?limit=2", ada).json == {"count": 2}
    newest = groups(api, ada)[0].most_recent_notification_id
    api.post("/api/v1/markers", ada, json={"notifications": {"last_read_id": newest}})
    assert api.get(count, ada).json == {"count": 0}


def test_a_group_goes_on_for_twelve_hours(api: Api) -> None:
    """Whatever the moments are: of two keys of one thing, the one that is there is taken while it may be."""
    post = PostId(7)
    for start in (0, 17, HOUR_MS - 1, 11 * HOUR_MS):
        began = 1_700_000_000_000 + start
        first = group_keys(NotificationKind.LIKE, post, began)[0]
        for hours in range(30):
            keys = group_keys(NotificationKind.LIKE, post, began + hours * HOUR_MS)
            assert len(keys) == GROUP_HOURS
            assert (first in keys) == (hours < GROUP_HOURS)
    assert group_keys(NotificationKind.MENTION, post, 1) == []
    beginnings = {
        group_keys(kind, one, 1, emoji)[0]
        for kind, one, emoji in (
            (NotificationKind.LIKE, post, ""),
            (NotificationKind.BOOST, post, ""),
            (NotificationKind.LIKE, PostId(8), ""),
            (NotificationKind.REACTION, post, "a/b ?"),
            (NotificationKind.REACTION, post, "☕"),
            (NotificationKind.FOLLOW, None, ""),
        )
    }
    assert len(beginnings) == 6
    assert all(key.replace("-", "").isalnum() and key.isascii() for key in beginnings)


def crowd(api: Api, ada: Person, seed: int) -> None:
    """Many notifications of several posts, hours and people; some senders are hidden, gone, or kept aside."""
    draw = random.Random(seed)
    people = [api.person(f"p{number}") for number in range(6)]
    posts = [published(api, ada, f"post {number}") for number in range(3)]
    now = api.built.ground.here.now_ms()
    start = (now - 40 * HOUR_MS) << 16
    with api.built.ground.store.write() as db:
        for number in range(60):
            kind = draw.choice(["like", "like", "boost", "follow", "mention"])
            post = None if kind == "follow" else int(draw.choice(posts))
            hour = number // 20
            key = {"mention": f"ungrouped-{start + number}", "follow": f"follow-{hour}"}.get(
                kind, f"{kind}-{post}-{hour}"
            )
            db.run(
                """
                INSERT INTO notification (id, account_id, kind, from_id, post_id, group_key, created_at, emoji, is_filtered)
                VALUES (:id, :ada, :kind, :from_id, :post, :key, :at, :once, :filtered) ON CONFLICT DO NOTHING
                """,
                id=start + number, ada=ada.id, kind=kind, from_id=draw.choice(people).id, post=post,
                key=key, at=now, once=str(number), filtered=int(draw.random() < 0.1),
            )  # fmt: skip
        db.run(
            "UPDATE notification SET group_key = 'ungrouped-' || id, emoji = '' WHERE is_filtered = 1 AND false"
        )
        db.run("UPDATE notification SET group_key = 'ungrouped-' || CAST(id AS TEXT) WHERE is_filtered = 1")
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=people[0].id)
    api.post(f"/api/v1/accounts/{people[1].id}/mute", ada)


def all_pages(api: Api, ada: Person, query: str, direction: str) -> list[dict[str, Any]]:
    pages = []
    reply = api.get(f"{ALL}?{query}", ada)
    while reply.json["notification_groups"]:
        pages.append(reply.json)
        reply = api.get(reply.links[direction], ada)
    return pages


@pytest.mark.parametrize("seed", range(2))
def test_pages_of_groups_are_a_partition_of_the_list(api: Api, seed: int) -> None:
    """Up and down, whatever is asked for: each single notification is in one page, in the group of its key, counted once."""
    ada = api.person("ada")
    crowd(api, ada, seed)
    for query in ("", "types[]=favourite&types[]=follow", "grouped_types[]=favourite", "include_filtered=1"):
        single = api.get(f"/api/v1/notifications?limit=80&{query}", ada).json
        by_id = {int(one["id"]): one for one in single}
        is_grouped = "grouped_types" not in query
        for start, direction in (("limit=3", "next"), ("limit=80", "next"), ("limit=3&min_id=1", "prev")):
            pages = all_pages(api, ada, f"{start}&{query}", direction)
            seen: list[int] = []
            for page in pages:
                told = page["notification_groups"]
                newest = [int(one["most_recent_notification_id"]) for one in told]
                assert newest == sorted(newest, reverse=True)
                floor = min(int(one["page_min_id"]) for one in told)
                for one in told:
                    low, high = int(one["page_min_id"]), int(one["page_max_id"])
                    members = [
                        id
                        for id, each in by_id.items()
                        if _key(each, is_grouped=is_grouped) == one["group_key"] and low <= id <= high
                    ]
                    assert {low, high} <= set(members)
                    assert all(by_id[id]["type"] == one["type"] for id in members)
                    older = [
                        id
                        for id, each in by_id.items()
                        if _key(each, is_grouped=is_grouped) == one["group_key"] and id < floor
                    ]
                    assert one["notifications_count"] == len(members) + len(older)
                    seen += members
            assert sorted(seen) == sorted(by_id)


def _key(one: dict[str, Any], *, is_grouped: bool) -> str:
    if is_grouped or one["type"] == "favourite":
        return str(one["group_key"])
    return f"ungrouped-{one['id']}"


@pytest.mark.parametrize("direction", ["next", "prev"])
def test_a_page_costs_no_more_because_a_group_is_large(
    api: Api, monkeypatch: pytest.MonkeyPatch, direction: str
) -> None:
    """It ends after so many notifications, and the next one goes on there."""
    monkeypatch.setattr(notification_groups, "MOST_READ", 4)
    ada = api.person("ada")
    crowd(api, ada, 5)
    start = "limit=20&min_id=1" if direction == "prev" else "limit=20"
    pages = all_pages(api, ada, start, direction)
    assert len(pages) > 5
    bounds = [
        (min(int(one["page_min_id"]) for one in page["notification_groups"]),
         max(int(one["page_max_id"]) for one in page["notification_groups"]))
        for page in pages
    ]  # fmt: skip
    if direction == "prev":
        bounds.reverse()
    assert all(low > high for (low, _), (_, high) in pairwise(bounds))

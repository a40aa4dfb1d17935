"""Bookmarks in folders, by Pleroma's methods."""

from typing import Any

from martlet.mastodon.bookmark_entities import BookmarkFolder
from martlet.services import sorting_bookmarks
from tests.client import Api, Person
from tests.mastodon.acts import do, publish

FOLDERS = "/api/v1/pleroma/bookmark_folders"


def make(api: Api, person: Person, name: str, **more: Any) -> str:
    reply = api.post(FOLDERS, person, json={"name": name, **more})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


def names(api: Api, person: Person) -> list[str]:
    return [one.name for one in api.get(FOLDERS, person).entity(list[BookmarkFolder])]


def inside(api: Api, person: Person, folder: str) -> list[str]:
    return [one["id"] for one in api.get(f"/api/v1/bookmarks?folder_id={folder}", person).json]


def test_folders_are_made_renamed_and_removed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    recipes = make(api, ada, "Recipes", emoji="🍲")
    make(api, ada, " art  to see ")
    assert names(api, ada) == ["art to see", "Recipes"]
    assert api.get(FOLDERS, ada).json[1] == {
        "id": recipes,
        "name": "Recipes",
        "emoji": "🍲",
        "emoji_url": None,
    }
    for wrong in (
        {"name": "Recipes"},
        {"name": " "},
        {"name": "x" * 101},
        {"name": "y", "emoji": "words"},
        {},
    ):
        assert api.post(FOLDERS, ada, json=wrong).status == 422, wrong
    assert api.patch(f"{FOLDERS}/{recipes}", ada, json={"name": "art to see"}).status == 422
    changed = api.patch(f"{FOLDERS}/{recipes}", ada, form={"name": "Soups"}).json
    assert (changed["name"], changed["emoji"]) == ("Soups", "🍲")
    assert api.patch(f"{FOLDERS}/{recipes}", ada, json={"emoji": ""}).json["emoji"] is None
    for method in ("PATCH", "DELETE"):
        assert api.call(method, f"{FOLDERS}/{recipes}", bob).status == 404
    assert names(api, bob) == []
    assert make(api, bob, "Soups")
    assert api.delete(f"{FOLDERS}/{recipes}", ada).json["name"] == "Soups"
    assert api.delete(f"{FOLDERS}/{recipes}", ada).status == 404
    assert names(api, ada) == ["art to see"]


def test_a_bookmark_is_in_one_folder_or_in_none(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    soups, art = make(api, ada, "Soups"), make(api, ada, "Art")
    posts = [publish(api, bob, f"{number}") for number in range(3)]
    put = do(api, ada, "bookmark", posts[0], folder_id=soups)
    assert (put["bookmarked"], put["pleroma"]) == (True, {"bookmark_folder": soups})
    do(api, ada, "bookmark", posts[1], folder_id=soups)
    assert "pleroma" not in do(api, ada, "bookmark", posts[2])
    assert inside(api, ada, soups) == [posts[1]["id"], posts[0]["id"]]
    listed = api.get("/api/v1/bookmarks", ada).json
    assert [one["pleroma"]["bookmark_folder"] for one in listed] == [None, soups, soups]

    do(api, ada, "bookmark", posts[0], folder_id=art)
    do(api, ada, "bookmark", posts[0])  # an app that knows no folders takes it out of none
    assert (inside(api, ada, soups), inside(api, ada, art)) == ([posts[1]["id"]], [posts[0]["id"]])
    do(api, ada, "bookmark", posts[0], folder_id="")
    assert inside(api, ada, art) == []
    do(api, ada, "unbookmark", posts[1])
    do(api, ada, "bookmark", posts[1])
    assert inside(api, ada, soups) == []
    do(api, ada, "bookmark", posts[1], folder_id=soups)
    api.delete(f"{FOLDERS}/{soups}", ada)
    assert api.get(f"/api/v1/bookmarks?folder_id={soups}", ada).status == 404
    assert len(api.get("/api/v1/bookmarks", ada).json) == 3
    assert {one["pleroma"]["bookmark_folder"] for one in api.get("/api/v1/bookmarks", ada).json} == {None}


def test_a2_nobody_sorts_into_others_folders(api: Api) -> None:
    """Nor looks into them; and what could not be sorted was not bookmarked either."""
    ada, bob = api.person("ada"), api.person("bob")
    soups, post = make(api, ada, "Soups"), publish(api, ada)
    do(api, ada, "bookmark", post, folder_id=soups)
    assert api.post(f"/api/v1/statuses/{post['id']}/bookmark", bob, json={"folder_id": soups}).status == 404
    assert api.get("/api/v1/bookmarks", bob).json == []
    assert api.get(f"/api/v1/bookmarks?folder_id={soups}", bob).status == 404


def test_pages_of_a_folder_and_how_many_there_may_be(api: Api) -> None:
    ada = api.person("ada")
    soups = make(api, ada, "Soups")
    posts = [publish(api, ada, f"{number}")["id"] for number in range(5)]
    for post in posts:
        do(api, ada, "bookmark", {"id": post}, folder_id=soups)
    first = api.get(f"/api/v1/bookmarks?limit=2&folder_id={soups}", ada)
    second = api.get(first.links["next"], ada)
    assert [one["id"] for one in first.json + second.json] == posts[:0:-1]
    for number in range(sorting_bookmarks.FOLDERS - 1):
        make(api, ada, f"folder {number}")
    assert api.post(FOLDERS, ada, json={"name": "one more"}).status == 422

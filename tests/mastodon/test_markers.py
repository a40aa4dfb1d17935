"""Markers and preferences."""

from tests.client import Api

MARKERS = "/api/v1/markers"


def test_markers_are_kept_and_count_their_changes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert api.get(MARKERS, ada, query={"timeline[]": ["home"]}).json == {}
    first = api.post(MARKERS, ada, json={"home": {"last_read_id": "7"}}).json
    assert (first["home"]["last_read_id"], first["home"]["version"]) == ("7", 1)
    second = api.post(MARKERS, ada, form={"home[last_read_id]": "9", "notifications[last_read_id]": "3"}).json
    assert second["home"]["version"] == 2
    assert second["notifications"]["last_read_id"] == "3"
    assert api.get(MARKERS, ada, query={"timeline[]": ["home", "notifications"]}).json == second
    assert api.get(MARKERS, ada, query={"timeline[]": "home"}).json == {"home": second["home"]}
    assert api.get(MARKERS, ada).json == {}
    assert api.get(MARKERS, bob, query={"timeline[]": ["home"]}).json == {}


def test_what_is_no_id_is_no_marker(api: Api) -> None:
    ada = api.person("ada")
    assert api.post(MARKERS, ada, json={"home": {"last_read_id": "x"}}).status == 422
    assert api.post(MARKERS, ada, json={"home": {}}).status == 422
    assert api.post(MARKERS, ada, json={}).json == {}


def test_preferences(api: Api) -> None:
    ada = api.person("ada")
    with api.built.ground.store.write() as db:
        db.run(
            "UPDATE users SET default_visibility = 2, default_language = 'de', open_warnings = 1 WHERE account_id = :id",
            id=ada.id,
        )
    assert api.get("/api/v1/preferences", ada).json == {
        "posting:default:visibility": "private",
        "posting:default:sensitive": False,
        "posting:default:language": "de",
        "posting:default:quote_policy": "public",
        "posting:default:local_only": False,
        "posting:default:expires_in": None,
        "reading:expand:media": "default",
        "reading:expand:spoilers": True,
        "reading:autoplay:gifs": False,
    }
    assert api.get("/api/v1/preferences", api.app_token()).status == 422

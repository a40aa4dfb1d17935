"""Timelines: home, public, by hashtag, an account's."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from martlet import app
from martlet.model.events import PostPublished
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.visibility import Visibility
from martlet.services import following, timelines, visiting
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import attached, posts
from martlet.storage.attached import Tag
from tests.client import Api, Person, Reply

HOME = "/api/v1/timelines/home"
PUBLIC = "/api/v1/timelines/public"


def follow(api: Api, follower: Person, followed: Person, **columns: Any) -> None:
    """As the use case would, with its reaction."""
    values = {"shows_boosts": 1, "languages": None} | columns
    with api.built.ground.store.write() as db:
        db.run(
            """
            INSERT INTO follow (follower_id, followed_id, id, is_accepted, shows_boosts, languages)
            VALUES (:follower, :followed, :id, 1, :shows_boosts, :languages)
            """,
            follower=follower.id,
            followed=followed.id,
            id=api.built.ground.here.next_id(),
            **values,
        )


def hide(
    api: Api, viewer: Person, author: Person, *, is_barred: bool = False, until: int | None = None
) -> None:
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO hidden (viewer_id, author_id, is_barred, until) VALUES (:viewer, :author, :barred, :until)",
            viewer=viewer.id,
            author=author.id,
            barred=int(is_barred),
            until=until,
        )


def post(api: Api, by: Person, text: str = "Hello", **form: str) -> str:
    reply = api.post("/api/v1/statuses", by, form={"status": text, **form})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


def boost(api: Api, by: Person, post: str) -> str:
    """A boost, put straight into the database, with its event."""
    here = api.built.ground.here
    id = PostId(here.next_id())
    with api.built.ground.store.write() as db:
        posts.insert(
            db,
            Post(
                id=id,
                uri=here.post_uri(by.username, id),
                url="",
                author_id=by.id,
                visibility=Visibility.PUBLIC,
                thread_id=id,
                is_local=1,
                created_at=here.now_ms(),
                boost_of_id=PostId(int(post)),
            ),
        )
        db.emit(PostPublished(id))
    return str(id)


def ids(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json]


def home(api: Api, viewer: Person, query: str = "") -> list[str]:
    api.work()
    return ids(api.get(f"{HOME}?limit=40&{query}", viewer))


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


@pytest.fixture
def cleo(api: Api) -> Person:
    return api.person("cleo")


def test_home_needs_a_token(api: Api) -> None:
    assert api.get(HOME).status == 401
    assert api.get(HOME, api.app_token()).status == 422


def test_home_shows_ones_own_posts_and_those_one_follows(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    follow(api, ada, bob)
    own, followed = post(api, ada), post(api, bob)
    post(api, cleo)
    assert home(api, ada) == [followed, own]


def test_paging_in_both_directions(api: Api, ada: Person) -> None:
    made = [post(api, ada, f"{n}") for n in range(9)][::-1]
    first = api.get(f"{HOME}?limit=3", ada)
    assert ids(first) == made[:3]
    second = api.get(first.links["next"], ada)
    assert ids(second) == made[3:6]
    assert ids(api.get(second.links["prev"], ada)) == made[:3]
    assert ids(api.get(f"{HOME}?limit=2&since_id={made[8]}", ada)) == made[:2]
    assert ids(api.get(f"{HOME}?limit=2&min_id={made[8]}", ada)) == made[6:8]
    assert ids(api.get(f"{HOME}?limit=40&min_id={made[8]}&max_id={made[0]}", ada)) == made[1:8]
    assert "limit=3" in first.links["next"]


def test_odd_limits_and_ids_do_no_harm(api: Api, ada: Person) -> None:
    made = post(api, ada)
    for query in (
        "limit=0",
        "limit=-3",
        "limit=ten",
        f"limit={10**30}",
        "limit=9999",
        "max_id=x",
        "since_id=",
        f"max_id={10**30}",
    ):
        assert ids(api.get(f"{HOME}?{query}", ada)) == [made]


def test_followers_posts_and_direct_ones_reach_whom_they_are_for(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    follow(api, ada, bob)
    follow(api, cleo, bob)
    private = post(api, bob, visibility="private")
    direct = post(api, bob, visibility="direct")
    with api.built.ground.store.write() as db:
        attached.insert_mentions(db, PostId(int(direct)), [ada.id])
    assert home(api, ada) == [direct, private]
    assert home(api, cleo) == [private]


def test_answers_are_shown_only_where_one_knows_the_person_answered(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    follow(api, ada, bob)
    strange = post(api, cleo)
    mine = post(api, ada)
    to_strange, to_me = post(api, bob, in_reply_to_id=strange), post(api, bob, in_reply_to_id=mine)
    to_self = post(api, bob, in_reply_to_id=to_strange)
    assert home(api, ada) == [to_self, to_me, mine]
    follow(api, ada, cleo)
    later = post(api, bob, in_reply_to_id=strange)
    assert to_strange not in home(api, ada)
    assert later in home(api, ada)


def test_a_boost_is_left_out_where_the_post_was_just_seen(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    dora = api.person("dora")
    for followed in (bob, dora):
        follow(api, ada, followed)
    seen, unseen = post(api, bob), post(api, cleo)
    assert home(api, ada) == [seen]
    boost(api, dora, seen)
    first = boost(api, bob, unseen)
    assert home(api, ada) == [first, seen]
    boost(api, dora, unseen)
    assert home(api, ada) == [first, seen]


def test_boosts_and_languages_as_the_follower_wants_them(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    follow(api, ada, bob, shows_boosts=0, languages='["de"]')
    boost(api, bob, post(api, cleo))
    german = post(api, bob, language="de")
    post(api, bob, language="en")
    assert home(api, ada) == [german]


def test_nobody_is_shown_whom_they_mute_or_block(api: Api, ada: Person, bob: Person, cleo: Person) -> None:
    for followed in (bob, cleo):
        follow(api, ada, followed)
    post(api, bob)
    boosted = post(api, bob)
    kept = post(api, cleo)
    boost(api, cleo, boosted)
    answer = post(api, cleo, in_reply_to_id=boosted)
    assert answer in home(api, ada)
    hide(api, ada, bob)
    assert home(api, ada) == [answer, kept]
    post(api, cleo, in_reply_to_id=boosted)
    assert home(api, ada) == [answer, kept]
    assert ids(api.get(PUBLIC, ada)) == [kept]


def test_a_mute_that_is_over_hides_nothing(api: Api, ada: Person, bob: Person) -> None:
    made = post(api, bob)
    hide(api, ada, bob, until=api.built.ground.here.now_ms() - 1000)
    assert ids(api.get(PUBLIC, ada)) == [made]


def test_who_is_blocked_by_the_author_sees_nothing_even_after_a_mutes_end(
    api: Api, ada: Person, bob: Person
) -> None:
    post(api, bob)
    hide(api, ada, bob, is_barred=True, until=1)
    assert ids(api.get(PUBLIC, ada)) == []
    assert ids(api.get(f"/api/v1/accounts/{bob.id}/statuses", ada)) == []


def test_following_brings_last_posts_and_unfollowing_takes_them_at_once(
    api: Api, ada: Person, bob: Person
) -> None:
    made = [post(api, bob), post(api, bob)]
    store, here = api.built.ground.store, api.built.ground.here
    with store.write() as db:
        following.follow(db, ada.id, bob.id, following.Wanted(), here)
    assert home(api, ada) == made[::-1]
    with store.write() as db:
        following.unfollow(db, ada.id, bob.id)
    assert ids(api.get(HOME, ada)) == []


def test_who_was_away_finds_the_timeline_rebuilt_once(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    follow(api, ada, bob)
    early = [post(api, bob), post(api, bob, visibility="private"), post(api, ada)]
    post(api, bob, in_reply_to_id=post(api, cleo))
    before = home(api, ada)
    assert before == early[::-1]
    drop(api, ada.id)
    later = post(api, bob)
    assert home(api, ada) == [later, *before]
    drop(api, ada.id)
    replies = api.at_once([api.calling("GET", HOME, ada) for _ in range(4)])
    assert [ids(reply) for reply in replies] == [[later, *before]] * 4


def drop(api: Api, account: AccountId) -> None:
    """As if they had been away for two weeks."""
    store, here = api.built.ground.store, api.built.ground.here
    with store.write() as db:
        db.run("UPDATE users SET seen_at = 1000, created_at = 1000 WHERE account_id = :id", id=account)
        db.run("UPDATE home SET built_at = 1000 WHERE account_id = :id", id=account)
    api.work()
    api.run(timelines.tidy(store, "", here))
    with store.read() as db:
        assert not db.value("SELECT count(*) FROM timeline_entry WHERE timeline_id = :id", id=account)


def test_a_timeline_keeps_only_its_newest_entries(
    api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timelines, "KEPT", 3)
    made = [post(api, ada) for _ in range(5)]
    api.run(timelines.tidy(api.built.ground.store, "", api.built.ground.here))
    assert home(api, ada) == made[:1:-1]


def test_public_shows_what_anybody_wrote_to_all(api: Api, ada: Person, bob: Person) -> None:
    public = post(api, ada)
    for visibility in ("unlisted", "private", "direct"):
        post(api, ada, visibility=visibility)
    boost(api, bob, public)
    post(api, bob, in_reply_to_id=public)
    thread = post(api, ada, in_reply_to_id=public)
    for viewer in (None, ada, bob):
        assert ids(api.get(PUBLIC, viewer)) == [thread, public]
        assert ids(api.get(f"{PUBLIC}?local=true", viewer)) == [thread, public]
        assert ids(api.get(f"{PUBLIC}?remote=true", viewer)) == []
        assert ids(api.get(f"{PUBLIC}?only_media=true", viewer)) == []


def test_limited_accounts_are_not_in_public(api: Api, ada: Person, bob: Person) -> None:
    post(api, ada, "Hello #cats")
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET limited_at = 1 WHERE id = :id", id=ada.id)
    assert ids(api.get(PUBLIC, bob)) == []


def tag(api: Api, post: str, names: Iterable[str]) -> None:
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        attached.insert_tags(db, PostId(int(post)), [(here.next_id(), Tag(name, name)) for name in names])


def test_hashtags(api: Api, ada: Person) -> None:
    both, cats, town = post(api, ada), post(api, ada), post(api, ada)
    tag(api, both, ["cats", "北京"])
    tag(api, cats, ["cats"])
    tag(api, town, ["北京", "muller"])
    timeline = "/api/v1/timelines/tag"
    assert ids(api.get(f"{timeline}/Cats")) == [cats, both]
    assert ids(api.get(f"{timeline}/北京")) == [town, both]
    assert ids(api.get(f"{timeline}/Müller")) == [town]
    assert ids(api.get(f"{timeline}/cats", query={"all[]": "北京"})) == [both]
    assert ids(api.get(f"{timeline}/cats", query={"none[]": "北京"})) == [cats]
    assert ids(api.get(f"{timeline}/cats", query={"any[]": ["北京", "nothing"]})) == [town, cats, both]
    assert ids(api.get(f"{timeline}/cats", query={"all[]": "nothing"})) == []
    assert ids(api.get(f"{timeline}/nothing")) == []
    first = api.get(f"{timeline}/北京?limit=1&local=true")
    assert quote("北京") in first.headers["link"]
    assert first.links["next"].endswith(f"limit=1&local=true&max_id={town}")


def test_a_path_cannot_add_headers(api: Api, ada: Person) -> None:
    tag(api, post(api, ada), ["cats"])
    assert "\r" not in api.get("/api/v1/timelines/tag/cats\r\nx:y").headers.get("link", "")


def test_an_accounts_posts(api: Api, ada: Person, bob: Person, cleo: Person) -> None:
    follow(api, cleo, ada)
    other = post(api, bob)
    public = post(api, ada)
    answer = post(api, ada, in_reply_to_id=other)
    private = post(api, ada, visibility="private")
    direct = post(api, ada, visibility="direct")
    boosted = boost(api, ada, other)
    tag(api, public, ["cats"])
    path = f"/api/v1/accounts/{ada.id}/statuses"
    assert ids(api.get(path)) == [boosted, answer, public]
    assert ids(api.get(path, bob)) == [boosted, answer, public]
    assert ids(api.get(path, cleo)) == [boosted, private, answer, public]
    assert ids(api.get(path, ada)) == [boosted, direct, private, answer, public]
    assert ids(api.get(f"{path}?exclude_replies=true")) == [boosted, public]
    assert ids(api.get(f"{path}?exclude_reblogs=1")) == [answer, public]
    assert ids(api.get(f"{path}?tagged=Cats")) == [public]
    assert ids(api.get(f"{path}?tagged=dogs")) == []
    assert ids(api.get(f"{path}?only_media=true")) == []
    assert ids(api.get(f"{path}?pinned=true")) == []
    assert api.get("/api/v1/accounts/1/statuses").status == 404
    assert api.get("/api/v1/accounts/x/statuses").status == 404
    hide(api, bob, ada)  # one's own mutes do not count on a profile
    assert ids(api.get(path, bob)) == [boosted, answer, public]


def test_pinned_posts_are_shown_last_pinned_first(api: Api, ada: Person) -> None:
    made = [post(api, ada) for _ in range(3)]
    with api.built.ground.store.write() as db:
        for one in (made[2], made[0]):
            db.run(
                "INSERT INTO pin (account_id, post_id, id) VALUES (:account, :post, :id)",
                account=ada.id,
                post=int(one),
                id=api.built.ground.here.next_id(),
            )
    assert ids(api.get(f"/api/v1/accounts/{ada.id}/statuses?pinned=true")) == [made[0], made[2]]


@pytest.mark.parametrize(("path", "column"), [("favourites", "liked_id"), ("bookmarks", "bookmarked_id")])
def test_marked_posts_are_paged_by_their_marks(
    api: Api, ada: Person, bob: Person, path: str, column: str
) -> None:
    made = [post(api, bob) for _ in range(5)]
    order = [made[2], made[0], made[4], made[1], made[3]]
    marks = []
    with api.built.ground.store.write() as db:
        for one in order:
            marks.append(api.built.ground.here.next_id())
            db.run(
                f"INSERT INTO mark (account_id, post_id, {column}) VALUES (:account, :post, :id)",
                account=ada.id,
                post=int(one),
                id=marks[-1],
            )
    first = api.get(f"/api/v1/{path}?limit=2", ada)
    assert ids(first) == [made[3], made[1]]
    assert f"max_id={marks[3]}" in first.links["next"]
    assert f"min_id={marks[4]}" in first.links["prev"]
    second = api.get(first.links["next"], ada)
    assert ids(second) == [made[4], made[0]]
    last = api.get(second.links["next"], ada)
    assert ids(last) == [made[2]]
    assert "next" not in last.links
    assert ids(api.get(second.links["prev"], ada)) == [made[3], made[1]]
    assert ids(api.get(f"/api/v1/{path}", bob)) == []
    assert api.get(f"/api/v1/{path}").status == 401


def test_what_is_no_longer_for_ones_eyes_is_not_among_ones_marks(api: Api, ada: Person, bob: Person) -> None:
    made = post(api, bob)
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO mark (account_id, post_id, liked_id) VALUES (:account, :post, 5)",
            account=ada.id,
            post=int(made),
        )
    assert ids(api.get("/api/v1/favourites", ada)) == [made]
    hide(api, ada, bob, is_barred=True)
    assert ids(api.get("/api/v1/favourites", ada)) == []


def test_visits_are_noted_once_a_day(api: Api, ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    store, here = api.built.ground.store, api.built.ground.here
    today = here.now_ms() // visiting.DAY * visiting.DAY
    api.get(HOME, ada)
    api.work()
    with store.read() as db:
        assert db.value("SELECT seen_at FROM users WHERE account_id = :id", id=ada.id) == today
        assert db.value("SELECT seen_at FROM token WHERE account_id = :id", id=ada.id) == today
    monkeypatch.setattr(visiting, "note", None)
    api.get(HOME, ada)
    api.work()
    with store.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE name = :name", name=timelines.TIDY) == 1


def test_where_public_pages_are_for_members_others_are_turned_away(
    ground: Ground, settings: Settings
) -> None:
    closed = replace(ground, here=replace(ground.here, set_public_preview=False))
    api = Api(app.build_on(closed, settings))
    try:
        member = api.person("member")
        for path in (PUBLIC, f"{PUBLIC}?local=true", "/api/v1/timelines/tag/cats"):
            assert api.get(path).status == 401
            assert api.get(path, api.app_token()).status == 422
            assert api.get(path, member).status == 200
    finally:
        api.close()

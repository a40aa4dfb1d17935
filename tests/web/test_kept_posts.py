"""Posts in members' lists are rendered once and kept; nobody may be shown another's, or an old one."""

from tests.client import Api, Person
from tests.mastodon.acts import publish
from tests.web.acts import inside


def test_what_is_kept_of_a_post_is_never_anothers_nor_old(api: Api) -> None:
    """Each page is asked for twice: the second comes from what was kept."""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    asked = publish(api, ada, "Which bread?", poll={"options": ["Rye", "Spelt"], "expires_in": 3600})
    first = publish(api, bob, "The first words")
    publish(api, eve, "Look at this", quoted_status_id=first["id"])
    browsers = {one.id: inside(api, one) for one in (ada, bob, eve)}

    def seen(who: Person) -> str:
        pages = [browsers[who.id].get("/local").text for _ in range(2)]
        posts = [page[page.index("<article") : page.rindex("</article>")] for page in pages]
        assert posts[0] == posts[1]
        return posts[1]

    def boosts(who: Person, post: str) -> bool:
        return f'name="boost" value="{post}"' in "".join(browsers[who.id].get("/home").text for _ in range(2))

    assert api.post(f"/api/v1/accounts/{ada.id}/follow", bob).status == 200
    mine = publish(api, ada, "For followers", visibility="private")["id"]
    api.work()
    for one in (ada, bob, ada, bob):
        assert boosts(one, mine) is (one is ada), "only the author boosts what is for followers"

    poll = asked["poll"]["id"]
    votes = f'name="vote" value="{poll}"'
    assert votes not in seen(ada)
    assert votes in seen(bob)
    assert api.post(f"/api/v1/polls/{poll}/votes", bob, json={"choices": [0]}).status == 200
    assert "(your choice)" in seen(bob)
    assert "(your choice)" not in seen(eve)
    assert "100 %" in seen(ada)

    assert seen(eve).count("The first words") == 2
    assert api.put(f"/api/v1/statuses/{first['id']}", bob, json={"status": "Other words"}).status == 200
    assert seen(eve).count("Other words") == 2
    assert seen(ada).count("Other words") == 2
    assert "The first words" not in seen(eve)
    assert api.post(f"/api/v1/accounts/{ada.id}/block", bob).status == 200
    assert "Other words" not in seen(ada)
    assert seen(eve).count("Other words") == 2
    assert api.delete(f"/api/v1/statuses/{first['id']}", bob).status == 200
    assert "Other words" not in seen(eve)

"""Posts that wait, and known spam, at the desk."""

import msgspec
import pytest

from martlet.settings import Settings
from tests.client import Api
from tests.mastodon.acts import publish
from tests.mastodon.moderating import log, staff
from tests.web.acts import inside
from tests.web.desking import press, sit_down, text_of, ways

LINK = "Look at https://pills.example/now, the best pills that you have ever seen"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, hold_first_posts=5)


def test_posts_are_let_through_refused_and_known_again(api: Api) -> None:
    boss, mo, ada, bob = (
        staff(api, "boss", "owner"),
        sit_down(api, "mo", "moderator"),
        api.person("ada"),
        api.person("bob"),
    )
    good, bad, answer = publish(api, ada, LINK), publish(api, bob, f"{LINK} and more of it"), None
    answer = publish(api, ada, "And further", in_reply_to_id=good["id"])
    assert "3 posts" in mo.get("/desk").text
    queue = text_of(mo.get("/desk/held"))
    assert queue.index("@ada") < queue.index("@bob"), "the oldest first"
    assert ways(mo.get("/desk/held"), r"/desk/held/\d+") == [
        f"/desk/held/{one['id']}" for one in (good, bad, answer)
    ]
    page = text_of(mo.get(f"/desk/held/{good['id']}"))
    assert "pills.example" in page
    assert "somebody new, with a link" in page
    below = mo.get(f"/desk/held/{answer['id']}")
    assert "What this post answers waits as well." in text_of(below)
    refused = press(mo, f"/desk/held/{answer['id']}/release")
    assert refused.status == 422
    assert "look at that first" in text_of(refused)
    assert "It stands in the log." in press(mo, f"/desk/held/{good['id']}/release").text
    press(mo, f"/desk/held/{answer['id']}/release")
    assert api.get(f"/api/v1/statuses/{good['id']}").status == 200
    assert api.get(f"/api/v1/statuses/{answer['id']}").status == 200
    press(mo, f"/desk/held/{bad['id']}/spam")
    api.work()
    assert api.get(f"/api/v1/statuses/{bad['id']}").status == 404
    assert "Nothing waits." in mo.get("/desk/held").text
    again = mo.get(f"/desk/held/{bad['id']}")
    assert "not let through" in again.text
    assert ways(again, r"/desk/held/\d+/refuse") == [], "it was refused already"
    assert f"/desk/held/{bad['id']}" in text_of(mo.get("/desk/held?state=refused"))
    marks = mo.get("/desk/spam")
    assert bad["url"] in text_of(marks)
    [way] = ways(marks, r"/desk/spam/\d+/end")
    mo.send(marks, {}, way)
    assert "Nothing was marked as spam." in mo.get("/desk/spam").text
    acts = [one["action"] for one in log(api, boss)]
    assert acts[:3] == ["spam_mark.remove", "spam_mark.add", "held_post.refuse"]
    for broken in (f"/desk/held/{bad['id']}/bake", "/desk/held/1", "/desk/held/1/release"):
        assert mo.get(broken).status == 404, broken


def test_whoever_wrote_it_reads_so_in_the_news(api: Api) -> None:
    mo, ada = sit_down(api, "mo", "moderator"), api.person("ada")
    publish(api, ada, LINK)
    [way] = ways(mo.get("/desk/held"), r"/desk/held/\d+")
    press(mo, f"{way}/refuse")
    api.work()
    assert "was not let through by those who look after this server" in inside(api, ada).get("/news").text

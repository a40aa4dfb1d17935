"""What Mastodon does not have, used in the browser: emoji for a post, and answers that need approval."""

from tests.browser import Browser, forms
from tests.client import Api, Person, Reply
from tests.mastodon.acts import publish


def inside(api: Api, who: Person) -> Browser:
    browser = Browser(api)
    browser.sign_in(who)
    return browser


def press(browser: Browser, page: Reply, action: str, **fields: str) -> Reply:
    (form,) = [one for one in forms(page) if one.action == action]
    return browser.follow(browser.post(action, {**form.fields, **fields}))


def test_an_emoji_is_chosen_and_taken_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, ada, "The ferry runs again")
    hidden = publish(api, ada, "for followers", visibility="private")
    browser, more = inside(api, bob), f"/@ada/{post['id']}/more"

    def told(reader: Person) -> list[tuple[str, int, bool]]:
        shown = api.get(f"/api/v1/statuses/{post['id']}", reader).json
        return [(one["name"], one["count"], one["me"]) for one in shown["emoji_reactions"]]

    page = press(browser, browser.get(more), "/act/emoji", emoji=" 🎉 ")
    assert told(bob) == [("🎉", 1, True)]
    assert 'aria-pressed="true"' in page.text
    author = inside(api, ada)
    press(author, author.get(more), "/act/emoji", take="🎉")
    assert told(ada) == [("🎉", 2, True)]
    page = press(browser, browser.get(more), "/act/emoji", emoji="no emoji")
    assert "This is no emoji that is known here" in page.text
    press(browser, browser.get(more), "/act/emoji", drop="🎉")
    assert told(bob) == [("🎉", 1, False)]
    form = forms(browser.get(more))
    (fields,) = [one.fields for one in form if one.action == "/act/emoji"]
    assert browser.post("/act/emoji", {**fields, "post": hidden["id"], "emoji": "🎉"}).status == 404


def test_an_answer_is_let_in_or_not_from_the_news(api: Api) -> None:
    ada, bob, eve = api.person("ada"), api.person("bob"), api.person("eve")
    policy = {"can_reply": {"always": ["author"], "with_approval": ["public"]}}
    post = publish(api, ada, "Ask first", interaction_policy=policy)
    answers = [publish(api, bob, f"answer {n}", in_reply_to_id=post["id"]) for n in range(2)]
    api.work()
    browser, path = inside(api, ada), "/news/answers/{}"
    news = browser.get("/news")
    waiting = [one.action for one in forms(news) if one.action.startswith("/news/answers/")]
    assert sorted(waiting) == sorted(path.format(one["id"]) for one in answers)
    other = inside(api, eve)
    csrf = forms(other.get("/home"))[0].fields["csrf"]
    assert other.post(path.format(answers[0]["id"]), {"csrf": csrf, "approve": "1"}).status == 404
    page = press(browser, news, path.format(answers[0]["id"]), approve="1")
    assert "The answer is there for all" in page.text
    page = press(browser, page, path.format(answers[1]["id"]), refuse="1")
    assert [one.action for one in forms(page) if one.action.startswith("/news/answers/")] == []
    api.work()
    seen = [api.get(f"/api/v1/statuses/{one['id']}", eve).status for one in answers]
    assert seen == [200, 404]

"""What other software sends, read without loss of what we show."""

from typing import Any

import pytest

from martlet.activitypub import addressing, parse
from martlet.activitypub.things import (
    Attachment,
    Like,
    Mention,
    Picture,
    Poll,
    ProfileField,
    Publish,
    Revise,
    Writing,
)
from martlet.model.names import Uri
from martlet.model.visibility import Visibility
from tests.golden import reading


def golden(name: str) -> Any:
    return reading.document(name.removesuffix(".json"))


@pytest.mark.parametrize("name", reading.documents())
def test_every_document_is_read_as_it_was(name: str) -> None:
    """Whole: see the file that ends in `.read.json`. Over the list there is nothing that is not read."""
    assert reading.read(name) == reading.expected(name)


def published(name: str) -> Writing:
    act = parse.act(golden(name))
    assert isinstance(act, Publish)
    assert isinstance(act.post, Writing)
    assert act.post.author == act.actor
    return act.post


def test_mastodon_note() -> None:
    post = published("mastodon/note.json")
    assert post.uri == "https://mastodon.example/users/ada/statuses/1101"
    assert post.warning == "Birds"
    assert post.is_sensitive
    assert post.language == "en"
    assert post.reply_to == "https://martlet.example/users/bob/posts/7"
    assert post.url == "https://mastodon.example/@ada/1101"
    assert post.created_at == 1_795_162_530_000
    assert post.edited_at == 1_795_165_200_000
    assert post.mentions == (Mention(Uri("https://martlet.example/users/bob"), "@bob@martlet.example"),)
    assert post.hashtags == ("birds",)
    assert [one.shortcode for one in post.emojis] == ["swift"]
    assert post.attachments == (
        Attachment(
            "https://files.mastodon.example/media/1/original/a.jpg",
            "image/jpeg",
            "A swift over roofs",
            "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
            1200,
            800,
            None,
            (0.25, -0.5),
        ),
    )
    assert addressing.visibility(post.to, post.cc, "") == Visibility.PUBLIC


def test_mastodon_poll() -> None:
    post = parse.writing(golden("mastodon/poll.json"))
    assert post.poll == Poll(
        (("Green", 3), ("Black", 2)), is_multiple=False, expires_at=1_795_248_930_000, voters_count=5
    )
    assert post.language == "de"
    assert addressing.visibility(post.to, post.cc, "") == Visibility.UNLISTED


def test_mastodon_actor() -> None:
    profile = parse.profile(golden("mastodon/actor.json"))
    assert profile.kind == "person"
    assert profile.username == "ada"
    assert profile.name == "Ada :swift:"
    assert profile.shared_inbox == "https://mastodon.example/inbox"
    assert profile.is_locked
    assert profile.is_discoverable
    assert not profile.is_indexable
    assert profile.avatar == Picture("https://files.mastodon.example/avatars/ada.png", "Ada")
    assert profile.fields == (ProfileField("Home", '<a href="https://ada.example" rel="me">ada.example</a>'),)
    assert profile.aliases == ("https://old.example/users/ada",)
    assert profile.featured == "https://mastodon.example/users/ada/collections/featured"


def test_gotosocial_note() -> None:
    """One recipient, tag and attachment without a list around them; moments to the microsecond."""
    post = published("gotosocial/note.json")
    assert post.created_at == 1_795_158_000_123
    assert post.mentions == (Mention(Uri("https://martlet.example/users/bob"), "@bob@martlet.example"),)
    assert [one.description for one in post.attachments] == ["A harbour"]
    assert post.warning == ""
    assert addressing.visibility(post.to, post.cc, "") == Visibility.PUBLIC


def test_misskey_note() -> None:
    post = published("misskey/note.json")
    assert "いい天気" in post.html
    assert post.quote_of == "https://mastodon.example/users/ada/statuses/1101"
    assert post.reply_to is None
    assert addressing.visibility(post.to, post.cc, "") == Visibility.UNLISTED


def test_misskey_reaction() -> None:
    act = parse.act(golden("misskey/reaction.json"))
    assert act == Like(
        Uri("https://misskey.example/likes/9def"),
        Uri("https://misskey.example/users/9u1"),
        Uri("https://martlet.example/users/bob/posts/7"),
        "🎉",
    )


# -- oddities that no document above has -----------------------------------

NOTE: dict[str, Any] = {
    "id": "https://odd.example/1",
    "type": "Note",
    "attributedTo": "https://odd.example/ada",
    "content": "<p>Hello</p>",
}


def odd(**more: Any) -> Writing:
    return parse.writing({**NOTE, **more})


def test_of_several_languages_the_one_is_told_in_which_the_words_are() -> None:
    both = {"de": "<p>Hallo</p>", "en": "<p>Hello</p>"}
    assert (odd(contentMap=both).html, odd(contentMap=both).language) == ("<p>Hello</p>", "en")
    only = odd(content=None, contentMap=both, inLanguage="en")
    assert (only.html, only.language) == ("<p>Hello</p>", "en")
    assert odd(content=None, contentMap=both).language == "de"
    assert odd(content="<p>Salut</p>", contentMap=both).language is None
    assert odd(content="<p>Salut</p>", contentMap=both, language={"identifier": "fr"}).language == "fr"
    titled = odd(type="Article", name=None, nameMap={"de": "Titel", "en": "Title"}, contentMap=both)
    assert titled.title == "Title"


def test_a_language_said_in_the_context() -> None:
    act = {"id": "https://odd.example/2", "type": "Create", "actor": NOTE["attributedTo"], "object": NOTE}
    said = parse.act({**act, "@context": ["https://www.w3.org/ns/activitystreams", {"@language": "eo"}]})
    assert isinstance(said, Publish)
    assert isinstance(said.post, Writing)
    assert said.post.language == "eo"
    assert odd(**{"@context": {"@language": "und"}}).language is None


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"content": "as *typed*", "mediaType": "text/markdown"}, ("as *typed*", True)),
        ({"content": "[b]x[/b]", "mediaType": "text/bbcode"}, ("", False)),
        ("as typed", ("", False)),
    ],
    ids=["markdown", "bbcode", "a text"],
)
def test_what_was_typed_stands_in_for_the_content(source: Any, words: tuple[str, bool]) -> None:
    post = odd(content=None, source=source)
    assert (post.html, post.is_plain) == words


def test_words_as_json_ld_writes_them_out() -> None:
    post = odd(content=[{"@value": "<p>Hi</p>", "@language": "en"}], to="as:Public", type=["as:Note", "x:Y"])
    assert post.html == "<p>Hi</p>"
    assert addressing.visibility(post.to, post.cc, "") == Visibility.PUBLIC


def test_one_sensitive_picture_makes_a_sensitive_post() -> None:
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://odd.example/1.png"}
    assert odd(attachment=[picture, {**picture, "sensitive": True}]).is_sensitive
    assert not odd(attachment=picture).is_sensitive


def test_tags_in_odd_shapes() -> None:
    post = odd(
        tag=[
            {"type": "Hashtag", "href": "https://odd.example/tags/K%C3%A4se"},
            {"type": ["Hashtag"], "name": " #Brot"},
            {"type": "as:Hashtag", "name": "＃お茶"},
            {"type": "toot:Emoji", "name": "blob", "icon": [{"url": "https://odd.example/b.png"}]},
            {"type": "Mention", "href": {"id": "https://odd.example/bob"}},
            "plain", None, 7,
        ]
    )  # fmt: skip
    assert post.hashtags == ("Käse", "Brot", "お茶")
    assert [one.shortcode for one in post.emojis] == ["blob"]
    assert [one.uri for one in post.mentions] == ["https://odd.example/bob"]


def test_an_act_without_a_name_has_one_of_its_own() -> None:
    act = {"type": "Like", "actor": {"id": NOTE["attributedTo"]}, "object": "https://b.example/1"}
    like, same = parse.act(act), parse.act(dict(reversed(act.items())))
    assert isinstance(like, Like)
    assert like == same
    assert like.uri.startswith(f"{NOTE['attributedTo']}#")
    assert parse.act({**act, "object": "https://b.example/2"}).uri != like.uri


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ({"type": "Link", "href": "https://odd.example/a.webp"}, "image/"),
        ({"type": "Document", "url": "https://odd.example/a.MP3?x=1"}, "audio/"),
        ({"type": "Video", "url": [{"href": "https://odd.example/a", "mediaType": "video/mp4"}]}, "video/mp4"),
        ({"type": "Image", "url": {"type": "Link", "href": "https://odd.example/a"}}, "image/"),
        ({"type": "Document", "mediaType": "application/pdf", "url": "https://odd.example/a.pdf"}, "application/pdf"),
    ],
    ids=["link", "ending", "list", "link within", "pdf"],
)  # fmt: skip
def test_what_is_attached_says_in_many_ways_what_it_is(file: Any, kind: str) -> None:
    assert [one.media_type for one in odd(attachment=file).attachments] == [kind]


@pytest.mark.parametrize(
    "place",
    ["Town hall", {"type": "Place", "name": "Town hall"}, [{"type": "Place", "address": "Town hall"}]],
    ids=["a text", "a place", "an address"],
)
def test_places(place: Any) -> None:
    occasion = odd(
        type="Event", name="Market", startTime="2026-12-01T10:00:00+01:00", location=place
    ).occasion
    assert occasion is not None
    assert occasion.place == "Town hall"


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_post_that_does_not_say_who_wrote_it_is_whose_act_it_is(kind: str) -> None:
    note = {"id": "https://odd.example/1", "type": "Note", "content": "Hello"}
    act = parse.act(
        {"id": "https://odd.example/2", "type": kind, "actor": "https://odd.example/a", "object": note}
    )
    assert isinstance(act, Publish | Revise)
    assert isinstance(act.post, Writing)
    assert act.post.author == act.actor

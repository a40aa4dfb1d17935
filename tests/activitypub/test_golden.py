"""What other software sends, read without loss of what we show."""

import json
from pathlib import Path
from typing import Any

from martlet.activitypub import addressing, parse
from martlet.activitypub.things import (
    Attachment,
    Emoji,
    Like,
    Mention,
    Picture,
    Poll,
    ProfileField,
    Publish,
    Writing,
)
from martlet.model.names import Uri
from martlet.model.visibility import Visibility

GOLDEN = Path(__file__).parent.parent / "golden"


def golden(name: str) -> Any:
    return json.loads((GOLDEN / name).read_text("utf-8"))


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
    assert post.emojis == (Emoji("swift", "https://files.mastodon.example/emoji/swift.png"),)
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

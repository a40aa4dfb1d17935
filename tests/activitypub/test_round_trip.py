"""What we build, we read as what it was."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.activitypub import addressing, build, collections, parse, values
from martlet.activitypub.build import Keys
from martlet.activitypub.things import (
    Accept,
    Add,
    Attachment,
    Authorization,
    Block,
    Boost,
    Collection,
    Delete,
    Emoji,
    Follow,
    Like,
    Mention,
    Picture,
    Poll,
    Profile,
    ProfileField,
    Publish,
    Quoters,
    Reject,
    Remove,
    RequestQuote,
    Revise,
    Undo,
    Writing,
)
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri
from martlet.model.visibility import Visibility

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
some_text = text.filter(bool)
uris = st.builds("https://{}.example/{}".format, st.sampled_from("abc"), st.integers(1, 999)).map(Uri)
moments = st.integers(0, 4_000_000_000_000)
pictures = st.builds(Picture, uris, text)
emojis = st.lists(
    st.builds(Emoji, st.from_regex(r"[a-z_]{1,8}", fullmatch=True), uris), unique_by=lambda one: one.shortcode
).map(tuple)
polls = st.builds(
    Poll,
    st.lists(st.tuples(some_text, st.integers(0, 9)), min_size=1, max_size=5).map(tuple),
    st.booleans(),
    moments,
    st.none() | moments,
    st.integers(0, 99),
)
attachments = st.builds(
    Attachment,
    uris,
    st.sampled_from(["image/png", "video/mp4", "audio/mpeg"]),
    text,
    st.none() | st.just("LNJRdVM{00Rj"),
    st.integers(0, 9000),
    st.integers(0, 9000),
    st.none() | st.integers(1, 10_000).map(lambda one: one / 8),
    st.none() | st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
some_uris = st.lists(uris, max_size=3).map(tuple)


quotes: st.SearchStrategy[dict[str, Any]] = (
    st.just({})
    | st.just({"has_lost_quote": True})
    | st.fixed_dictionaries({"quote_of": uris, "authorization": st.none() | uris})
)


@st.composite
def writings(draw: st.DrawFn) -> Writing:
    poll = draw(st.none() | polls)
    return Writing(
        uri=draw(uris),
        author=draw(uris),
        kind="note" if poll is None else "question",
        html=draw(some_text),
        warning=draw(text),
        is_sensitive=draw(st.booleans()),
        language=draw(st.none() | st.sampled_from(["en", "de", "zh-Hans"])),
        url=draw(uris),
        created_at=draw(moments),
        edited_at=draw(st.none() | moments),
        reply_to=draw(st.none() | uris),
        to=draw(some_uris),
        cc=draw(some_uris),
        mentions=tuple(
            draw(st.lists(st.builds(Mention, uris, some_text), max_size=3, unique_by=lambda one: one.uri))
        ),
        hashtags=tuple(draw(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=3, unique=True))),
        emojis=draw(emojis),
        attachments=draw(st.lists(attachments, max_size=3).map(tuple)),
        poll=poll,
        **draw(quotes),
        quoters=draw(st.none() | st.builds(Quoters, some_uris, some_uris)),
    )


profiles = st.builds(
    Profile,
    uri=uris,
    kind=st.sampled_from(["person", "service", "group", "organization", "application"]),
    username=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    inbox=uris,
    url=uris,
    name=text,
    html=text,
    shared_inbox=uris,
    outbox=uris,
    followers=uris,
    following=uris,
    featured=uris,
    featured_tags=uris,
    is_locked=st.booleans(),
    is_discoverable=st.booleans(),
    is_indexable=st.booleans(),
    avatar=st.none() | pictures,
    header=st.none() | pictures,
    fields=st.lists(st.builds(ProfileField, text, text), max_size=3).map(tuple),
    emojis=emojis,
    aliases=some_uris,
    attribution=st.lists(st.sampled_from(["paper.example", "blog.example"]), max_size=2).map(tuple),
    moved_to=st.none() | uris,
    created_at=st.none() | moments,
)
follows = st.builds(Follow, uris, uris, uris)
likes = st.builds(Like, uris, uris, uris, st.sampled_from(["", "🎉"]))
boosts = st.builds(Boost, uris, uris, uris, some_uris, some_uris, st.none() | moments)
blocks = st.builds(Block, uris, uris, uris)
requests = st.builds(RequestQuote, uris, uris, uris, uris)
acts = (
    follows
    | likes
    | boosts
    | blocks
    | requests
    | st.builds(Accept, uris, uris, follows | requests | uris, st.none() | uris)
    | st.builds(Reject, uris, uris, follows | requests | uris)
    | st.builds(Add, uris, uris, uris, uris)
    | st.builds(Remove, uris, uris, uris, uris)
    | st.builds(
        Undo,
        uris,
        uris,
        follows | likes | boosts | blocks | uris | st.builds(Reject, uris, uris, follows | uris),
    )
)


def sent(document: build.Document) -> build.Document:
    """Over the wire and back."""
    found: build.Document = json.loads(json.dumps(document))
    return found


@given(writings())
@settings(max_examples=40)
def test_posts(post: Writing) -> None:
    document = sent(build.writing(post))
    assert parse.writing(document) == post
    published = sent(build.published(Uri("https://a.example/1"), build.writing(post)))
    assert parse.act(published) == Publish(Uri("https://a.example/1"), post.author, post)
    revised = sent(build.revised(Uri("https://a.example/1"), build.writing(post)))
    assert parse.act(revised) == Revise(Uri("https://a.example/1"), post.author, post)
    assert published["@context"] == published["object"]["@context"]


@given(profiles)
@settings(max_examples=40)
def test_accounts(profile: Profile) -> None:
    assert parse.profile(sent(build.profile(profile, Keys("PEM", "z6Mk")))) == profile


@given(acts)
def test_acts(
    act: Accept | Add | Remove | RequestQuote | Reject | Follow | Like | Boost | Block | Undo,
) -> None:
    assert parse.act(sent(build.act(act))) == act


@given(requests, writings())
@settings(max_examples=20)
def test_requests_for_consent(request: RequestQuote, post: Writing) -> None:
    """With the quote whole in them."""
    document = sent(build.quote_requested(request, build.writing(post)))
    assert parse.act(document) == replace(request, quote=post)


@given(st.builds(Authorization, uris, uris, uris, uris))
def test_consents(consent: Authorization) -> None:
    assert parse.authorization(sent(build.authorization(consent))) == consent


@given(st.builds(Delete, uris, uris, uris), st.none() | moments)
def test_deletions(act: Delete, at: int | None) -> None:
    """Of posts, and of accounts."""
    tombstone = None if at is None else build.tombstone(act.target, act.actor, at)
    assert parse.act(sent(build.deleted(act, [addressing.PUBLIC], tombstone))) == act


@given(st.builds(Collection, uris, st.none() | st.integers(0, 9), uris, st.just(""), some_uris))
def test_collections(found: Collection) -> None:
    assert parse.collection(sent(build.collection(found))) == found


@given(moments)
def test_moments(moment: int) -> None:
    assert values.moment(build.time(moment)) == moment


@pytest.mark.parametrize("visibility", [one for one in Visibility if one != Visibility.CIRCLE])
def test_visibility(visibility: Visibility) -> None:
    followers = "https://a.example/followers"
    to, cc = addressing.audience(visibility, followers, ["https://b.example/1"])
    assert addressing.visibility(to, cc, followers) == visibility
    assert "https://b.example/1" in {*to, *cc}


def test_a_vote() -> None:
    vote = Writing(
        uri=Uri("https://a.example/1"),
        author=Uri("https://a.example/2"),
        reply_to=Uri("https://b.example/1"),
        to=("https://b.example/2",),
        choice="Tea",
    )
    assert parse.writing(sent(build.writing(vote))) == vote


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text | uris,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(
            ["id", "type", "actor", "object", "to", "tag", "attachment", "url", "name", "content", "oneOf",
             "contentMap", "icon", "href", "attributedTo", "published", "inReplyTo", "endpoints", "inbox",
             "preferredUsername", "orderedItems", "replies", "focalPoint", "duration", "mediaType",
             "first", "next", "context"]
        ), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip
KINDS = [
    *sorted(parse.ACTORS | parse.POSTS | parse.REACTIONS),
    "Create", "Update", "Delete", "Announce", "Follow", "Accept", "Reject", "Undo", "Block", "Collection",
]  # fmt: skip


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=3), JSON, st.sampled_from(KINDS), uris)
def test_nonsense_is_read_or_refused(rest: dict[str, object], inner: object, kind: str, name: Uri) -> None:
    document = {**rest, "id": name, "type": kind, "actor": name, "object": inner, "attributedTo": inner}
    document |= inner if isinstance(inner, dict) else {}
    readers = (parse.act, parse.writing, parse.profile, parse.collection)
    for read in (*readers, collections.listing, collections.surroundings):
        try:
            read(document)
        except MalformedDocument:
            continue


def test_d18_more_than_anybody_needs_is_refused() -> None:
    note = {"id": "https://a.example/1", "type": "Note", "attributedTo": "https://a.example/2"}
    mention = {"type": "Mention", "href": "https://b.example/1"}
    with pytest.raises(MalformedDocument):
        parse.writing({**note, "tag": [mention] * 10_000})
    with pytest.raises(MalformedDocument):
        parse.writing({**note, "to": ["https://b.example/1"] * 10_000})
    with pytest.raises(MalformedDocument):
        parse.writing({**note, "type": "Question", "oneOf": [{"type": "Note", "name": "x"}] * 501})


@pytest.mark.parametrize(
    "uri",
    [
        "https://MARTLET.example/users/1", "https://martlet.example./users/1", "https://martlet.example:443/users/1",
        "http://martlet.example:80/users/1", "https://a@martlet.example/users/1", "https://märtlet.example/1",
        "javascript:alert(1)", "https://martlet.example\\@evil.example/1", " https://martlet.example/1",
        "https://martlet.example/1\n", "https:///users/1", "data:text/html,x", "https://martlet。example/1",
    ],
)  # fmt: skip
def test_d13_a_uri_has_one_spelling(uri: str) -> None:
    """No other spelling of a host gets in, our own above all."""
    with pytest.raises(MalformedDocument):
        parse.act({"id": uri, "type": "Follow", "actor": uri, "object": uri})

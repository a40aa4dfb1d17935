"""Bundles made to harm, or to deceive (group G). The container itself: `tests/archives/test_bundles.py`."""

import hashlib
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from martlet.activitypub.addressing import PUBLIC
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.archives.errors import BundleRefused, BundleTooLarge
from martlet.model.carrying import Refusal, Trust
from martlet.services.checking_bundles import MOST_REFUSED, Checker
from martlet.signing import canonical_json, digests
from martlet.signing.keys import PrivateKey
from martlet.storage import carried, mirrored
from tests.carrying import Island, bundle, note, picture, signed, tombstone
from tests.elsewhere import Person as Stranger


@pytest.fixture
def eve(shore: Island) -> Stranger:
    return shore.stranger("eve", is_known=True)


def whys(shore: Island, tmp_path: Path, *objects: bytes, **parts: list[bytes]) -> list[str]:
    """Why the documents of a bundle are refused."""
    return [one.why for one in shore.bring(bundle(tmp_path / "some.zip", *objects, **parts)).reasons]  # type: ignore[arg-type]


def test_g5_whose_key_nobody_but_the_bundle_names_is_set_aside(shore: Island, tmp_path: Path) -> None:
    """No account, no post, nobody told, found by no search; in the next file the key is the same, and no more certain."""
    bob = shore.person("bob")
    mallory = shore.stranger("mallory", is_known=False)
    named = {"tag": [{"type": "Mention", "href": shore.uri("bob"), "name": "@bob"}]}
    first, second = note(mallory, content="<p>Xylophone</p>", **named), note(mallory, **named)
    actor = signed(mallory, mallory.document)
    found = shore.bring(bundle(tmp_path / "1.zip", first, actors=[actor]))
    assert (found.new, found.aside, found.refused) == (0, 1, 0)
    found = shore.bring(bundle(tmp_path / "2.zip", second, first, actors=[actor]))
    assert (found.new, found.aside, found.known) == (0, 1, 1)
    names = [json.loads(one)["id"] for one in (first, second)]
    assert [shore.kept(one) for one in names] == [(Trust.UNCONFIRMED, "post"), (Trust.CONSISTENT, "post")]
    assert shore.post(names[0]) is None
    assert shore.api.get("/api/v1/notifications", bob).json == []
    asked = shore.api.get("/api/v2/search", bob, query={"q": "mallory"}).json
    assert (asked["accounts"], asked["statuses"]) == ([], [])
    assert shore.api.get("/api/v2/search", bob, query={"q": "Xylophone"}).json["statuses"] == []

    shore.asks_for(mallory.uri)  # her server names the key
    assert shore.post(names[0])["content"] == "<p>Xylophone</p>"
    assert shore.kept(names[1]) == (Trust.CONFIRMED, "post")
    assert shore.api.get("/api/v1/notifications", bob).json == []


def test_g5_who_makes_up_an_author_is_found_out(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    """Another key under a known name; a new name beside it; and another key than the one that was seen first."""
    forger = Stranger(eve.uri, "eve", eve.key, PrivateKey.make_ed25519())
    actor = signed(forger, forger.document)
    assert whys(shore, tmp_path, note(forger), actors=[actor]) == [Refusal.BAD_PROOF, Refusal.BAD_PROOF]

    mallory = shore.stranger("mallory", is_known=False)
    shore.bring(bundle(tmp_path / "1.zip", note(mallory), actors=[signed(mallory, mallory.document)]))
    other = Stranger(mallory.uri, "mallory", mallory.key, PrivateKey.make_ed25519())
    assert (
        whys(shore, tmp_path, note(other), actors=[signed(other, other.document)]) == [Refusal.BAD_PROOF] * 2
    )

    shore.asks_for(mallory.uri)  # what her server names is her key; what was signed with it stays
    shore.bring(bundle(tmp_path / "2.zip", note(other), actors=[signed(other, other.document)]))
    assert whys(shore, tmp_path, note(other)) == [Refusal.BAD_PROOF]


def test_g5_what_was_forged_goes_once_the_true_key_is_known(shore: Island, tmp_path: Path) -> None:
    true = shore.stranger("ida", is_known=False)
    forger = Stranger(true.uri, "ida", true.key, PrivateKey.make_ed25519())
    forged = note(forger, content="<p>Forged</p>")
    assert (
        shore.bring(bundle(tmp_path / "1.zip", forged, actors=[signed(forger, forger.document)])).aside == 1
    )
    shore.asks_for(true.uri)
    name = json.loads(forged)["id"]
    assert (shore.post(name), shore.kept(name)) == (None, None)
    honest = note(true, content="<p>True</p>")
    assert shore.bring(bundle(tmp_path / "2.zip", honest)).new == 1


def test_g6_d9_of_two_versions_one_stands_whatever_the_order(
    shore: Island, eve: Stranger, tmp_path: Path
) -> None:
    """Two of one moment are noted: their author cannot have meant both."""
    name = f"{eve.uri}/posts/twice"
    old = note(eve, id=name, content="<p>Old</p>")
    new = note(eve, id=name, content="<p>New</p>", updated="2026-11-03T12:00:00Z")
    assert shore.bring(bundle(tmp_path / "1.zip", new)).new == 1
    assert shore.bring(bundle(tmp_path / "2.zip", old)).known == 1
    assert shore.post(name)["content"] == "<p>New</p>"
    at = datetime(2026, 11, 4, tzinfo=UTC)
    twins = [
        signed(eve, eve.note(id=f"{name}2", content=f"<p>{word}</p>", published="2026-11-01T12:00:00Z"), at)
        for word in ("One", "Other")
    ]
    shore.bring(bundle(tmp_path / "3.zip", *twins))
    with shore.ground.store.read() as db:
        kept = db.row("SELECT has_rival, digest FROM carried_document WHERE uri = :uri", uri=f"{name}2")
    assert kept is not None
    assert kept[0] == 1


def test_g5_what_never_becomes_certain_goes(shore: Island, tmp_path: Path) -> None:
    """After three months."""
    mallory = shore.stranger("mallory", is_known=False)
    body = note(mallory)
    shore.bring(bundle(tmp_path / "1.zip", body, actors=[signed(mallory, mallory.document)]))
    name = json.loads(body)["id"]
    with shore.ground.store.write() as db:
        carried.forget_aside(db, shore.ground.here.now_ms() - 1000, 10)
    assert shore.kept(name) == (Trust.UNCONFIRMED, "post")
    with shore.ground.store.write() as db:
        carried.forget_aside(db, shore.ground.here.now_ms() + 1000, 10)
    assert shore.kept(name) is None


def test_g6_signatures_of_the_future_and_of_long_ago(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    shore.person("ada")
    now = datetime.now(UTC)
    follow = eve.act("Follow", shore.uri("ada"))
    early = signed(eve, eve.note(), now + timedelta(hours=1))
    late = signed(eve, follow, now - timedelta(days=91))
    file = bundle(tmp_path / "late.zip", early, late, kind="return")
    assert [one.why for one in shore.bring(file).reasons] == [Refusal.BAD_PROOF, Refusal.TOO_OLD]


def test_g7_d22_what_was_deleted_does_not_come_back(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    """Whichever came first, the post or its tombstone; and not once its author is suspended."""
    there, gone = note(eve), note(eve)
    names = [json.loads(one)["id"] for one in (there, gone)]
    buried = [tombstone(eve, one) for one in names]
    shore.bring(bundle(tmp_path / "1.zip", tombstones=[buried[1]]))
    found = shore.bring(bundle(tmp_path / "2.zip", there, gone))
    assert (found.new, found.known) == (1, 1)
    shore.bring(bundle(tmp_path / "3.zip", tombstones=buried))
    found = shore.bring(bundle(tmp_path / "4.zip", there, gone))
    assert (found.new, found.known) == (0, 2)
    assert [shore.post(one) for one in names] == [None, None]
    other = shore.stranger("zoe", is_known=True)
    assert whys(shore, tmp_path, tombstones=[tombstone(other, names[0])]) == [Refusal.WRONG_ORIGIN]
    body, file = note(eve), picture("teal")
    attached = {"type": "Document", "url": f"{eve.uri}/a.png", "mediaType": "image/png"}
    named = note(
        eve, attachment=[attached | {"digestMultibase": digests.multihash(hashlib.sha256(file).digest())}]
    )
    with shore.ground.store.write() as db:
        for one in (body, file):
            mirrored.take_down(db, hashlib.sha256(one).digest(), "", "", 1)
    assert whys(shore, tmp_path, body, named, media=[file]) == [Refusal.TAKEN_DOWN] * 2, "by its digest"
    assert shore.post(json.loads(named)["id"]) is not None
    with shore.ground.store.write() as db:
        db.run("UPDATE account SET suspended_at = 1 WHERE uri = :uri", uri=eve.uri)
    assert whys(shore, tmp_path, note(eve)) == [Refusal.AUTHOR_REFUSED]


def test_g8_d2_d7_d13_what_does_not_prove_itself(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    """One bundle with a line of each; each is refused for what it is."""
    zoe = shore.stranger("zoe", is_known=True)
    good = json.loads(note(eve))
    shore.person("ada")

    def changed(**more: object) -> bytes:
        return canonical_json.encode({**good, **more})

    wrong: dict[Refusal, list[bytes]] = {
        Refusal.BAD_PROOF: [
            changed(content="<p>Changed</p>"),
            changed(id=f"{eve.uri}/posts/other"),
            changed(**{"@context": [*good["@context"], "https://evil.example/"]}),
            changed(proof={**good["proof"], "domain": "evil.example"}),
            changed(proof={**good["proof"], "created": "2026-11-01T00:00:00Z"}),
            changed(proof=json.loads(note(eve))["proof"]),
            changed(proof=[good["proof"]]),
            changed(proof={**good["proof"], "proofValue": "y" + good["proof"]["proofValue"][1:]}),
        ],
        Refusal.NOT_CANONICAL: [
            json.dumps(good).encode(),
            canonical_json.encode(good).replace(b"Hello", b"\\u0048ello"),
            canonical_json.encode(good) + b" ",
            canonical_json.encode(good).replace(b'"type":"Note"', b'"type":"Note","type":"Note"'),
            changed(signature={"type": "RsaSignature2017"}),
        ],
        Refusal.MALFORMED: [
            b"",
            b"[]",
            b"{" * 50,
            b"[" * 100_000,
            b"\xff\xfe",
            b'{"a":NaN}',
        ],
        Refusal.NO_PROOF: [canonical_json.encode({k: v for k, v in good.items() if k != "proof"})],
        Refusal.OTHER_KEY: [
            changed(proof={**good["proof"], "verificationMethod": f"{zoe.uri}#ed25519-key"}),
            signed(eve, {**eve.note(), "attributedTo": zoe.uri}),
        ],
        Refusal.WRONG_ORIGIN: [signed(eve, eve.note(id="https://other.example/posts/1"))],
        Refusal.NOT_OURS: [
            signed(eve, eve.note(id=f"{shore.uri('ada')}/posts/1", attributedTo=shore.uri("ada")))
        ],
        Refusal.WRONG_KIND: [
            signed(eve, eve.act("Follow", shore.uri("ada"))),
            signed(eve, eve.act("Delete", eve.uri)),
            signed(eve, eve.act("Move", eve.uri, target=zoe.uri)),
            signed(eve, eve.act("Update", eve.document)),
            signed(eve, eve.document),
        ],
        Refusal.PRIVATE: [
            note(eve, to=[f"{eve.uri}/followers"], cc=[]),
            note(eve, to=[shore.uri("ada")], cc=[]),
            note(eve, to=[PUBLIC], limitedScope="Circle"),
        ],
    }
    lines = [(why, line) for why, some in wrong.items() for line in some]
    found = shore.bring(bundle(tmp_path / "wrong.zip", *(line for _, line in lines)))
    assert [(one.line, one.why) for one in found.reasons] == [
        (number, why) for number, (why, _) in enumerate(lines, 1)
    ]
    assert found.new == 0
    assert shore.digests() == set()
    assert shore.bring(bundle(tmp_path / "good.zip", canonical_json.encode(good))).new == 1


def test_g8_whatever_bit_of_a_document_is_changed_it_is_refused(shore: Island, eve: Stranger) -> None:
    """Also by a carrier who makes the container anew."""
    body, checker = note(eve), Checker(shore.ground.here, "share")
    with shore.ground.store.read() as db:
        for bit in range(len(body) * 8):
            changed = bytearray(body)
            changed[bit // 8] ^= 1 << bit % 8
            checker.refused = 0
            found = checker.checked(db, [Line(bundles.OBJECTS, 1, bytes(changed))])[0]
            assert found.why is not None, bit
        assert (
            Checker(shore.ground.here, "share").checked(db, [Line(bundles.OBJECTS, 1, body)])[0].why is None
        )


def test_g9_files_that_no_signed_post_names_are_dropped(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    """Nor what is no picture, nor what belongs to a post that is not certain; and a name's file is that file."""
    page = b"<html><script>alert(1)</script></html>"
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    ida = shore.stranger("ida", is_known=False)

    def shows(author: Stranger, body: bytes) -> bytes:
        digest = digests.multihash(hashlib.sha256(body).digest())
        file = {"type": "Image", "mediaType": "image/png", "url": "https://peer.example/1.png"}
        return note(author, attachment=[{**file, "digestMultibase": digest}])

    files = [page, drawing, b"\x89PNG nobody names", b"\x89PNG of Ida"]
    named = [shows(eve, page), shows(eve, drawing), shows(ida, files[3])]
    actors = [signed(ida, ida.document)]
    found = shore.bring(bundle(tmp_path / "files.zip", *named, actors=actors, media=files))
    assert (found.new, found.aside, found.files, found.files_aside) == (2, 1, 0, 1)
    assert sorted(one.why for one in found.reasons) == [Refusal.NOT_SHOWABLE] * 2 + [Refusal.UNNAMED_FILE]
    assert list(shore.ground.cache.keys()) == []
    assert not list(shore.ground.workshop.workers.scratch.glob("carried-*"))
    path = tmp_path / "swapped.zip"
    path.write_bytes((tmp_path / "files.zip").read_bytes().replace(b"alert(1)", b"alert(2)"))
    with pytest.raises(BundleRefused):
        shore.bring(path)


def test_g1_a_bundle_full_of_nonsense_is_given_up(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    file = bundle(tmp_path / "much.zip", *[b"{}"] * (MOST_REFUSED * 3))
    with pytest.raises(BundleTooLarge):
        shore.bring(file)
    key = PrivateKey.make_ed25519()
    strangers = [Stranger(f"https://{number}.example/me", "me", eve.key, key) for number in range(201)]
    with pytest.raises(BundleTooLarge):
        shore.bring(bundle(tmp_path / "many.zip", actors=[signed(one, one.document) for one in strangers]))


def test_g10_f11_nobody_is_told_of_what_came_in_a_file(shore: Island, eve: Stranger, tmp_path: Path) -> None:
    """A hundred posts that name one person, with links and hashtags: they are read, and nothing else follows."""
    bob = shore.person("bob")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    tags = [
        {"type": "Mention", "href": shore.uri("bob"), "name": "@bob"},
        {"type": "Hashtag", "name": "#news", "href": "https://peer.example/tags/news"},
    ]
    html = '<p>@bob <a href="https://page.example/">https://page.example/</a></p>'
    many = [note(eve, content=html, published=now, tag=tags) for _ in range(100)]
    asked = len(shore.beyond.asked)
    assert shore.bring(bundle(tmp_path / "many.zip", *many)).new == 100
    assert shore.api.get("/api/v1/notifications", bob).json == []
    assert shore.api.get("/api/v1/trends/tags").json == []
    assert shore.beyond.asked[asked:] == []
    with shore.ground.store.read() as db:
        assert db.value("SELECT COUNT(*) FROM outgoing") == 0
        assert db.value("SELECT COUNT(*) FROM job WHERE name = 'preview_link'") == 0


def test_g9_f1_private_posts_are_in_no_bundle(shore: Island) -> None:
    """
    A third of what is written is for few. In no bundle is what it says or is called, its pictures, who is in the
    audience, who follows, nor the addresses of those who use the server.
    """
    dice, hidden, shown = random.Random(9), list[str](), list[str]()
    shore.person("carl")
    shore.api.post(f"/api/v1/accounts/{shore.person('ada').id}/follow", shore.person("carl"))
    for number in range(30):
        is_hidden = number % 3 == 0
        word, colour = f"{'Root' if is_hidden else 'Tree'}{number:02}", f"#{number:02}4080"
        more: dict[str, Any] = {"visibility": dice.choice(["public", "unlisted"])}
        if is_hidden:
            more = dice.choice([{"visibility": "private"}, {"visibility": "direct"}, {"local_only": True}])
        if number % 5 == 0:
            more["media_ids"] = [shore.picture("ada", colour)]
        post = shore.publish("ada", word, **more)
        if is_hidden:
            hidden += [word, post["id"], *_files(shore, post["id"])]
        else:
            shown.append(word)
        if number % 4 == 0:
            shore.api.delete(f"/api/v1/statuses/{post['id']}", shore.person("ada"))
            shown = [one for one in shown if one != word]
    answered = shore.publish("ada", "Seed", visibility="private")["id"]
    shore.publish("carl", "An answer", in_reply_to_id=answered, visibility="private")
    with bundles.Bundle.open(shore.packed("ada", "carl")) as opened:
        found = read_all(opened) + b" ".join(one.encode() for one in opened.media)
    assert [word for word in shown if word.encode() not in found] == []
    for word in (*hidden, answered, "Seed", "An answer", "carl", "mail.example", "127.0.0.1"):
        assert word.encode() not in found, word


def _files(shore: Island, id: str) -> list[str]:
    """What the files of a post are called, in both spellings of their digests."""
    with shore.ground.store.read() as db:
        rows = db.rows("SELECT file, digest FROM media WHERE post_id = :id", id=int(id))
    return [
        word
        for file, digest in rows
        for word in (file, bytes(digest).hex(), digests.multihash(bytes(digest)))
    ]


def read_all(opened: bundles.Bundle) -> bytes:
    return b"\n".join(line.body for line in opened.lines(*bundles.LINES))

"""Files of other servers are shown through this one: found, cleaned, kept, and the same to everybody."""

import html
import io
from typing import Any

from PIL import Image

from martlet.storage import remote_files
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.proxy.acts import HERE, attached, get, shown, tell
from tests.proxy.conftest import FILES, Film, picture

SEA = f"{FILES}/sea.jpg"


def opened(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


def strangers(value: Any, path: str = "$") -> list[str]:
    """Where in an answer another server's address stands that an app would load by itself."""
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in strangers(inner, f"{path}.{name}")]
    if isinstance(value, list):
        return [one for inner in value for one in strangers(inner, path)]
    is_link = path.endswith((".remote_url", ".uri", "account.url", "status.url", "mentions.url"))
    return [path] if isinstance(value, str) and "files.peer.example" in value and not is_link else []


def test_a_picture_and_a_face_come_through_us(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    post = shown(api, ada)
    assert strangers(post) == []
    [one] = post["media_attachments"]
    assert (one["type"], one["remote_url"]) == ("image", SEA)
    for address, size in ((one["url"], (800, 600)), (one["preview_url"], (554, 415))):
        reply = get(api, address)
        assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
        assert opened(reply.body).size == size
        assert b"stranger" not in reply.body
    face = get(api, post["account"]["avatar"])
    assert (face.status, opened(face.body).size) == (200, (400, 400))
    assert get(api, post["account"]["avatar_static"]).body == face.body
    assert there.asked.count(SEA) == there.asked.count(f"{FILES}/eve.png") == 1


def test_what_its_server_did_not_say_is_said_once_it_is_here(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    [before] = shown(api, ada)["media_attachments"]
    assert (before["blurhash"], before["meta"].get("original")) == (None, None)
    get(api, before["url"])
    [after] = shown(api, ada)["media_attachments"]
    assert after["blurhash"]
    assert after["meta"]["original"]["size"] == "800x600"
    assert after["url"] == before["url"]


def test_what_its_server_said_stays(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    said: dict[str, Any] = {"blurhash": "LEHV6nWB2yk8pyo0adR*.7kCMdnj", "width": 8000, "height": 6000}
    tell(api, there, eve, ada, attached(**said))
    [before] = shown(api, ada)["media_attachments"]
    assert before["meta"]["small"]["aspect"] == before["meta"]["original"]["aspect"] == 8000 / 6000
    get(api, before["url"])
    assert shown(api, ada)["media_attachments"] == [before]


def test_custom_emoji(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    there.files[f"{FILES}/wave.png"] = picture("PNG", (300, 200))
    mention = {"type": "Mention", "href": f"{HERE}/users/ada"}
    emoji = {"type": "Emoji", "name": ":wave:", "icon": {"type": "Image", "url": f"{FILES}/wave.png"}}
    tell(api, there, eve, ada, content="<p>Hello :wave:</p>", tag=[mention, emoji])
    [one] = shown(api, ada)["emojis"]
    for name in ("url", "static_url"):
        reply = get(api, one[name])
        assert (reply.status, opened(reply.body).size) == (200, (128, 85))


def test_a_cached_file_is_asked_for_no_more(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    [one] = shown(api, ada)["media_attachments"]
    first = get(api, one["url"])
    there.is_down = True
    assert get(api, one["url"]).body == first.body
    assert get(api, one["url"], if_none_match=first.headers["etag"]).status == 304
    part = get(api, one["url"], range="bytes=2-9")
    assert (part.status, part.body) == (206, first.body[2:10])
    assert part.headers["content-range"] == f"bytes 2-9/{len(first.body)}"


def test_many_who_look_at_once_cost_one_fetch(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    [one] = shown(api, ada)["media_attachments"]
    path = one["url"].removeprefix(HERE)
    replies = api.at_once(api.calling("GET", path) for _ in range(40))
    assert {reply.status for reply in replies} == {200}
    assert there.asked.count(SEA) == 1


def test_two_processes_fetch_once(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, settings: Any
) -> None:
    """The second process is another application on the same ground, with nothing of it in memory."""
    from martlet import app  # noqa: PLC0415 - the other process

    tell(api, there, eve, ada, attached())
    [one] = shown(api, ada)["media_attachments"]
    path = one["url"].removeprefix(HERE)
    other = Api(app.build_on(api.built.ground, settings, there), _loop=api._loop)
    replies = api.at_once([api.calling("GET", path), other.calling("GET", path), other.calling("GET", path)])
    assert {reply.status for reply in replies} == {200}
    assert len({reply.body for reply in replies}) == 1
    assert there.asked.count(SEA) == 1


def test_a_film_gets_a_preview_and_keeps_its_sound(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, film: Film
) -> None:
    there.files[f"{FILES}/film"] = film(
        *("a.mp4", "-i", "testsrc2=size=320x240:rate=10:duration=2", "-i", "sine=duration=2"),
        *("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-metadata", "title=Where I live"),
    )
    tell(api, there, eve, ada, attached(f"{FILES}/film", "video/mp4"))
    [one] = shown(api, ada)["media_attachments"]
    preview = get(api, one["preview_url"])
    assert (preview.status, opened(preview.body).size) == (200, (320, 240))
    whole = get(api, one["url"])
    assert (whole.status, whole.headers["content-type"]) == (200, "video/mp4")
    assert b"Where I live" not in whole.body
    assert get(api, one["url"], range="bytes=0-99").body == whole.body[:100]
    assert there.asked.count(f"{FILES}/film") == 1
    [after] = shown(api, ada)["media_attachments"]
    assert (after["type"], after["meta"]["original"]["width"], bool(after["blurhash"])) == (
        "video",
        320,
        True,
    )


def test_a_film_with_a_preview_of_its_own_is_not_fetched_to_be_seen(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.files[f"{FILES}/poster.jpg"] = picture(size=(1600, 900))
    film = attached(f"{FILES}/film", "video/mp4", icon={"type": "Image", "url": f"{FILES}/poster.jpg"})
    tell(api, there, eve, ada, film)
    [one] = shown(api, ada)["media_attachments"]
    assert opened(get(api, one["preview_url"]).body).size == (640, 360)
    assert f"{FILES}/film" not in there.asked


def test_a_film_that_not_all_apps_play_is_shown_as_it_is(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, film: Film
) -> None:
    """To encode it anew would be work that strangers can give us without end."""
    there.files[f"{FILES}/film"] = made = film(
        *("a.webm", "-i", "testsrc2=size=64x48:rate=5:duration=1", "-i", "sine=duration=1"),
        *("-c:v", "libvpx", "-c:a", "libvorbis"),
    )
    tell(api, there, eve, ada, attached(f"{FILES}/film", "video/webm"))
    [one] = shown(api, ada)["media_attachments"]
    reply = get(api, one["url"])
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, "video/webm", made)
    assert opened(get(api, one["preview_url"]).body).size == (64, 48)


def test_a_sound(api: Api, there: Elsewhere, ada: client.Person, eve: Person, film: Film) -> None:
    there.files[f"{FILES}/song"] = film("a.ogg", "-i", "sine=duration=1", "-c:a", "libvorbis")
    tell(api, there, eve, ada, attached(f"{FILES}/song", "audio/ogg"))
    [one] = shown(api, ada)["media_attachments"]
    assert (one["type"], one["preview_url"]) == ("audio", None)
    assert get(api, one["url"]).headers["content-type"] == "audio/ogg"


def test_a_gif_stays_the_picture_that_apps_were_told_of(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue")]
    held = io.BytesIO()
    frames[0].save(held, "GIF", save_all=True, append_images=frames[1:], duration=100, loop=0)
    there.files[f"{FILES}/dance.gif"] = held.getvalue()
    tell(api, there, eve, ada, attached(f"{FILES}/dance.gif", "image/gif"))
    [one] = shown(api, ada)["media_attachments"]
    reply = get(api, one["url"])
    assert reply.headers["content-type"] == "image/gif"
    assert getattr(opened(reply.body), "n_frames", 1) == 3
    assert shown(api, ada)["media_attachments"][0]["type"] == "image"


def test_a_kind_nobody_named_is_known_once_it_is_here(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached(media_type="application/octet-stream"))
    [one] = shown(api, ada)["media_attachments"]
    assert (one["type"], one["preview_url"]) == ("unknown", None)
    assert get(api, one["url"]).status == 200
    [after] = shown(api, ada)["media_attachments"]
    assert after["type"] == "image"
    assert get(api, after["preview_url"]).status == 200


def test_a_new_face_has_a_new_address_and_the_old_file_goes(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada)
    old = shown(api, ada)["account"]["avatar"]
    assert get(api, old).status == 200
    there.files[f"{FILES}/new.png"] = picture("PNG", (500, 500), "gold")
    eve.extra["icon"] = {"type": "Image", "url": f"{FILES}/new.png"}
    there.bring(api, eve.act("Update", eve.document))
    new = shown(api, ada)["account"]["avatar"]
    assert new != old
    for address in (new, old):
        assert opened(get(api, address).body).convert("RGB").getpixel((5, 5)) == (254, 215, 0)  # gold
        api.work()  # the file that shows the old one goes
    assert len(list(api.built.ground.cache.keys())) == 1


def test_what_is_kept_is_counted(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    tell(api, there, eve, ada, attached())
    post = shown(api, ada)
    for address in (post["media_attachments"][0]["url"], post["account"]["avatar"]):
        get(api, address)
    ground = api.built.ground
    with ground.store.read() as db:
        total, largest = remote_files.total(db), remote_files.largest(db, 10)
    assert (total.files, total.bytes) == (2, ground.cache.used_bytes())
    assert largest == [remote_files.Space("peer.example", 2, total.bytes)]


def test_pages_for_browsers_need_no_other_server(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    tell(api, there, eve, ada, attached())
    assert api.post(f"/api/v1/statuses/{shown(api, ada)['id']}/reblog", ada).status == 200
    page = html.unescape(api.get("/@ada").text)
    assert "/proxy/avatar/" in page
    assert "/proxy/media/" in page
    assert "files.peer.example" not in page

"""Albums and galleries in the browser, without script."""

import io
import re
from collections.abc import Mapping

import msgspec
from PIL import Image

from martlet import app
from martlet.http.limits import UPLOADS, Limiter
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.browser import Browser, forms
from tests.client import Api, Files, Person, Reply
from tests.mastodon.acts import follow, publish, upload
from tests.mastodon.test_albums import ids_in, make, picture, shown


def inside(api: Api, person: Person) -> Browser:
    browser = Browser(api)
    browser.sign_in(person)
    return browser


def files(*colours: str) -> Files:
    made: dict[str, tuple[str, bytes, str]] = {}
    for colour in colours:
        file = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(file, "PNG")
        made[f"files[{len(made)}]"] = (f"{colour}.png", file.getvalue(), "image/png")
    return made


def fill(browser: Browser, path: str, values: Mapping[str, str], sent: Files | None = None) -> Reply:
    form = next(one for one in forms(browser.get(path)) if "title" in one.names)
    return browser.upload(path, form.fields | dict(values), sent)


def test_an_album_is_made_and_changed_without_script(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    browser = inside(api, ada)
    assert 'href="&#x2f;@ada&#x2f;albums"' in browser.get("/@ada").text
    refused = fill(browser, "/albums/new", {"title": " ", "description": "Nice", "audience": "direct"})
    assert (refused.status, "Nice" in refused.text) == (422, True)
    made = fill(browser, "/albums/new", {"title": "Walls", "audience": "private"}, files("teal", "navy"))
    assert made.status == 303
    own = made.headers["location"].partition("?")[0]
    (album,) = api.get("/api/v1/martlet/albums", ada).json
    assert (own, album["visibility"]) == (f"/@ada/albums/{album['id']}", "private")
    one, two = ids_in(api, album, ada)
    values = {f"said-{one}": "A teal wall", f"place-{two}": "1", "cover": one, "audience": "public"}
    broken = fill(browser, f"{own}/edit", {"title": "Walls"}, {"files[0]": ("x", b"no picture", "image/png")})
    assert (broken.status, "The others are kept." in broken.text) == (422, True)
    many = fill(
        browser,
        f"{own}/edit",
        {"title": "Walls"},
        {f"files[{n}]": ("x", b"no", "image/png") for n in range(21)},
    )
    assert many.text.count("Only 20 pictures are taken at once.") == 2, "above, and at the field"
    assert many.text.count(f'action="{own.replace("/", "&#x2f;")}/edit"') == 1
    assert fill(browser, f"{own}/edit", {"title": "Old walls"} | values, files("gold")).status == 303
    (album,) = api.get("/api/v1/martlet/albums", ada).json
    assert (album["title"], album["cover"]["id"], album["pictures_count"]) == ("Old walls", one, 3)
    assert ids_in(api, album, ada)[:2] == [two, one]
    page = Browser(api).get(own)
    assert page.status == 200
    assert "A teal wall" in page.text
    assert "Old walls" in Browser(api).get("/@ada/albums").text
    alone = Browser(api).get(f"{own}/{one}")
    assert re.findall(r'rel="(prev|next)"', alone.text) == ["prev", "next"]
    fill(
        browser, f"{own}/edit", {"title": "Old walls", "audience": "public", f"off-{one}": "1", "cover": one}
    )
    assert ids_in(api, album, ada)[0] == two
    assert Browser(api).get(f"{own}/{one}").status == 404
    for path in ("/edit", "/choose", "/delete"):
        assert inside(api, bob).get(own + path).status == 404


def test_who_uploads_too_often_has_what_fitted_and_is_told_when_to_go_on(
    ground: Ground, settings: Settings
) -> None:
    api = Api(app.build_on(ground, msgspec.structs.replace(settings, rate_limits=True)))
    ada = api.person("ada")
    counted = Limiter(settings.folder / "limits")
    for _ in range(UPLOADS.limit - 1):
        counted.count(UPLOADS, str(ada.id))
    refused = fill(inside(api, ada), "/albums/new", {"title": "Walls"}, files("teal", "navy", "gold"))
    (album,) = api.get("/api/v1/martlet/albums", ada).json
    assert (refused.status, album["pictures_count"]) == (429, 1)
    assert f'action="&#x2f;@ada&#x2f;albums&#x2f;{album["id"]}/edit"' in refused.text
    assert 'class="say bad"' in refused.text
    counted.close()
    api.close()


def test_pictures_come_from_posts_and_a_post_shows_the_album(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    wide, few = picture(api, ada), picture(api, ada)
    publish(api, ada, media_ids=[wide])
    publish(api, ada, media_ids=[few], visibility="private")
    album = make(api, ada, title="Best")
    own = f"/@ada/albums/{album['id']}"
    page = browser.get(f"{own}/choose")
    assert (f"pick-{wide}" in page.text, f"pick-{few}" in page.text) == (True, False)
    fields = next(one.fields for one in forms(page) if f"pick-{wide}" in one.names)
    assert browser.post(f"{own}/choose", fields | {f"pick-{wide}": "1"}).status == 303
    assert shown(api, album) == [wide]
    assert f"pick-{wide}" not in browser.get(f"{own}/choose").text
    browser.send(browser.get(own), {"text": "Look at these"})
    (post,) = [one for one in api.get("/api/v1/timelines/home", ada).json if "these" in one["content"]]
    shows = Browser(api).get(f"/@ada/{post['id']}").text
    assert "<bdi>Best</bdi>" in shows
    assert own.replace("/", "&#x2f;") in shows


def test_the_pictures_of_a_post_go_into_an_album_that_no_more_people_see(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    wide, quiet = make(api, ada, title="Wide"), make(api, ada, title="Quiet", visibility="private")
    shot = picture(api, ada)
    post = publish(api, ada, media_ids=[shot], visibility="private")["id"]
    path = f"/albums/posts/{post}"
    assert path in browser.get(f"/@ada/{post}/more").text.replace("&#x2f;", "/")
    page = browser.get(path)
    assert ("Quiet" in page.text, "Wide" in page.text) == (True, False)
    for wrong in ({"album": str(wide["id"])}, {"album": "x"}):
        assert browser.send(page, wrong, path).status == 422
    assert shown(api, wide, ada) == []
    browser.send(page, {"album": str(quiet["id"])}, path)
    assert shown(api, quiet, ada) == [shot]
    assert inside(api, api.person("eve")).get(path).status == 404
    assert browser.get(f"/albums/posts/{publish(api, ada, 'words')['id']}").status == 404, "no pictures"


def test_a_deleted_album_is_brought_back_by_a_button(api: Api) -> None:
    ada = api.person("ada")
    browser = inside(api, ada)
    album = make(api, ada, picture(api, ada))
    own = f"/@ada/albums/{album['id']}"
    for action in ("/act/undo", f"{own}/restore".replace("/", "&#x2f;")):
        gone = browser.follow(browser.post(f"{own}/delete", forms(browser.get(f"{own}/delete"))[0].fields))
        assert browser.get(own).status == 404
        form = next(
            one for one in forms(gone) if one.action.replace("&#x2f;", "/") == action.replace("&#x2f;", "/")
        )
        assert browser.follow(browser.post(form.action.replace("&#x2f;", "/"), form.fields)).status == 200
        assert browser.get(own).status == 200


def test_who_may_not_see_them_finds_no_album_and_no_picture(api: Api) -> None:
    ada, fay, sam = (api.person(name) for name in ("ada", "fay", "sam"))
    follow(api, fay, ada)
    album = make(api, ada, picture(api, ada), visibility="private", title="Quiet")
    post = publish(api, ada, media_ids=[picture(api, ada)], visibility="private")
    own = f"/@ada/albums/{album['id']}"
    paths = (own, f"{own}/{ids_in(api, album, ada)[0]}", f"/@ada/{post['id']}/pictures/1")
    for who, status in ((inside(api, fay), 200), (inside(api, sam), 404), (Browser(api), 404)):
        assert [who.get(path).status for path in paths] == [status] * 3
        assert ("Quiet" in who.get("/@ada/albums").text) is (status == 200)
    for wrong in (
        "/@fay" + own.removeprefix("/@ada"),
        f"{own}/1",
        f"/@ada/{post['id']}/pictures/2",
        f"{own}/x",
    ):
        assert inside(api, fay).get(wrong).status == 404


def test_a_list_shows_five_of_many_pictures_and_the_post_all(api: Api) -> None:
    ada = api.person("ada")
    post = publish(api, ada, media_ids=[upload(api, ada) for _ in range(12)])
    for page in (Browser(api).get("/@ada"), inside(api, ada).get("/@ada"), inside(api, ada).get("/home")):
        assert page.text.count("pictures&#x2f;") == 4
        assert "All 12 pictures" in page.text
    whole = f"/@ada/{post['id']}"
    for browser in (Browser(api), inside(api, ada)):
        assert browser.get(whole).text.count(f"{post['id']}&#x2f;pictures&#x2f;") == 12
        assert browser.get(f"{whole}/pictures/12").status == 200
        assert browser.get(f"{whole}/pictures/13").status == 404


def test_a_file_whose_server_is_not_shown_here_is_a_link(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, ada, media_ids=[upload(api, ada)])
    with api.built.ground.store.write() as db:
        db.run(
            "UPDATE media SET is_refused = 1, remote_url = 'https://far.example/a.png', description = 'A fox'"
        )
    for browser in (Browser(api), inside(api, bob)):
        page = browser.get(f"/@ada/{post['id']}").text
        assert 'href="https:&#x2f;&#x2f;far.example&#x2f;a.png"' in page
        assert ("A fox" in page, "a.png" in page.replace("far.example&#x2f;a.png", "")) == (True, False)
        assert browser.get(f"/@ada/{post['id']}/pictures/1").status == 404

"""Posts in a file are checked, read and kept on the device with no server in reach; the reader reads German."""

import base64
import hashlib
import io
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from martlet.activitypub import contexts
from martlet.activitypub.addressing import PUBLIC
from martlet.archives import bundles
from martlet.archives.bundles import Writing
from martlet.archives.errors import BundleRefused
from martlet.signing import canonical_json, digests, proofs
from martlet.signing.keys import PrivateKey
from tests.archives import test_bundles as archives
from tests.chromium.conftest import PHONE, TOWN, Visit
from tests.verdicts import Case, Writer, cases

IDA, EVE = "https://sea.example/users/ida", "https://far.example/users/eve"
KEYS = {IDA: PrivateKey.make_ed25519(), EVE: PrivateKey.make_ed25519()}
HOSTILE = (
    "<p>Noon &amp; <b>lemons</b><script>document.title='taken'</script><img src=x onerror=document.title='taken'>"
    '<a href="javascript:document.title=1">one</a> <a href="https://sea.example/" onclick="x">two</a><'
    "iframe srcdoc='<script>parent.document.title=1</script>'></iframe></p>"
)
READY = """async () => {
    await navigator.serviceWorker.ready;
    for (let n = 0; n < 600; n += 1) {
        if ((await caches.match("/files/read")) && localStorage.getItem("martlet.keys")) return true;
        await new Promise((done) => setTimeout(done, 100));
    }
    return false;
}"""
OPEN = """async (bodies) => {
    const { openBundle } = await import("/static/bundles.js"), said = [];
    for (const body of bodies) {
        const bytes = Uint8Array.from(atob(body), (one) => one.charCodeAt(0));
        const found = await openBundle(new Blob([bytes])).catch((error) => error.code ?? String(error));
        said.push(typeof found === "string" ? found : found.lines.length + found.media.size);
    }
    return said;
}"""
JUDGE = """async (cases) => {
    const main = document.querySelector("script[type=module]").src, said = {};
    const place = async (within, name) => (await (await fetch(within)).text()).match(new RegExp(`${name}\\\\.js\\\\?v=\\\\w+`))[0];
    const reader = `/static/${await place(main, "reader")}`;
    const bring = async (name) => import(`/static/${await place(reader, name)}`);
    const [{ openBundle }, { Checker }] = [await bring("bundles"), await bring("proving")];
    for (const [name, known, body] of cases) {
        const bytes = Uint8Array.from(atob(body), (one) => one.charCodeAt(0));
        const bundle = await openBundle(new Blob([bytes])), checker = new Checker(known, bundle);
        await checker.begin();
        said[name] = [];
        for (const [part, line] of bundle.lines) said[name].push(await checker.take(part, line));
    }
    return said;
}"""
KNOW = """(found) => new Promise((done, failed) => {
    const asked = indexedDB.open("martlet.carried");
    asked.onsuccess = () => {
        const run = asked.result.transaction(Object.keys(found), "readwrite");
        for (const [name, all] of Object.entries(found)) for (const one of all) run.objectStore(name).put(one);
        run.oncomplete = () => { asked.result.close(); done(true); };
        run.onabort = failed;
    };
})"""


def test_a_file_is_read_without_any_server(visit: Visit, tmp_path: Path) -> None:
    page = visit("/home", "jona", PHONE)
    page.goto(TOWN + "/home")
    assert page.evaluate(READY)
    _agrees_with_the_server(page)
    found = cases()
    asked = [[name, case.device, base64.b64encode(case.body).decode()] for name, case in found.items()]
    assert page.evaluate(JUDGE, asked) == {name: case.expected for name, case in found.items()}
    page.evaluate(KNOW, _told_of_ida())
    page.context.set_offline(True)

    page.goto(TOWN + "/files/read")
    file, damaged = _file(tmp_path / "sea.zip"), tmp_path / "damaged.zip"
    body = bytearray(file.read_bytes())
    body[len(body) // 2] ^= 1
    damaged.write_bytes(body)
    page.set_input_files("[data-file]", damaged)
    expect(page.locator("[data-said]")).to_contain_text("unterwegs verändert")
    page.set_input_files("[data-file]", file)
    _is_shown(page)
    visit.keep(page, "reader")
    page.locator("[data-keep]").click()
    expect(page.locator("[data-said]")).to_contain_text("Auf diesem Gerät aufbewahrt")

    page.close()
    page = page.context.new_page()
    page.goto(TOWN + "/files/read")
    page.locator("[data-kept-files] button").click()
    _is_shown(page, of_eve="Passt zu Bekanntem")
    page.context.set_offline(False)
    page.goto(TOWN + "/settings/device")
    page.locator("main button.stop").click()
    page.goto(TOWN + "/files/read")
    expect(page.locator("[data-scripted]")).to_be_visible()
    expect(page.locator("[data-kept-files] button")).to_have_count(0)
    visit.faults[:] = [
        fault for fault in visit.faults if "net::ERR_" not in fault and "Failed to fetch" not in fault
    ]


def _agrees_with_the_server(page: Page) -> None:
    """The script takes the bundles that we take, and refuses what we refuse, as it should be refused."""
    dice, bodies = random.Random(5), [change(archives.written()) for change in archives.HOSTILE.values()]
    for number in range(6):
        body = archives.various(number)
        bodies.append(body)
        for _ in range(20):
            changed = bytearray(body)
            changed[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
            bodies.append(bytes(changed))
    said = page.evaluate(OPEN, [base64.b64encode(body).decode() for body in bodies])
    for number, (body, found) in enumerate(zip(bodies, said, strict=True)):
        try:
            assert found == len(archives.whole(body)), number
        except BundleRefused:
            assert found in ("damaged", "large"), (number, found)


def _is_shown(page: Page, of_eve: str = "Herkunft noch nicht bestätigt") -> None:
    ida, eve = page.locator("article", has_text="Noon").last, page.locator("article", has_text="made up")
    expect(ida.locator("[data-trust]")).to_have_text("Herkunft bestätigt")
    expect(eve.locator("[data-trust]")).to_have_text(of_eve)
    expect(page.locator("article")).to_have_count(4)
    expect(ida.locator("[data-html]")).to_have_text("Noon & lemonsone two")
    assert ida.locator("[data-html] a[href]").evaluate_all("all => all.map((one) => one.href)") == [
        "https://sea.example/"
    ]
    assert ida.locator("img").evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 64
    assert page.locator("script, iframe", has_text="taken").count() == 0
    expect(page.locator("[data-root=conflict]:visible")).to_have_count(1)
    boosts = page.locator("article", has_text="Geteilt")
    expect(boosts.locator("[data-boost] bdi")).to_have_text([f"{EVE}/posts/77", "@ida@sea.example"])
    expect(boosts.first).to_contain_text("ist nicht in dieser Datei")
    expect(boosts.last.locator("img")).to_have_count(1)
    assert page.title().startswith("Eine Datei lesen")
    page.locator("[data-why] summary").click()
    expect(page.locator("[data-refused] li")).to_have_count(2)
    expect(page.locator("[data-refused]")).to_contain_text("Die Unterschrift passt nicht zu diesem Text.")
    expect(page.locator("[data-refused]")).to_contain_text("Es ist nicht für alle bestimmt.")


def _file(path: Path) -> Path:
    """Posts of one whose key is known and one whose is not; one of them changed, one deleted, one forged, one private."""
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(made, "PNG")
    picture = made.getvalue()
    shown = {
        "type": "Image",
        "mediaType": "image/png",
        "url": "https://sea.example/1.png",
        "digestMultibase": digests.multihash(hashlib.sha256(picture).digest()),
        "name": "A teal field",
    }
    noon = _note(IDA, 1, content=HOSTILE, attachment=[shown], updated="2026-11-02T12:00:00Z")
    forged = noon.replace(b"lemons", b"nothing").replace(b"/posts/1", b"/posts/9")
    private = _note(IDA, 3, to=[f"{IDA}/followers"])
    objects = [
        _note(IDA, 1),
        noon,
        _note(IDA, 2, content="Deleted"),
        forged,
        private,
        _note(EVE, 1, content="made up"),
        _boost(1, f"{IDA}/posts/1", "2026-11-04T12:00:00Z"),
        _boost(2, f"{EVE}/posts/77", "2026-11-05T12:00:00Z"),
    ]
    actors = [_signed(who, _actor(who)) for who in (IDA, EVE)]
    gone = _signed(
        IDA,
        {"id": f"{IDA}/posts/2", "type": "Tombstone", "attributedTo": IDA, "deleted": "2026-11-03T12:00:00Z"},
    )
    with path.open("wb") as out:
        writing = Writing(out, "share", datetime(2026, 11, 29, tzinfo=UTC), "sea.example")
        writing.lines(bundles.ACTORS, actors)
        writing.lines(bundles.OBJECTS, objects)
        writing.lines(bundles.TOMBSTONES, [gone])
        writing.medium([picture], hashlib.sha256(picture).hexdigest())
        writing.finish()
    return path


def _told_of_ida() -> dict[str, Any]:
    """Her root key has said who she is, and then two things at once."""
    ida = Writer(IDA)
    key = {"id": f"{IDA}#ed25519-key", "publicKeyMultibase": KEYS[IDA].public.to_multibase()}
    said = [ida.stated(1, assertionMethod=[key])]
    said += [ida.stated(2, gateways=[f"https://{name}.example"]) for name in ("one", "other")]
    document = ida.document(*said) | {"assertionMethod": [key]}
    heard = Case(told=[document]).heard
    return {"known": heard["keys"], "roots": heard["roots"], "statements": heard["statements"]}


def _boost(number: int, target: str, at: str) -> bytes:
    said = {"id": f"{IDA}/boosts/{number}", "type": "Announce", "actor": IDA, "object": target}
    return _signed(IDA, said | {"published": at, "to": [PUBLIC]})


def _actor(who: str) -> dict[str, Any]:
    key = {"id": f"{who}#ed25519-key", "type": "Multikey", "controller": who}
    key["publicKeyMultibase"] = KEYS[who].public.to_multibase()
    return {
        "id": who,
        "type": "Person",
        "preferredUsername": who.rpartition("/")[2],
        "assertionMethod": [key],
    }


def _note(who: str, number: int, **more: Any) -> bytes:
    said = {
        "id": f"{who}/posts/{number}",
        "type": "Note",
        "attributedTo": who,
        "content": "<p>Hello</p>",
        "published": "2026-11-01T12:00:00Z",
        "to": [PUBLIC],
        "cc": [],
    }
    return _signed(who, said | more)


def _signed(who: str, said: dict[str, Any]) -> bytes:
    document = {"@context": contexts.DOCUMENT, **said}
    return canonical_json.encode(proofs.sign(document, KEYS[who], f"{who}#ed25519-key", datetime.now(UTC)))

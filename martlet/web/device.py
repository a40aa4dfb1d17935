"""
The phone: what makes these pages an app that can be installed, reads without a connection, and takes what is shared.

The service worker keeps pages that say so (`Martlet-Keep`, with whose they are) on the member's own device; for
visitors there is none. Signing out has the browser forget all of it, and so does a button.
"""

import json
import re
from functools import cache
from hashlib import sha256

from martlet.http.answer import NOSNIFF, Answer
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.services import pushing
from martlet.web import addresses
from martlet.web.assets import assets
from martlet.web.language import Language
from martlet.web.pages import OfflinePage
from martlet.web.rendering import told
from martlet.web.settings_pages import DevicePage
from martlet.web.visits import BRIEFLY, VARY, Pages, Visit
from martlet.web.wording import sentence

pages = Pages()

SHELL = (
    "martlet.css",
    "app.css",
    "thread.css",
    "pictures.css",
    "writing.css",
    "main.js",
    "trusted.js",
    "dates.js",
    "device.js",
    "htmx.js",
    "outbox.js",
    "carried.js",
    "reader.js",
    "bundles.js",
    "proving.js",
    "proofs.js",
    "continuity.js",
    "covering.js",
    "foreign.js",
    "settings.css",
    "waiting.js",
    "outgoing.js",
    "sealing.js",
    "acting.js",
    "answering.js",
    "talk.js",
    "newly.js",
    "failing.js",
    "swapping.js",
    "times.js",
    "feed.js",
    "list.js",
    "live.js",
    "writing.js",
    "completing.js",
    "drawer.js",
    "surviving.js",
    "files.js",
    "saying.js",
    "looking.js",
    "postponing.js",
    "zones.js",
    "sent.js",
    "icons.svg",
    "mark.svg",
    "avatar.png",
)
"""What every page needs, and what somebody writes with; other files are kept as they are asked for."""
WITHIN = {
    "outbox": b"addEmoji, addPost, empty, leave, send, ticketNow",
    "carried": b"keepFile, forgetCarried",
    "sealing": b"bring, forgetRoads, learn, mayLeave",
}
"""Modules that the worker has inside it, and what of each it uses."""
MOST_PAGES = 60
"""As in `static/worker.js`."""
PLASTER = "#eef2f0"
CHECKED = (b"cache-control", b"no-cache")
_EXPORT = re.compile(rb"^export (?=async function |function |const )", re.MULTILINE)
"""Workers that are modules are not known everywhere."""
FORGOTTEN = (b"clear-site-data", b'"cache", "storage"')


def add(routes: Routes[Endpoint]) -> None:
    routes.add("GET", addresses.WORKER, worker)


async def worker(request: Request, params: Params) -> Answer:
    """The service worker, at the root, so that it may look after all pages."""
    del request, params
    return Answer(_worker(), 200, [(b"content-type", b"text/javascript; charset=utf-8"), CHECKED, NOSNIFF])


@cache
def _worker() -> bytes:
    """Its version changes with any file of `static/`, and so the browser takes the new one."""
    found = assets()
    version = sha256("".join(sorted(one.address for one in found.values())).encode()).hexdigest()[:10]
    shell = [addresses.OFFLINE, addresses.READER, *(found[name].address for name in SHELL)]
    head = f"const VERSION = {json.dumps(version)};\nconst SHELL = {json.dumps(shell)};\n"
    return head.encode() + b"".join(map(_within, WITHIN)) + found["worker.js"].content


def _within(name: str) -> bytes:
    """A module, as a value of the worker's."""
    content = _EXPORT.sub(b"", assets()[f"{name}.js"].content)
    return b"const %b = (() => {\n%breturn { %b };\n})();\n" % (name.encode(), content, WITHIN[name])


@pages.get(addresses.MANIFEST, access="anyone")
async def manifest(visit: Visit) -> Answer:
    """https://www.w3.org/TR/appmanifest/; where what a phone shares goes is https://w3c.github.io/web-share-target/."""
    body = json.dumps(_manifest(visit.desk.name, visit.here.description, visit.language), ensure_ascii=False)
    return Answer(
        body.encode(), 200, [(b"content-type", b"application/manifest+json"), BRIEFLY, VARY, NOSNIFF]
    )


def _manifest(name: str, description: str, tongue: Language) -> dict[str, object]:
    found = assets()
    return {
        "id": "/",
        "name": name,
        "short_name": name[:30],
        "description": description,
        "lang": tongue.value,
        "start_url": addresses.TIMELINE,
        "scope": "/",
        "display": "standalone",
        "background_color": PLASTER,
        "theme_color": PLASTER,
        "categories": ["social"],
        "icons": [
            {"src": found["icon-192.png"].address, "type": "image/png", "sizes": "192x192"},
            {"src": found["icon-512.png"].address, "type": "image/png", "sizes": "512x512"},
            {"src": found["app-icon.svg"].address, "type": "image/svg+xml", "sizes": "any"},
        ],
        "shortcuts": [
            {"name": told(sentence("Write"), tongue), "url": addresses.WRITE},
            {"name": told(sentence("News"), tongue), "url": addresses.NEWS},
            {"name": told(sentence("Search"), tongue), "url": addresses.SEARCH},
        ],
        "share_target": {
            "action": addresses.SHARE,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [
                    {
                        "name": "files[]",
                        "accept": ["image/*", "video/*", "audio/*", "application/zip", ".zip"],
                    }
                ],
            },
        },
        "file_handlers": [{"action": addresses.READER, "accept": {"application/zip": [".zip"]}}],
    }


@pages.get(addresses.OFFLINE, access="anyone")
async def offline(visit: Visit) -> Answer:
    """What the service worker shows where a page is not to be had."""
    return visit.page(OfflinePage())


@pages.get(addresses.DEVICE, access="member")
async def device(visit: Visit) -> Answer:
    return visit.page(DevicePage(MOST_PAGES))


@pages.post(addresses.DEVICE, access="member")
async def forget(visit: Visit) -> Answer:
    await visit.store.writing(pushing.unsubscribe_browser, visit.signed_in.session.id)
    visit.headers.append(FORGOTTEN)
    return visit.go(addresses.DEVICE, done="device_forgotten")

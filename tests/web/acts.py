"""What people do on the pages, without script."""

import io
import re
from collections.abc import Mapping

from PIL import Image

from martlet.model.names import AccountId
from martlet.services import scheduling
from tests.browser import Browser, forms
from tests.client import Api, Files, Person, Reply


def inside(api: Api, person: Person, *, holds: bool = False) -> Browser:
    """Somebody signed in; what they send `holds` for ten seconds, or goes out at once."""
    with api.built.ground.store.write() as db:
        scheduling.prefer_holding(db, AccountId(int(person.id)), holds)
    browser = Browser(api)
    browser.sign_in(person)
    return browser


def press(browser: Browser, page: Reply, name: str, value: str, action: str = "/act") -> Reply:
    """The button of this name, which belongs to the form that goes to `action`."""
    assert re.search(rf'<button [^>]*name="{name}" value="{value}"', page.text), f"no button {name}={value}"
    form = next(one for one in forms(page) if one.action.replace("&#x2f;", "/") == action)
    return browser.post(action, form.fields | {name: value})


def write(
    browser: Browser,
    page: Reply,
    path: str = "/write",
    files: Files | None = None,
    more: Mapping[str, str] | None = None,
    **values: str,
) -> Reply:
    """Fill in the form that posts are written with."""
    form = next(one for one in forms(page) if "text" in one.names)
    kept = dict.fromkeys(re.findall(r'name="(said-\d+)"', page.text), "")
    return browser.upload(path, kept | form.fields | values | dict(more or {}), files)


def picture() -> Files:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(file, "PNG")
    return {"files[]": ("a.png", file.getvalue(), "image/png")}

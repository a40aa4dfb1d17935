"""What these tests do all the time, in a word each."""

from typing import Any

from tests import client
from tests.client import Api, Reply
from tests.elsewhere import Document, Elsewhere, Person
from tests.proxy.conftest import FILES

HERE = "http://localhost:3000"


def attached(url: str = f"{FILES}/sea.jpg", media_type: str = "image/jpeg", **more: Any) -> Document:
    return {"type": "Document", "mediaType": media_type, "url": url, "name": "The sea", **more}


def tell(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person, *files: Document, **more: Any
) -> Document:
    """A post that reaches ada, with files."""
    mention = {"type": "Mention", "href": f"{HERE}/users/{ada.username}"}
    note = eve.note(**{"attachment": list(files), "tag": [mention], "cc": [mention["href"]], **more})
    there.bring(api, eve.act("Create", note))
    return note


def shown(api: Api, ada: client.Person) -> Any:
    """The last post that ada was told of, as it is shown to her."""
    [last, *_] = api.get("/api/v1/notifications", ada).json
    return last["status"]


def get(api: Api, address: str, **headers: str) -> Reply:
    """A file at an address as the API tells it."""
    assert address.startswith(f"{HERE}/"), address
    return api.get(
        address.removeprefix(HERE), headers={name.replace("_", "-"): v for name, v in headers.items()}
    )

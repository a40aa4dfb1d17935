"""Documents name the files that are shown with them, so that these can come from anywhere."""

import hashlib
from typing import Any

from martlet.services import sweeping
from martlet.signing import digests
from tests.client import Api
from tests.mastodon.acts import publish
from tests.web.acts import picture


def test_attachments_name_their_files(api: Api) -> None:
    """Also those that were kept before it was written down, from the next sweep on."""
    ada = api.person("ada")
    [file] = picture().values()
    id = api.post("/api/v2/media", ada, files={"file": file}).json["id"]
    post = publish(api, ada, media_ids=[id])

    def named() -> tuple[str | None, str]:
        note: Any = api.get(
            f"/users/ada/posts/{post['id']}", headers={"accept": "application/activity+json"}
        ).json
        [file] = note["attachment"]
        served = api.get(file["url"].removeprefix(f"https://{api.host}")).body
        return file.get("digestMultibase"), digests.multihash(hashlib.sha256(served).digest())

    said, right = named()
    assert said == right
    with api.built.ground.store.write() as db:
        db.run("UPDATE media SET digest = NULL")
        db.run("DELETE FROM document")
    assert named()[0] is None
    api.run(sweeping.sweep(api.built.ground, "", api.built.ground.here))
    assert named()[0] == right

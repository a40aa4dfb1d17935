"""
The web in place of the network: pages, pictures, and servers that are slow or broken.

    web.page("https://blog.example/ferry", "blog.html")
    post = api.post("/api/v1/statuses", ada, form={"status": "https://blog.example/ferry"}).json["id"]
    look_up(api)
    assert api.get(f"/api/v1/statuses/{post}").json["card"]["title"] == "Ferry times"
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from martlet.network.answers import Answer
from martlet.network.errors import AnswerRefused, AnswerTooLarge, NoAnswer
from martlet.services import previewing
from tests.client import Api
from tests.elsewhere import Elsewhere

PAGES = Path(__file__).parent / "pages"


class Web(Elsewhere):
    """Pages by their address; for all else another server, as ever."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Answer] = {}
        self.failures: dict[str, NoAnswer] = {}

    def page(self, url: str, file: str, content_type: str = "text/html; charset=utf-8") -> None:
        self.html(url, (PAGES / file).read_bytes(), content_type)

    def html(self, url: str, body: bytes | str, content_type: str = "text/html; charset=utf-8") -> None:
        given = body.encode() if isinstance(body, str) else body
        self.answers[url] = Answer(200, {"content-type": content_type}, given, url)

    def picture(self, url: str, size: tuple[int, int] = (1200, 630)) -> None:
        file = BytesIO()
        Image.new("RGB", size, "teal").save(file, "PNG")
        self.html(url, file.getvalue(), "image/png")

    def redirect(self, url: str, to: str) -> None:
        self.answers[url] = self.answers[to]

    def times_asked(self, url: str) -> int:
        return self.asked.count(url)

    async def get(
        self,
        url: str,
        *,
        accept: Sequence[str] = (),
        max_bytes: int = 1 << 20,
        is_beginning_enough: bool = False,
        **options: Any,
    ) -> Answer:
        if url in self.failures:
            self.asked.append(url)
            raise self.failures[url]
        answer = self.answers.get(url)
        if answer is None:
            return await super().get(url, **options)
        self.asked.append(url)
        fits = (
            answer.media_type == one or (one.endswith("/*") and answer.media_type.startswith(one[:-1]))
            for one in accept
        )
        if answer.is_success and accept and not any(fits):
            raise AnswerRefused("It is of another type.")
        if len(answer.body) > max_bytes:
            if not is_beginning_enough:
                raise AnswerTooLarge("It is too large.")
            return Answer(answer.status, answer.headers, answer.body[:max_bytes], answer.url)
        return answer


def look_up(api: Api) -> None:
    """Let the time pass that previews wait, and do what is due."""
    api.work()
    hurry(api)
    api.work()


def hurry(api: Api) -> None:
    """What is to be done later for previews is due now."""
    with api.built.ground.store.write() as db:
        for name in (previewing.PREVIEW, previewing.FORGET):
            db.run("UPDATE job SET run_at = 0 WHERE name = :name", name=name)


def waiting(api: Api) -> int:
    """How many pages are to be asked for."""
    with api.built.ground.store.read() as db:
        return int(db.value("SELECT count(*) FROM job WHERE name = :name", name=previewing.PREVIEW))

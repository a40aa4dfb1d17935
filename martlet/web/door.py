"""The door for browsers: all pages, and the error page for whatever nobody else answers."""

from collections.abc import Sequence

from martlet.http.answer import HTML, PRIVATE, Answer, Header
from martlet.http.application import MethodNotAllowed
from martlet.http.limits import Limiter, TooOften
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Routes
from martlet.http.statuses import status_of
from martlet.model.errors import (
    TooMany,
    Unavailable,
)
from martlet.services.ports import Ground, Resolver
from martlet.streaming.hub import Hub
from martlet.web import (
    acting,
    announced,
    arranging,
    beside,
    carrying,
    colouring,
    commenting,
    comparing,
    consenting,
    copies,
    data,
    decisions,
    departing,
    device,
    distancing,
    entering,
    exploring,
    files,
    folders,
    galleries,
    guarding,
    guides,
    history,
    inbox,
    joining,
    known_places,
    live,
    looks,
    mailing,
    moving,
    news,
    personal_tokens,
    presenting,
    public_people,
    quoted,
    reading,
    recommending,
    requests,
    searching,
    securing,
    settings,
    settling,
    sitemaps,
    subscribing,
    syndicating,
    threads,
    timelines,
    topics,
    undoing,
    unsent,
    visits,
    wanting,
    welcoming,
    writing,
    writing_aids,
)
from martlet.web.desk.all import DESK
from martlet.web.pages import ErrorPage, Frame
from martlet.web.rendering import render
from martlet.web.visits import Desk, Pages
from martlet.web.wording import sentence

ALL: Sequence[Pages] = (
    acting.pages,
    announced.pages,
    commenting.pages,
    comparing.pages,
    arranging.pages,
    beside.pages,
    consenting.pages,
    carrying.pages,
    copies.pages,
    data.pages,
    departing.pages,
    decisions.pages,
    device.pages,
    distancing.pages,
    entering.pages,
    exploring.pages,
    folders.pages,
    history.pages,
    inbox.pages,
    galleries.pages,
    guides.pages,
    joining.pages,
    known_places.pages,
    live.pages,
    mailing.pages,
    subscribing.pages,
    moving.pages,
    news.pages,
    presenting.pages,
    public_people.pages,
    reading.pages,
    recommending.pages,
    requests.pages,
    searching.pages,
    personal_tokens.pages,
    securing.pages,
    settling.pages,
    sitemaps.pages,
    syndicating.pages,
    quoted.pages,
    threads.pages,
    timelines.pages,
    topics.pages,
    undoing.pages,
    *settings.ALL,
    unsent.pages,
    wanting.pages,
    welcoming.pages,
    writing.pages,
    writing_aids.pages,
    *DESK,
)


class WebDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = ("",)

    def __init__(
        self,
        ground: Ground,
        limiter: Limiter | None = None,
        resolver: Resolver | None = None,
        hub: Hub | None = None,
    ) -> None:
        self.routes = Routes[Endpoint]()
        self._desk = Desk(ground, limiter, ground.here.name, resolver, hub)
        for pages in ALL:
            visits.add(self.routes, pages, self._desk)
        files.add(self.routes, ground.here)
        colouring.add(self.routes, ground.here)
        device.add(self.routes)

    def failed(self, request: Request, error: Exception) -> Answer:
        """Said without a look at the database, which may be what fails."""
        here = self._desk.ground.here
        tongue = visits.language_when_failing(request, here)
        status = status_of(error)
        retry_at = error.retry_at if isinstance(error, TooMany) else None
        detail = None
        if isinstance(error, guarding.ForgedForm):
            detail = sentence(
                "The page lay open too long, or the form came from another site. Please go back and load the page again."
            )
        page = ErrorPage(status, detail, retry_at)
        look = looks.look_of(guarding.cookies_of(request).get(guarding.cookie_name(visits.LOOK, here), ""))
        html = render(page, Frame(self._desk.server_card(), tongue, "/", look=look))
        return Answer(html, status, [HTML, *guarding.headers(), PRIVATE, *_headers(error)])


def _headers(error: Exception) -> tuple[Header, ...]:
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", ", ".join(error.methods).encode()),)
    if isinstance(error, TooOften):
        return error.allowance.headers()
    if isinstance(error, Unavailable):
        return ((b"retry-after", b"5"),)
    return ()

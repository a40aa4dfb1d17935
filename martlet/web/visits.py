"""
The plumbing under every page.

    @pages.get(addresses.SETTINGS, access="member")
    async def settings(visit: Visit) -> Answer: …

A visit knows who comes, in which language, and what the form said. `access`
says for whom a page is: "anyone" (it may be kept by caches, and has no form),
"form" (anyone, and it has a form), "member" (whoever is signed in; others are
sent to sign in first), "leaving" (the same, also in the days before an account
is deleted, when all other pages lead here). `permission` is what the role of
whoever is signed in has to allow, or one of several; it is asked before the
form is read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl, quote, urlencode

from msgspec import Struct
from msgspec.structs import replace

from martlet.http import forms, limits, multipart
from martlet.http.answer import HTML, PRIVATE, Answer, Header, redirect
from martlet.http.limits import Limiter, Rule
from martlet.http.multipart import Upload
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.ids import id_from, milliseconds_of
from martlet.model.names import AccountId
from martlet.model.paging import LAST_ID
from martlet.model.paging import Page as Paging
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import entering, inviting, naming, permitting
from martlet.services.entering import Member
from martlet.services.ports import Ground, Resolver
from martlet.services.scheduling import UNDO_SECONDS
from martlet.storage.database import Reader, Store
from martlet.streaming.hub import Hub
from martlet.web import addresses, colouring, faces, guarding, language, looks, unread
from martlet.web.candidates import Candidates
from martlet.web.cards import ServerCard
from martlet.web.feeds import Feeds
from martlet.web.known_announcements import KnownAnnouncements
from martlet.web.language import Language
from martlet.web.looks import Look
from martlet.web.pages import Frame, Page
from martlet.web.public_posts import PublicPosts
from martlet.web.rendering import piece, render
from martlet.web.shelf import Shelf
from martlet.web.wording import NOTICES


class HasId(Protocol):
    """What a list is paged by."""

    @property
    def id(self) -> int: ...


Access = Literal["anyone", "form", "member", "leaving"]
Proof = Literal["token", "origin", "none"]
"""What shows that a form is ours: its token; or, on pages that are kept for all, where it comes from. Of mail programs none is asked."""
Handler = Callable[["Visit"], Awaitable[Answer]]

BODY_LIMIT = 64 * 1024
SESSION, FORM, STEP, LANGUAGE, LOOK = "session", "form", "step", "lang", "look"
ACCOUNT_LANGUAGE = "account_lang"
"""The member's, where the browser prefers another: what fails is said in it without a look at the database."""
WHOLE_BYTES = 16 * 1024 * 1024
LONGEST_KEPT = 400
"""Letters of the address of a page that is kept, where others make the address."""
PAGED = frozenset({"max_id", "min_id", "show", "lang", "sort", "after", "below"})
"""What may be asked of a page that is kept whole; with anything else in its address it is rendered anew."""
DONE, UNDO = "done", "undo"
"""The query's names for a notice (`?done=signed_out`), and for what takes back what it tells of."""
SENT = "sent"
"""The query's name for what was sent a moment ago, and may be taken back."""
BRIEFLY = (b"cache-control", b"public, max-age=30")
VARY = (b"vary", b"Cookie, Accept-Language")


@dataclass(slots=True)
class Desk:
    """What every page has at hand; one for each process. `name` is the server's as last read."""

    ground: Ground
    limiter: Limiter | None
    name: str
    resolver: Resolver | None = None
    hub: Hub | None = None
    feeds: Feeds = field(init=False)
    public: PublicPosts = field(init=False)
    candidates: Candidates = field(default_factory=Candidates)
    announced: KnownAnnouncements = field(default_factory=KnownAnnouncements)
    whole: Shelf[bytes] = field(init=False)
    """Whole pages for visitors, see `Visit.public_page`."""

    def __post_init__(self) -> None:
        self.feeds = Feeds(self.ground.here)
        self.public = PublicPosts(self.ground.here)
        self.whole = Shelf(WHOLE_BYTES)

    def server_card(self) -> ServerCard:
        here = self.ground.here
        return ServerCard(
            name=self.name,
            host=here.host,
            address=here.url,
            description=here.description,
            version=here.version,
            source=here.source_url,
            contact_email=here.contact_email or None,
            look=colouring.address(here),
            picture=here.thumbnail_url if here.choices.thumbnail else "",
        )


class Visit(Struct):
    """One visit of one page."""

    request: Request
    params: Params
    desk: Desk
    query: dict[str, str]
    cookies: dict[str, str]
    member: Member | None
    language: Language
    form: dict[str, str] = {}
    seed: str = ""
    headers: list[Header] = []
    is_public: bool = False
    news: int = 0
    """Unread notifications of a member, up to a hundred."""
    files: dict[str, Upload] = {}
    """Files that the form brought, on pages that take some; they are gone once the page is answered."""
    tending: Actor | None = None
    """Who looks after the server, on pages for those who may."""

    @property
    def ground(self) -> Ground:
        return self.desk.ground

    @property
    def here(self) -> Server:
        return self.desk.ground.here

    @property
    def store(self) -> Store:
        return self.desk.ground.store

    @property
    def hub(self) -> Hub:
        """Through which open pages hear of what is new."""
        if self.desk.hub is None:
            raise RuntimeError("This process has no streams.")
        return self.desk.hub

    @property
    def wants_part(self) -> bool:
        """Whether script asked, for no more than the part of the page that changes."""
        return self.request.header(b"hx-request") == "true"

    @property
    def is_from_outbox(self) -> bool:
        """Whether script sends what waited on the device (`static/outbox.js`): told in few words, without a page."""
        return self.request.header(b"martlet-outbox") == "1"

    @property
    def network(self) -> str:
        """What counts as one place that somebody tries from."""
        return limits.network_of(self.request.address)

    @property
    def signed_in(self) -> Member:
        """Who is signed in, on pages that are for members only."""
        if self.member is None:
            raise RuntimeError("This page is not for members only.")
        return self.member

    @property
    def account(self) -> AccountId:
        return self.signed_in.account.id

    @property
    def actor(self) -> Actor:
        """Who looks after the server, on pages for those who may."""
        if self.tending is None:
            raise RuntimeError("This page asks for no permission.")
        return self.tending

    @property
    def is_for_member(self) -> bool:
        """Whether a page that is for anyone is shown to somebody who may also do something there."""
        return self.member is not None and self.member.login.deletes_at is None

    def count(self, rule: Rule) -> None:
        """Count what members may do only so often, by app or here. Raises `TooOften`."""
        if self.desk.limiter is not None:
            self.desk.limiter.count(rule, str(self.account))

    def cookie(self, name: str) -> str:
        return self.cookies.get(guarding.cookie_name(name, self.here), "")

    @property
    def token(self) -> str:
        """The session's, as the browser showed it."""
        return self.cookie(SESSION)

    @property
    def look(self) -> Look:
        """As it is kept in this browser; whoever hides all pictures is asked everywhere."""
        found = looks.look_of(self.cookie(LOOK))
        hides = self.member is not None and self.member.login.show_media == "hide_all"
        return replace(found, pictures="few") if hides else found

    @property
    def address(self) -> str:
        """Path and query of this page."""
        path = quote(self.request.path, safe="/@:~!$&'()*+,;=%")
        query = self.request.query.decode("latin-1")
        return f"{path}?{query}" if query else path

    def field(self, name: str, limit: int = 1000) -> str:
        """A form's field. What is longer than its page allows is cut, and so refused by its rule."""
        return self.form.get(name, "")[: limit + 1]

    def own(self, address: str) -> str:
        """An address to go on to, if it is one of ours; else nothing (attacks B6)."""
        return address if address and addresses.own_address(address) is not None else ""

    # -- long lists ------------------------------------------------------

    def paging(self, limit: int) -> Paging:
        """Which page of a list was asked for: every place in it has an address, as in the client API."""
        before, after = id_from(self.query.get("max_id", "")), id_from(self.query.get("min_id", ""))
        return Paging(before or LAST_ID, after or 0, limit, is_upward=after is not None)

    @property
    def is_first_page(self) -> bool:
        return "max_id" not in self.query and "min_id" not in self.query

    def ends(self, address: str, shown: Sequence[HasId], limit: int) -> tuple[str | None, str | None]:
        """The addresses of the pages before and after this one, as far as there may be such."""
        more = "&" if "?" in address else "?"
        newer = f"{address}{more}min_id={shown[0].id}" if shown and not self.is_first_page else None
        may_go_on = len(shown) >= limit or "min_id" in self.query
        older = f"{address}{more}max_id={shown[-1].id}" if shown and may_go_on else None
        return newer, older

    # -- answers ---------------------------------------------------------

    def page(self, page: Page, status: int = 200, *, form_to: str = "") -> Answer:
        """`form_to`: where forms on it may lead besides here, see `guarding.headers`."""
        html = self._as_preferred(render(page, self.frame()))
        kept = [BRIEFLY, VARY] if self.is_public and not self.headers and self.member is None else [PRIVATE]
        guards = guarding.headers(
            form_to,
            has_camera=getattr(page, "uses_camera", False),
            shows_files=getattr(page, "shows_files", False),
        )
        found = [HTML, *guards, *kept, *self.headers]
        if self.member is not None and getattr(page, "is_kept_on_device", False):
            found.append((b"martlet-keep", str(self.account).encode()))  # `static/worker.js`
        return Answer(html, status, found)

    def _as_preferred(self, html: bytes) -> bytes:
        """Warnings and sensitive pictures lie open for whoever prefers that; lists are rendered once for all."""
        if self.member is None:
            return html
        if self.member.login.opens_warnings:
            html = html.replace(b'<details class="cw">', b'<details class="cw" open>')
        if self.member.login.show_media == "show_all":
            html = html.replace(b'<details class="cw" data-veil>', b'<details class="cw" data-veil open>')
        return html

    def public_page(self, made_of: Hashable, make: Callable[[], tuple[Page, int]]) -> Answer:
        """
        A page that all visitors are shown the same, kept whole under all that it is made of.

        `make` gives the page and until when it may be kept. Whoever is signed in gets one with their own name on it.
        """
        if self.member is not None:
            return self.page(make()[0])
        key = (
            made_of,
            self.language,
            self.desk.server_card(),
            self.here.registration,
            self.look,
            self.address,
        )
        now = self.here.now_ms()
        content = self.desk.whole.find(key, now)
        if content is None:
            page, until = make()
            content = render(page, self.frame())
            if until > now and self.query.keys() <= PAGED:
                self.desk.whole.keep(key, content, until)
        kept = [PRIVATE] if self.headers else [BRIEFLY, VARY]
        return Answer(content, 200, [HTML, *guarding.headers(), *kept, *self.headers])

    def part(self, template: str, **values: object) -> Answer:
        """A part of a page, for `wants_part`."""
        html = piece(template, self.language, **values)
        return Answer(html, 200, [HTML, *guarding.headers(), PRIVATE, *self.headers])

    @property
    def language_in_frames(self) -> Language:
        """As the page around the frame asks, or the browser; no cookie is looked at."""
        return language.choose(self.query.get("lang"), None, self.request.header(b"accept-language"))

    def embedded(self, made_of: Hashable, make: Callable[[], tuple[Page, int]], status: int = 200) -> Answer:
        """
        A page that other sites may show in a frame, kept as `public_page` keeps them.

        It is the same for everybody: no cookie is looked at, and none is set.
        """
        tongue = self.language_in_frames
        key = (made_of, tongue, self.desk.server_card(), self.address)
        content, now = self.desk.whole.find(key, self.here.now_ms()), self.here.now_ms()
        if content is None:
            page, until = make()
            content = render(page, Frame(self.desk.server_card(), tongue, self.address))
            if until > now and len(self.address) <= LONGEST_KEPT:
                self.desk.whole.keep(key, content, until)
        headers = [HTML, *guarding.headers_in_frames(self.here), BRIEFLY, (b"vary", b"Accept-Language")]
        return Answer(content, status, headers)

    def go(self, address: str, **query: str) -> Answer:
        """Go there next, with cookies that were set on the way."""
        if query:
            address += ("&" if "?" in address else "?") + urlencode(query)
        answer = redirect(address)
        answer.headers.extend(self.headers)
        return answer

    def set_cookie(self, name: str, value: str, seconds: int | None = None) -> None:
        self.headers.append(guarding.cookie(name, value, self.here, seconds))

    def drop_cookie(self, name: str) -> None:
        self.headers.append(guarding.cookie(name, "", self.here, 0))

    def frame(self) -> Frame:
        viewer = faces.face(self.member.account, self.here) if self.member else None
        csrf = guarding.form_token(self.ground.secret, self.seed, self.here) if self.seed else ""
        notice = NOTICES.get(self.query.get(DONE, ""))
        undo = self.query.get(UNDO, "") if notice is not None else ""
        if undo and guarding.undone_by(undo, self.ground.secret, self.seed, self.here) is None:
            undo = ""
        sent = id_from(self.query.get(SENT, ""))
        until = 0 if sent is None else milliseconds_of(sent) + UNDO_SECONDS * 1000
        seconds = min(UNDO_SECONDS, max(0, until - self.here.now_ms()) // 1000)
        return Frame(
            self.desk.server_card(),
            self.language,
            self.address,
            csrf,
            viewer,
            notice,
            self.news,
            inviting.may_invite(self.here),
            undo,
            self.look,
            sent=str(sent) if seconds else "",
            sent_seconds=seconds,
            account=str(self.account) if self.member is not None else "",
        )


class Route(Struct, frozen=True):
    """`takes`: how many bytes of files its form may bring; None: no files."""

    method: str
    path: str
    access: Access
    handler: Handler
    takes: Callable[[Server], int] | None = None
    permission: Permission | None = None
    is_handed_on: bool = False
    """The form is no page's of ours, but the browser's own."""
    proof: Proof = "token"


class Pages:
    """The pages of one module."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def get(
        self, path: str, access: Access = "form", permission: Permission | None = None
    ) -> Callable[[Handler], Handler]:
        return self._define("GET", path, access, None, permission)

    def post(
        self,
        path: str,
        access: Access = "form",
        permission: Permission | None = None,
        *,
        proof: Proof = "token",
    ) -> Callable[[Handler], Handler]:
        """`proof` other than a token only for what somebody could as well have done from anywhere else."""
        return self._define("POST", path, access, None, permission, proof=proof)

    def upload(
        self, path: str, limit: Callable[[Server], int], permission: Permission | None = None
    ) -> Callable[[Handler], Handler]:
        """For members: a form that brings files, of at most so many bytes."""
        return self._define("POST", path, "member", limit, permission)

    def handed_on(self, path: str, limit: Callable[[Server], int]) -> Callable[[Handler], Handler]:
        """
        For members: what the device hands on to us, of at most so many bytes, without a token of ours.

        Such a page only shows a form, and nothing comes from other sites: their forms come without the session's
        cookie (SameSite), and say where they come from.
        """
        return self._define("POST", path, "member", limit, None, is_handed_on=True)

    def _define(
        self,
        method: str,
        path: str,
        access: Access,
        takes: Callable[[Server], int] | None,
        permission: Permission | None,
        *,
        is_handed_on: bool = False,
        proof: Proof = "token",
    ) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.routes.append(Route(method, path, access, handler, takes, permission, is_handed_on, proof))
            return handler

        return keep


def add(routes: Routes[Endpoint], pages: Pages, desk: Desk) -> None:
    for route in pages.routes:
        routes.add(route.method, route.path, _endpoint(route, desk))


def _endpoint(route: Route, desk: Desk) -> Endpoint:
    access = route.access

    async def run(request: Request, params: Params) -> Answer:
        visit = await _arrived(route, desk, request, params)
        if access in ("member", "leaving") and visit.member is None:
            asked = visit.address if request.method in ("GET", "HEAD") else addresses.SETTINGS
            return visit.go(addresses.SIGN_IN, next=asked)
        if access == "member" and visit.member is not None and visit.member.login.deletes_at is not None:
            return visit.go(addresses.DELETE_ACCOUNT)
        if route.takes is None:
            return await route.handler(visit)
        async with _with_files(visit, route.takes(desk.ground.here), is_handed_on=route.is_handed_on):
            return await route.handler(visit)

    return run


@asynccontextmanager
async def _with_files(visit: Visit, limit: int, *, is_handed_on: bool) -> AsyncIterator[None]:
    """A form with files. Nobody's body is read who is not signed in, or comes from another site."""
    if is_handed_on:
        guarding.check_handed_on(visit.request, visit.here)
    else:
        guarding.check_origin(visit.request, visit.here)
    if not is_handed_on and not visit.request.header(b"content-type").startswith("multipart/form-data"):
        _check_token(visit)  # another kind of form is not read, and so shows no token
    scratch = visit.ground.workshop.workers.scratch
    values, uploads = await multipart.with_files(visit.request, limit, scratch)
    try:
        visit.form = {name: value for name, value in values.items() if isinstance(value, str)}
        visit.files = dict(_named_files(values))
        if not is_handed_on:
            _check_token(visit)
        yield
    finally:
        for one in uploads:
            one.file.close()


def _named_files(values: Mapping[str, Any]) -> Iterator[tuple[str, Upload]]:
    """Several of one field (`files[]`) as `files-0`, `files-1` and so on."""
    for name, value in values.items():
        if isinstance(value, Upload):
            yield name, value
        elif isinstance(value, dict):
            for n, one in value.items():
                if isinstance(one, Upload):
                    yield f"{name}-{n}", one


def _check_token(visit: Visit) -> None:
    guarding.check_form(
        visit.request, visit.form.get("csrf", ""), visit.ground.secret, visit.seed, visit.here
    )


async def _arrived(route: Route, desk: Desk, request: Request, params: Params) -> Visit:
    access, here, store = route.access, desk.ground.here, desk.ground.store
    cookies = guarding.cookies_of(request)
    token = cookies.get(guarding.cookie_name(SESSION, here), "")
    member, desk.name, news = await store.reading(_who, token, desk)
    if desk.limiter is not None:
        _count(desk.limiter, request, member)
    if b"\0" in request.query or b"%00" in request.query:
        raise forms.Malformed(forms.NUL)
    query = dict(parse_qsl(request.query.decode("latin-1"), keep_blank_values=True))
    visit = Visit(
        request, params, desk, query, cookies, member, _language(desk, request, cookies, query, member)
    )
    visit.is_public, visit.news = access == "anyone", news
    if route.permission is not None and member is not None:
        visit.tending = await store.reading(permitting.actor_of, member.account.id)
        permitting.check_one_of(visit.tending, route.permission)
    if member is not None and entering.is_stale(member, here):
        await store.writing(entering.touch, member, request.address, here)
    _remember_language(visit)
    visit.seed = member.session.digest.hex() if member else cookies.get(guarding.cookie_name(FORM, here), "")
    if request.method == "POST" and route.takes is None:
        values = forms.from_urlencoded(await request.body(BODY_LIMIT))
        visit.form = {name: value for name, value in values.items() if isinstance(value, str)}
        if route.proof == "token":
            guarding.check_form(request, visit.form.get("csrf", ""), desk.ground.secret, visit.seed, here)
        elif route.proof == "origin":
            guarding.check_origin(request, here)
    elif request.method != "POST" and not visit.seed and access != "anyone":
        visit.seed = guarding.make_seed()
        visit.set_cookie(FORM, visit.seed)
    return visit


def _count(limiter: Limiter, request: Request, member: Member | None) -> None:
    """Members each for themselves, so that a school behind one address is not taken for one visitor."""
    if member is None:
        limiter.count(limits.ADDRESS, limits.network_of(request.address))
    else:
        limiter.count(limits.ACCOUNT, str(member.account.id))


def _who(db: Reader, token: str, desk: Desk) -> tuple[Member | None, str, int]:
    """Who comes, what the server is called now, and how much news there is for them."""
    here = desk.ground.here
    member, name = entering.find_member(db, token, here), naming.server_name(db, here)
    if member is None:
        return None, name, 0
    return member, name, unread.count(db, member.account.id, desk.feeds, here.now_ms())


def _language(
    desk: Desk, request: Request, cookies: dict[str, str], query: dict[str, str], member: Member | None
) -> Language:
    asked = query.get("lang") or cookies.get(guarding.cookie_name(LANGUAGE, desk.ground.here))
    return language.choose(asked, member.login.locale if member else None, request.header(b"accept-language"))


def _remember_language(visit: Visit) -> None:
    found = language.match(visit.query["lang"]) if "lang" in visit.query else None
    if found is not None:
        visit.set_cookie(LANGUAGE, found.value, guarding.YEAR_SECONDS)
    elif visit.member is not None and language_when_failing(visit.request, visit.here) != visit.language:
        visit.set_cookie(ACCOUNT_LANGUAGE, visit.language.value, guarding.SESSION_SECONDS)


def language_when_failing(request: Request, here: Server) -> Language:
    """As far as the browser alone can tell."""
    cookies = guarding.cookies_of(request)
    asked, account = (cookies.get(guarding.cookie_name(one, here)) for one in (LANGUAGE, ACCOUNT_LANGUAGE))
    return language.choose(asked, account, request.header(b"accept-language"))

"""Building the town: people, faces, and their two weeks, act by act, through the use cases."""

import asyncio
import random
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from martlet.demo import drawing, photographs, plan, script
from martlet.demo.clock import Clock
from martlet.demo.plan import Act
from martlet.demo.script import Line, Person
from martlet.jobs.runner import Runner
from martlet.media import avatars, pipeline
from martlet.media.avatars import Shape
from martlet.model.names import AccountId, MediaId, PostId, TokenId, UserId
from martlet.model.posts import Draft, PollDraft, Revision
from martlet.model.server import milliseconds
from martlet.services import (
    arranging,
    editing,
    filtering,
    following,
    listing,
    naming,
    polling,
    posting,
    profiles,
    reacting,
    registering,
    uploading,
    visiting,
)
from martlet.services.arranging import Said
from martlet.services.filtering import KeywordChange
from martlet.services.following import Wanted
from martlet.services.ports import Ground
from martlet.services.profiles import Change, ProfileField
from martlet.services.registering import Newcomer
from martlet.services.uploading import Description
from martlet.storage import cards, emojis, links, posts, server_values, users
from martlet.storage.cards import Card
from martlet.storage.database import Writer
from martlet.storage.emojis import Emoji
from martlet.storage.links import Link
from martlet.storage.server_values import Rule

NAME = "Mauerwinkel"
DAY = 86_400_000
NO_TOKEN = TokenId(0)
AT_ONCE = 40
"""Acts in one transaction."""
HANDS = 3
"""Pictures drawn and made ready side by side."""
STAFF = {"jona": "owner", "paula": "moderator"}
NO_PASSWORD = "!"  # noqa: S105 - no hash, so none fits
ASKING = (("emil", "mila"), ("haoran", "mila"), ("theo", "mila"), ("siyu", "xinyi"))
LET_IN = (("greta", "mila"), ("frieda", "mila"), ("yining", "xinyi"), ("xiaoyu", "xinyi"))
RULES = (
    ("Be kind. / Seid freundlich. / 与人为善。", "We live here together, and meet at the baker’s."),
    ("Describe your pictures. / Beschreibt eure Bilder. / 请为图片写说明。", "Not everybody sees them."),
    ("What is told in confidence stays there.", "Do not carry posts for followers elsewhere."),
)
HEADERS = (
    "roofs day 3",
    "mountains frost 3",
    "bridge dusk 2",
    "tea 3",
    "garden",
    "books",
    "lanterns 2",
    "mountains spring",
    "snow",
    "roofs dusk 6",
    "mountains dusk 2",
)
"""Each hangs in somebody's post, too: what is drawn once costs nothing again."""
CLUBS = {
    "harbour": ("#34466b", "#cfe1e6"),
    "kreisblatt": ("#7d3b4f", "#efe3cd"),
    "turmuhr": ("#2f6355", "#e9d3c4"),
    "lesekreis": ("#9c4434", "#f4f0dc"),
}


class Town:
    """Builds it on a ground whose clock it sets."""

    def __init__(
        self, ground: Ground, runner: Runner, clock: Clock, now: datetime, hashes: dict[str, str]
    ) -> None:
        self.ground, self.runner, self.clock, self.now = ground, runner, clock, now
        self.hashes = hashes
        self.here = ground.here
        self.dice = random.Random(1742)  # noqa: S311 - the same town every time
        self.people = script.people()
        self.lines = script.scenes()
        self.accounts: dict[str, AccountId] = {}
        self.users: dict[str, UserId] = {}
        self.seen: set[tuple[str, int]] = set()
        self.posts: dict[int, PostId] = {}
        self.names: dict[str, PostId] = {}
        self.media: dict[int, tuple[MediaId, ...]] = {}
        self.hands = asyncio.Semaphore(HANDS)

    async def build(self) -> None:
        await self.ground.store.writing(self._found)
        with TemporaryDirectory(prefix="martlet-demo-") as folder:
            self.folder = Path(folder)
            await asyncio.gather(*(self._dress(person) for person in self.people), self._stamp())
            await self.runner.run_until_idle()
            follows = plan.who_follows_whom(self.people, self.dice)
            await self._meet(follows)
            await self._live(plan.acts(self.lines, follows, self.now, self.dice))
        self.clock.go_to(self.now)
        await self.ground.store.writing(self._arrange)
        await self.runner.run_until_idle()

    # -- people ----------------------------------------------------------

    def _found(self, db: Writer) -> None:
        naming.rename(db, NAME)
        server_values.put_rules(db, [Rule(self.here.next_id(), text, hint) for text, hint in RULES])
        for person in self.people:
            self.clock.go_to(self.clock() + timedelta(hours=self.dice.uniform(1, 9)))
            newcomer = Newcomer(
                person.handle,
                f"{person.handle}@mauerwinkel.example",
                self.hashes.get(person.handle, NO_PASSWORD),
                role=STAFF.get(person.handle, "user"),
                locale={"zh": "zh-Hans"}.get(person.languages[0], person.languages[0]),
            )
            self.accounts[person.handle] = registering.register(db, newcomer, self.here)
            user = users.find(db, self.accounts[person.handle])
            if user is not None:
                self.users[person.handle] = user.id

    async def _dress(self, person: Person) -> None:
        """Name, note, face and header."""
        number = self.people.index(person)
        colours = CLUBS.get(person.handle)
        async with self.hands:
            if colours:
                face = await self._file(
                    f"{person.handle}.jpg", partial(drawing.thing, person.handle, colours)
                )
            else:
                _, shown, what = person.face.partition("picture ")
                draws = (
                    partial(photographs.square, what)
                    if shown
                    else partial(drawing.face, person.handle, person.face)
                )
                face = await self._file(f"{person.handle}.jpg", draws)
            header = None
            if number % 4 != 2:  # noqa: PLR2004 - three of four have one
                what = HEADERS[number % len(HEADERS)]
                header = await self._file(f"{person.handle}-header.jpg", partial(photographs.taken, what))
            change = Change(
                display_name=person.name,
                note=person.note,
                fields=[ProfileField(name, value) for name, value in person.fields],
                is_discoverable=not person.is_locked,
                is_indexable=not person.is_locked,
                is_locked=person.is_locked,
                is_bot=person.handle == "turmuhr",
                default_language=person.languages[0],
            )
            await profiles.change_with_pictures(
                self.ground, self.accounts[person.handle], change, face, header
            )

    async def _stamp(self) -> None:
        """The town's own emoji."""
        for shortcode, draws in drawing.EMOJI.items():
            file = await self._file(f"{shortcode}.png", draws)
            with avatars.fitted(file, Shape.EMOJI, self.ground.workshop) as picture:
                kept = avatars.keep(picture, self.ground.media)
            emoji = Emoji(
                self.here.next_id(),
                shortcode,
                "",
                kept.original_key,
                kept.still_key,
                NAME,
                1,
                self.here.now_ms(),
            )
            await self.ground.store.writing(emojis.insert, emoji)

    async def _file(self, name: str, draws: Callable[[], bytes]) -> Path:
        path = self.folder / name
        path.write_bytes(await asyncio.to_thread(draws))
        return path

    async def _meet(self, follows: dict[str, set[str]]) -> None:
        self.clock.go_to(self.now - timedelta(days=14, hours=20))
        pairs = [(who, whom) for who, all_ in sorted(follows.items()) for whom in sorted(all_)]
        self.dice.shuffle(pairs)
        for at in range(0, len(pairs), AT_ONCE):
            self.clock.go_to(self.clock() + timedelta(minutes=20))
            await self.ground.store.writing(self._follow, pairs[at : at + AT_ONCE])
            await self.runner.run_until_idle()
        await self.ground.store.writing(self._follow, [*LET_IN, *ASKING])
        await self.ground.store.writing(self._let_in)
        for who, whom in LET_IN:
            follows[who].add(whom)
        await self.runner.run_until_idle()

    def _follow(self, db: Writer, pairs: Iterable[tuple[str, str]]) -> None:
        for who, whom in pairs:
            following.follow(db, self.accounts[who], self.accounts[whom], Wanted(), self.here)

    def _let_in(self, db: Writer) -> None:
        for who, whom in LET_IN:
            following.accept(db, self.accounts[whom], self.accounts[who], self.here)

    # -- what they do ----------------------------------------------------

    async def _live(self, acts: list[Act]) -> None:
        for at in range(0, len(acts), AT_ONCE):
            some = acts[at : at + AT_ONCE]
            self.clock.go_to(some[0].at)
            await asyncio.gather(*(self._upload(act.line) for act in some if act.what == "post"))
            await self.ground.store.writing(self._do_all, some)
            await self.runner.run_until_idle()

    async def _upload(self, line: Line) -> None:
        ready = []
        for number, (what, seen) in enumerate(line.pictures):
            async with self.hands:
                file = await self._file(f"{id(line)}-{number}.jpg", partial(photographs.taken, what))
                owner = self.accounts[line.author]
                ready.append(await uploading.upload(self.ground, owner, file, None, Description(seen)))
        self.media[id(line)] = tuple(ready)

    def _do_all(self, db: Writer, acts: list[Act]) -> None:
        for act in acts:
            self.clock.go_to(act.at)
            self._come(db, act.who)
            if act.what == "post":
                self._post(db, act.line)
            elif id(act.line) in self.posts:
                self._react(db, act, self.accounts[act.who], self.posts[id(act.line)])

    def _come(self, db: Writer, who: str) -> None:
        """They are here today."""
        day = self.here.now_ms() // DAY
        if (who, day) not in self.seen:
            self.seen.add((who, day))
            visiting.note(db, [(self.users[who], NO_TOKEN)], self.here)

    def _post(self, db: Writer, line: Line) -> None:
        if line.answers is not None and id(line.answers) not in self.posts:
            return
        poll = PollDraft(line.poll[1], line.poll[0] * 3600) if line.poll else None
        text = line.text
        if (
            line.answers is not None
            and f"@{line.answers.author}" not in text
            and line.answers.author != line.author
        ):
            text = f"@{line.answers.author} {text}"
        draft = Draft(
            author=self.accounts[line.author],
            text=text,
            visibility=line.visibility,
            reply_to=self.posts[id(line.answers)] if line.answers else None,
            warning=line.warning,
            language=line.language,
            media=self.media.get(id(line), ()),
            poll=poll,
            quote_of=self.names.get(line.quotes),
        )
        post = posting.publish(db, draft, self.here)
        self.posts[id(line)] = post
        if line.name:
            self.names[line.name] = post
        if line.has_card:
            self._card(db, post)

    def _react(self, db: Writer, act: Act, who: AccountId, post: PostId) -> None:
        match act.what:
            case "like":
                reacting.like(db, who, post, self.here)
            case "boost":
                reacting.boost(db, who, post, None, self.here)
            case "bookmark":
                reacting.bookmark(db, who, post, self.here)
            case "pin":
                reacting.pin(db, who, post, self.here)
            case "vote":
                self._vote(db, act.line, who, post)
            case "edit" if act.line.edit is not None:
                revision = Revision(act.line.edit[1], language=act.line.language)
                editing.edit(db, who, post, revision, self.here)

    def _vote(self, db: Writer, line: Line, who: AccountId, post: PostId) -> None:
        found = posts.find_unfiltered(db, post)
        if found is not None and found.poll_id is not None and line.poll is not None:
            choices = range(len(line.poll[1]))
            choice = self.dice.choices(
                choices, weights=[3 + (number * 7 + line.minutes) % 5 for number in choices]
            )
            polling.vote(db, who, found.poll_id, choice, self.here)

    def _albums(self, db: Writer) -> None:
        found: dict[tuple[str, str], list[MediaId]] = {}
        for line in self.lines:
            if line.album and id(line) in self.posts:
                found.setdefault((line.author, line.album), []).extend(self.media[id(line)])
        for (owner, title), pictures in found.items():
            arranging.create(db, self.accounts[owner], Said(title=title), pictures, self.here)

    def _card(self, db: Writer, post: PostId) -> None:
        with pipeline.processed(photographs.taken("roofs day 5"), self.ground.workshop) as made:
            kept = pipeline.keep(made, self.ground.media)
        card = Card(
            id=self.here.next_id(),
            url="https://kreisblatt.example/gaswerk",
            title="Nistkästen im alten Gaswerk: 41 Paare, so viele wie nie",
            description="Der Stadtrat lässt das Gaswerk stehen. Zwölf der neuen Kästen baut die Lehrwerkstatt.",
            language="de",
            author_name="Jona Feldmann",
            provider_name="Kreisblatt Mauerwinkel",
            provider_url="https://kreisblatt.example",
            image=kept.original_key,
            image_bytes=kept.original_size,
            image_text="Rote Dächer, über denen Mauersegler fliegen",
            blurhash=kept.blurhash,
            width=photographs.SIZE[0],
            height=photographs.SIZE[1],
            source_name="dpa",
            published_at=milliseconds(self.clock() - timedelta(hours=1)),
            created_at=self.here.now_ms(),
        )
        kept_as = cards.put(db, card)
        # as if the page had been asked for: others that link to it show the card, too
        links.put(db, Link(self.here.next_id(), card.url, "kreisblatt.example", kept_as, self.here.now_ms()))
        cards.attach(db, [post], kept_as)

    def _arrange(self, db: Writer) -> None:
        """Albums, and what is only one's own: lists and a filter. And that everybody was here today."""
        self._albums(db)
        for who in self.accounts:
            self._come(db, who)
        jona, xiaoyu = self.accounts["jona"], self.accounts["xiaoyu"]
        for owner, title, members in (
            (jona, "Nachbarn", ("ines", "marek", "lotte", "oskar", "ruth")),
            (jona, "Rathaus & Termine", ("paula", "hana", "kreisblatt")),
            (xiaoyu, "读书会", ("yining", "lesekreis", "xinyi", "meilan")),
        ):
            made = listing.create(db, owner, title, None, is_exclusive=None, here=self.here)
            ids = [self.accounts[name] for name in members]
            for id in ids:
                following.follow(db, owner, id, Wanted(), self.here)
            listing.add(db, made.id, owner, ids, self.here)
        words = [KeywordChange(keyword="Schnecken", whole_word=True)]
        filtering.create(
            db, jona, "Schnecken, bitte nicht", ["home", "public"], "warn", None, words, self.here
        )

"""An invented server called Mauerwinkel: its people and what they wrote, as pages show them."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from martlet.web.cards import (
    Choice,
    Emoji,
    Face,
    Fact,
    Featured,
    Html,
    LinkCard,
    Picture,
    Poll,
    PostCard,
    Profile,
    Quote,
    Rule,
    ServerCard,
)
from martlet.web.language import Language
from martlet.web.pages import Frame

NOW = datetime(2026, 11, 22, 14, 50, tzinfo=UTC)
HOST = "mauerwinkel.example"

SERVER = ServerCard(
    name="Mauerwinkel",
    host=HOST,
    address=f"https://{HOST}",
    description="A small server for the lower town: gardens, choir, ferry times, and whatever else needs saying.",
    version="0.1.0",
    source="https://example.org/martlet",
    contact_email="hello@mauerwinkel.example",
)


def face(name: str, username: str, host: str = HOST, emoji: tuple[Emoji, ...] = ()) -> Face:
    return Face(name, username, host, f"/@{username}", f"/media/a-{username}.svg", emoji)


SUN = Emoji("sun", "/media/p-mist.svg")
JONA = face("Jona Feldmann :sun:", "jona", emoji=(SUN,))
AMARA = face("Amara Okoye", "amara", "harbour.example")
INES = face("Ines Brandt", "ines", "hof.example")
LIN = face("林晓雨", "lin", "yuyan.example")

RULES = (
    Rule("Be decent, also when you disagree."),
    Rule("No hate, no hunting people.", "This holds for pictures and names as well."),
    Rule("Mark what may hurt."),
)


def picture(name: str, description: str, width: int = 800, height: int = 600) -> Picture:
    address = f"/media/p-{name}.svg"
    return Picture("picture", address, address, description, width, height, (0.4, -0.6))


def post(id: str, author: Face, html: str, language: str = "en") -> PostCard:
    summary = html.replace("<p>", "").replace("</p>", " ").strip()
    return PostCard(id, author, f"/@{author.username}/{id}", NOW, language, Html(html), summary)


ROOFS = replace(
    post(
        "11501",
        INES,
        "<p>Heute früh, kurz nach sechs: die letzten drei Mauersegler über dem Gaswerk. "
        "Eigentlich sollten sie längst in Afrika sein.</p><p>Ich hab ihnen trotzdem gewinkt.</p>",
        "de",
    ),
    pictures=(
        picture("roofs", "Rote Dächer, ein grüner Kirchturm, darüber drei Mauersegler."),
        picture("bridge", "Eine Steinbrücke im Abendlicht."),
        picture("garden", ""),
    ),
    edited_at=NOW + timedelta(hours=1),
    answers=3,
    boosts=8,
    likes=31,
    app="Tusky",
)
VOTABLE = Poll(
    (Choice("Tuesday", 12, 60), Choice("Thursday", 8, 40)), 20, NOW, False, id="7", is_open_to_reader=True
)
TOMATOES = replace(
    post(
        "11502",
        JONA,
        "<p>Die Tomaten vom Dach sind reif. Wer mag, holt sich heute Abend welche ab :sun:</p>",
        "de",
    ),
    pictures=(picture("garden", "Ein Haufen reifer Tomaten auf einem Holztisch."),),
    emoji=(SUN,),
    is_pinned=True,
)
CHOIR = replace(
    post(
        "11503",
        AMARA,
        "<p>Choir is looking for a room again. If we all bring a chair, which evening works?</p>",
    ),
    boosted_by=JONA,
    poll=Poll(
        (Choice("Tuesday", 12, 60), Choice("Thursday", 6, 30), Choice("Sunday afternoon", 2, 10)),
        20,
        NOW,
        False,
    ),
)
WARNED = replace(
    post(
        "11504", JONA, "<p>The fox got two of the hens last night. We found feathers as far as the wall.</p>"
    ),
    warning="Dead animals, no pictures of them",
    pictures=(picture("snow", "Bare trees in snow."),),
    visibility="unlisted",
)
LINKED = replace(
    post(
        "11505",
        JONA,
        '<p>The ferry runs late until spring: <a href="https://kreisblatt.example/ferry" rel="nofollow">'
        '<span class="invisible">https://</span><span class="ellipsis">kreisblatt.example/fer</span>'
        '<span class="invisible">ry</span></a></p>',
    ),
    card=LinkCard(
        "https://kreisblatt.example/ferry",
        "Kreisblatt",
        "kreisblatt.example",
        "Last ferry now at 21:40, says the town",
        "From Monday the small ferry crosses once more each evening, for as long as the bridge is closed to buses.",
        author="Jona Feldmann",
        published_at=NOW,
        source="dpa",
        source_address="https://dpa.example/ferry",
        image="/media/p-bridge.svg",
    ),
    answers_to=INES,
)
SENSITIVE = replace(
    post("11506", LIN, "<p>夜市修灯</p>", "zh"), pictures=(picture("lantern", "夜里的红灯笼"),)
)
SENSITIVE = replace(SENSITIVE, is_sensitive=True)
FILMED = replace(
    post("11507", LIN, "<p>雾，慢慢来。茶农的女儿，修相机的人。拍雾，也拍人。</p>", "zh"),
    pictures=(
        Picture("loop", "/media/mist.mp4", "/media/p-mist.svg", "晨雾里的群山", 800, 600),
        Picture("video", "/media/tea.mp4", "/media/p-tea.svg", "", 800, 600),
        Picture("sound", "/media/tea.mp3", "/media/p-tea.svg", "Rain on a roof", 1, 1),
    ),
)
QUOTING = replace(
    post("11508", JONA, "<p>She says it better than I could:</p>"),
    quote=Quote(replace(WARNED, id="11509", author=AMARA, visibility="public")),
)
QUOTING_NOTHING = replace(post("11510", JONA, "<p>She said it better:</p>"), quote=Quote(None))

PROFILE = Profile(
    JONA,
    "/media/p-terrace.svg",
    Html(
        '<p>Gardener, on a roof. I look after this server with <a href="https://hof.example/@ines">@ines</a>.</p>'
    ),
    "Gardener, on a roof.",
    (
        Fact("Garden", Html('<a href="https://dach.example" rel="me">dach.example</a>'), True),
        Fact("Speaks", Html("Deutsch, English, un peu de français")),
    ),
    datetime(2026, 3, 1, tzinfo=UTC),
    312,
    followers=31,
    following=1,
    tags=(Featured("harbour", "/@jona/tagged/harbour"),),
    packs=(Featured("People of the ferry", "/packs/1"),),
    has_feed=True,
    has_letters=True,
)

FRAME = Frame(SERVER, Language.ENGLISH, "/", csrf="c5RF-token")
SIGNED_IN = replace(FRAME, viewer=JONA, address="/settings", may_invite=True)
READING = replace(FRAME, csrf="", address="/@jona")

"""The pages of albums and pictures, and of the phone, each once or more."""

from msgspec.structs import replace

from martlet.web import album_pages
from martlet.web.album_pages import AlbumCard, Shot
from martlet.web.cards import AlbumLink
from martlet.web.member_pages import Tab, ThreadPage
from martlet.web.pages import Frame, OfflinePage, Page
from martlet.web.public_pages import PostPage
from martlet.web.settings_pages import DevicePage
from martlet.web.wording import Problem, sentence
from tests.web.member_samples import FEED_POSTS, INSIDE
from tests.web.sample_cards import FRAME, JONA, NOW, TOMATOES, picture

READING = replace(FRAME, address="/@jona/albums/7", csrf="")
SHOTS = tuple(
    Shot(str(n), picture("roof", "Seen from the roof" if n % 2 else "", width, 600), f"/@jona/albums/7/{n}")
    for n, width in enumerate((800, 400, 1200, 600, 200, 2400, 900), 1)
)
ALBUM = AlbumCard("7", "Summer on the roof", "/@jona/albums/7", 7, SHOTS[0].picture)
QUIET = AlbumCard("8", "Cats", "/@jona/albums/8", 0, None, "private", True)
OWN = AlbumCard(
    "9", "Drafts", "/@jona/albums/9", 1, None, "direct", brought_back_at="/@jona/albums/9/restore"
)
TABS = (Tab("posts", "/@jona"), Tab("albums", "/@jona/albums", True))
WRONG = Problem("title", sentence("This is needed."))
SAID = (JONA, ALBUM, "June and July.", SHOTS, False, NOW)
MANY = replace(TOMATOES, id="11520", pictures=tuple(one.picture for one in SHOTS))
SHOWING = replace(
    MANY, album=AlbumLink("Summer on the roof", "/@jona/albums/7", 37), pictures=MANY.pictures[:4]
)
LOOKING = (JONA, "Summer on the roof", "/@jona/albums/7", SHOTS[0].picture, 2, 7)
BESIDE = ("/@jona/albums/7/1", "/@jona/albums/7/3", "en")

ALBUM_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "albums": (album_pages.AlbumsPage(JONA, TABS, (ALBUM, QUIET), is_indexable=True), READING),
    "albums-none": (album_pages.AlbumsPage(JONA, TABS, ()), READING),
    "albums-inside": (album_pages.MemberAlbumsPage(JONA, TABS, (ALBUM,), is_own=False), INSIDE),
    "albums-own": (
        album_pages.MemberAlbumsPage(JONA, TABS, (), is_own=True, deleted=(OWN,)),
        INSIDE,
    ),
    "album": (album_pages.AlbumPage(*SAID, is_indexable=True), READING),
    "album-sensitive": (album_pages.AlbumPage(JONA, QUIET, "", SHOTS, True, NOW), READING),
    "album-empty": (album_pages.AlbumPage(JONA, QUIET, "", (), True, NOW), READING),
    "album-inside": (album_pages.MemberAlbumPage(*SAID, is_own=False, post="/@jona/11520"), INSIDE),
    "album-own": (album_pages.MemberAlbumPage(*SAID, is_own=True), INSIDE),
    "picture": (album_pages.PicturePage(*LOOKING, *BESIDE), READING),
    "picture-film": (
        album_pages.PicturePage(JONA, "", "/@jona/1", replace(SHOTS[1].picture, kind="loop"), 1, 1),
        READING,
    ),
    "picture-inside": (album_pages.MemberPicturePage(*LOOKING, *BESIDE), INSIDE),
    "album-new": (album_pages.ArrangePage(100, 20), INSIDE),
    "album-new-wrong": (
        album_pages.ArrangePage(
            100, 20, "", "x", "direct", is_here_only=True, is_sensitive=True, problems=(WRONG,)
        ),
        INSIDE,
    ),
    "album-change": (
        album_pages.ArrangePage(
            93,
            20,
            ALBUM.title,
            "June",
            "public",
            shots=SHOTS,
            cover="2",
            album=ALBUM,
            problems=(Problem("files", sentence("This is too long.")),),
        ),
        INSIDE,
    ),
    "album-full": (album_pages.ArrangePage(0, 20, ALBUM.title, album=ALBUM), INSIDE),
    "album-put": (
        album_pages.PutInAlbumPage(TOMATOES, (("7", "Summer", ""),), (Problem("album", WRONG.sentence),)),
        INSIDE,
    ),
    "album-put-none": (album_pages.PutInAlbumPage(TOMATOES, ()), INSIDE),
    "album-choose": (album_pages.ChoosePage(ALBUM, SHOTS, "/@jona/albums/7/choose?max_id=1"), INSIDE),
    "album-choose-none": (album_pages.ChoosePage(ALBUM, (), None, (replace(WRONG, field=""),)), INSIDE),
    "offline": (OfflinePage(), FRAME),
    "device": (DevicePage(60), INSIDE),
    "album-delete": (album_pages.DeleteAlbumPage(ALBUM, 30), INSIDE),
    "post-many-pictures": (PostPage(MANY), READING),
    "post-album": (PostPage(SHOWING), READING),
    "thread-many-pictures": (
        ThreadPage(replace(FEED_POSTS["plain"], post=MANY), (), (), None, "117"),
        INSIDE,
    ),
}

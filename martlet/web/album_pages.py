"""Pages of albums, and of one picture; for visitors, and for members inside their five places."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.model.visibility import Visibility
from martlet.web.cards import Face, Picture, PostCard
from martlet.web.member_pages import Place, Tab
from martlet.web.wording import Problem

AlbumAudience = Literal["public", "unlisted", "private", "direct"]
"""As a post's; "direct": its owner alone."""
AUDIENCES: dict[Visibility, AlbumAudience] = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.MENTIONED: "direct",
}


class AlbumCard(Struct, frozen=True):
    """An album among others. `cover` is None where there is none, or not everybody wants to see it."""

    id: str
    title: str
    address: str
    count: int
    cover: Picture | None
    audience: AlbumAudience = "public"
    is_here_only: bool = False
    brought_back_at: str | None = None
    """Of a deleted one: the address of the form that brings it back."""


class Shot(Struct, frozen=True):
    """A picture among others, with the page of its own."""

    id: str
    picture: Picture
    address: str


class AlbumsPage(Struct, frozen=True):
    """`/@name/albums`."""

    template: ClassVar[str] = "albums/list.html"
    owner: Face
    tabs: tuple[Tab, ...]
    albums: tuple[AlbumCard, ...]
    is_indexable: bool = False


class MemberAlbumsPage(Struct, frozen=True):
    """The same for a member; `deleted` are one's own that can still be brought back."""

    template: ClassVar[str] = "albums/list_inside.html"
    owner: Face
    tabs: tuple[Tab, ...]
    albums: tuple[AlbumCard, ...]
    is_own: bool
    deleted: tuple[AlbumCard, ...] = ()

    @property
    def place(self) -> Place:
        return "you" if self.is_own else ""


class AlbumPage(Struct, frozen=True):
    """`/@name/albums/id`: all pictures uncropped, with what is said of them."""

    template: ClassVar[str] = "albums/album.html"
    owner: Face
    card: AlbumCard
    description: str
    shots: tuple[Shot, ...]
    is_sensitive: bool
    updated_at: datetime
    is_indexable: bool = False


class MemberAlbumPage(Struct, frozen=True):
    """The same for a member. Fields of the owner's second form: text."""

    template: ClassVar[str] = "albums/album_inside.html"
    owner: Face
    card: AlbumCard
    description: str
    shots: tuple[Shot, ...]
    is_sensitive: bool
    updated_at: datetime
    is_own: bool
    post: str | None = None
    """The address of the post that shows it."""

    @property
    def place(self) -> Place:
        return "you" if self.is_own else ""


class PicturePage(Struct, frozen=True):
    """One picture of an album or a post, as large as it is. `back` is the page of all of them, `title` what they are."""

    template: ClassVar[str] = "albums/picture.html"
    owner: Face
    title: str
    back: str
    picture: Picture
    number: int
    count: int
    before: str | None = None
    after: str | None = None
    language: str | None = None


class MemberPicturePage(PicturePage, frozen=True):
    """The same for a member."""

    template: ClassVar[str] = "albums/picture_inside.html"
    place: ClassVar[Place] = ""


class ArrangePage(Struct, frozen=True):
    """
    `/albums/new`, `/@name/albums/id/edit`.

    Fields: title, description, audience, here_only, sensitive, files[], cover (an id); of each picture place-ID, said-ID, off-ID.
    """

    template: ClassVar[str] = "albums/arrange.html"
    place: ClassVar[Place] = "you"
    most: int
    """Pictures that may still be added."""
    at_once: int
    title: str = ""
    description: str = ""
    audience: AlbumAudience = "public"
    is_here_only: bool = False
    is_sensitive: bool = False
    shots: tuple[Shot, ...] = ()
    cover: str = ""
    album: AlbumCard | None = None
    """None: it is new."""
    problems: tuple[Problem, ...] = ()


class ChoosePage(Struct, frozen=True):
    """`/@name/albums/id/choose`: pictures of one's own posts. Fields: pick-ID."""

    template: ClassVar[str] = "albums/choose.html"
    place: ClassVar[Place] = "you"
    album: AlbumCard
    shots: tuple[Shot, ...]
    older: str | None = None
    problems: tuple[Problem, ...] = ()


class PutInAlbumPage(Struct, frozen=True):
    """`/albums/posts/{post}`: into which of one's albums the pictures of a post go. Field: album."""

    template: ClassVar[str] = "albums/put.html"
    place: ClassVar[Place] = "you"
    post: PostCard
    albums: tuple[tuple[str, str, str], ...]
    """Id, title and nothing, as radio buttons have them."""
    problems: tuple[Problem, ...] = ()


class DeleteAlbumPage(Struct, frozen=True):
    """Asks once more."""

    template: ClassVar[str] = "albums/delete.html"
    place: ClassVar[Place] = "you"
    album: AlbumCard
    minutes: int

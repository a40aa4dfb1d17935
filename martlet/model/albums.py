"""Named albums: pictures that somebody put together, with a title, in an order of their own."""

from dataclasses import dataclass

from martlet.model.names import AccountId, AlbumId, MediaId, PostId
from martlet.model.posts import Post
from martlet.model.visibility import Visibility

PICTURES = 100
"""In one album."""
AUDIENCES = (Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.MENTIONED)
"""Whom an album may be for. It names nobody, so that the last is its author alone."""


@dataclass(frozen=True, slots=True)
class Album:
    """One row of `album`. Moments in milliseconds."""

    id: AlbumId
    author_id: AccountId
    title: str
    description: str
    visibility: Visibility
    is_local_only: int
    is_sensitive: int
    cover_id: MediaId | None
    pictures: int
    """How many there are."""
    post_id: PostId | None
    """The post that shows it to followers, where there is one."""
    created_at: int
    updated_at: int
    deleted_at: int | None = None
    """Set while it can be brought back."""

    @property
    def is_open(self) -> bool:
        """Whether anyone anywhere may look at it, signed in or not."""
        return self.visibility >= Visibility.UNLISTED and not self.is_local_only


def is_wider(album: Album, source: "Post | Album") -> bool:
    """Whether somebody may see the album who may not see what a picture is from: then it is not put there."""
    return album.visibility > source.visibility or bool(source.is_local_only and not album.is_local_only)

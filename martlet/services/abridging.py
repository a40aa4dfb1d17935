"""
What is lost where not all of a post can be shown, and what is said instead.

Signed documents are the same for everybody, so whether a post gets a line does not depend on who reads it
(docs/decisions/0059-what-others-cannot-show.md). A post that shows an album always gets one, which leads there.
"""

from collections.abc import Sequence
from html import escape

from martlet.model.accounts import Account
from martlet.model.albums import Album
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.storage import albums
from martlet.storage.database import Reader
from martlet.storage.media import Media
from martlet.text import more_pictures
from martlet.text.more_pictures import SHOWN_EVERYWHERE


def for_peers(db: Reader, post: Post, author: Account, files: Sequence[Media], here: Server) -> str:
    """The words of a post of somebody here, as other servers are given them."""
    album = albums.of_posts(db, [post.id]).get(post.id) if files else None
    if album is None and len(files) <= SHOWN_EVERYWHERE:
        return post.html
    if not post.is_open:
        every = files if album is None else _beside(files, albums.pictures(db, album.id))
        urls = [here.media_url(one.file) for one in every]
        return post.html + (
            more_pictures.links_to_each(urls, post.language) if len(urls) > SHOWN_EVERYWHERE else ""
        )
    if album is not None:
        url = here.album_url(author.username, album.id)
        return post.html + more_pictures.link_to_all(album.pictures, url, post.language)
    return post.html + _to_page(post, files, post.url)


def for_apps(post: Post, author: Account, files: Sequence[Media], album: Album | None, here: Server) -> str:
    """
    The words of any post, as apps are given them.

    Whoever reads a post for few does so here, whatever server it is of.
    """
    if album is not None:
        url = here.album_url(author.username, album.id)
        return post.html + more_pictures.link_to_all(album.pictures, url, post.language)
    if len(files) <= SHOWN_EVERYWHERE:
        return post.html
    url = post.url if post.is_local or post.is_open else here.post_url(author.handle, post.id)
    if escape(url) in post.html:
        return post.html
    return post.html + _to_page(post, files, url)


def _beside(shown: Sequence[Media], every: Sequence[Media]) -> list[Media]:
    """The album's pictures with those first that the post shows."""
    first = {one.file for one in shown}
    return [*shown, *(one for one in every if one.file not in first)]


def _to_page(post: Post, files: Sequence[Media], url: str) -> str:
    are_pictures = all(one.kind == "image" for one in files)
    return more_pictures.link_to_all(len(files), url, post.language, are_pictures=are_pictures)

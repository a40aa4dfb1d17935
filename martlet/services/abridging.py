"""
What is lost where not all of a post can be shown, and what is said instead.

Signed documents are the same for everybody, so whether a post gets a line does not depend on who reads it
(docs/decisions/0059-what-others-cannot-show.md).
"""

from collections.abc import Sequence
from html import escape

from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.storage.media import Media
from martlet.text import more_pictures
from martlet.text.more_pictures import SHOWN_EVERYWHERE


def for_peers(post: Post, files: Sequence[Media], here: Server) -> str:
    """The words of a post of somebody here, as other servers are given them."""
    if len(files) <= SHOWN_EVERYWHERE:
        return post.html
    if post.is_open:
        return post.html + _to_page(post, files, post.url)
    urls = [here.media_url(one.file) for one in files]
    return post.html + more_pictures.links_to_each(urls, post.language)


def for_apps(post: Post, files: Sequence[Media], handle: str, here: Server) -> str:
    """
    The words of any post, as apps are given them.

    Whoever reads a post for few does so here, whatever server it is of; `handle` is its author's, as it is called
    here.
    """
    if len(files) <= SHOWN_EVERYWHERE:
        return post.html
    url = post.url if post.is_local or post.is_open else here.post_url(handle, post.id)
    if escape(url) in post.html:
        return post.html
    return post.html + _to_page(post, files, url)


def _to_page(post: Post, files: Sequence[Media], url: str) -> str:
    are_pictures = all(one.kind == "image" for one in files)
    return more_pictures.link_to_all(len(files), url, post.language, are_pictures=are_pictures)

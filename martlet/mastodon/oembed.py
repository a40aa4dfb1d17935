"""Posts as other sites show them: https://docs.joinmastodon.org/methods/oembed/"""

import re
from html import escape
from typing import Annotated
from urllib.parse import unquote, urlsplit

from msgspec import Meta, Struct

from martlet.mastodon import server_entities
from martlet.mastodon.routing import Api, Call
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY, PostId
from martlet.model.posts import Post
from martlet.services import naming
from martlet.storage import accounts, posts
from martlet.storage.database import Reader

api = Api()

WIDTH, NARROWEST, WIDEST = 400, 220, 2000
A_DAY = 86_400
LONGEST = 2048
_PATH = re.compile(r"/(?:@([A-Za-z0-9_]{1,30})|users/([A-Za-z0-9_]{1,30})/posts)/(\d{1,19})(?:/embed)?/?")


class OEmbedForm(Struct, frozen=True):
    url: Annotated[str, Meta(description="A post's address.")]
    maxwidth: Annotated[int | None, Meta(description="Width of the frame, in pixels.")] = None
    maxheight: Annotated[int | None, Meta(description="Height of the frame, in pixels.")] = None
    format: Annotated[str | None, Meta(description="Only json is there.")] = None


@api.get("/api/oembed", access="public", form=OEmbedForm, returns=server_entities.OEmbed)
def show(db: Reader, call: Call[OEmbedForm]) -> server_entities.OEmbed:
    """https://docs.joinmastodon.org/methods/oembed/#get. The page in the frame tells how high it is, if asked."""
    form, here = call.form, call.here
    if form.format not in (None, "", "json"):
        raise InvalidInput("Only JSON is available.", "format")
    post, author = _find(db, form.url, call)
    width = min(max(form.maxwidth or WIDTH, NARROWEST), WIDEST)
    height = None if form.maxheight is None else min(max(form.maxheight, NARROWEST), WIDEST)
    address = escape(f"{here.post_url(author.username, post.id)}/embed")
    measured = f'width="{width}"' + (f' height="{height}"' if height else "")
    name = author.display_name or author.username
    return server_entities.OEmbed(
        type="rich",
        version="1.0",
        title=f"Post by {name}",
        author_name=name,
        author_url=author.url,
        provider_name=naming.server_name(db, here),
        provider_url=f"{here.url}/",
        cache_age=A_DAY,
        html=f'<iframe src="{address}" class="mastodon-embed" style="max-width: 100%; border: 0" {measured} '
        'sandbox="allow-scripts allow-popups allow-popups-to-escape-sandbox" allowfullscreen="allowfullscreen"></iframe>',
        width=width,
        height=height,
    )


def _find(db: Reader, url: str, call: Call[OEmbedForm]) -> tuple[Post, Account]:
    """A post of somebody here that everybody may read. Raises `NotFound`."""
    here = call.here
    if len(url) > LONGEST or not url.startswith(here.url + "/"):
        raise NotFound
    found = _PATH.fullmatch(unquote(urlsplit(url).path))
    id = id_from(found[3]) if found else None
    post = posts.find(db, PostId(id), NOBODY) if id is not None else None
    author = accounts.find(db, post.author_id) if post is not None else None
    if found is None or post is None or author is None or not author.is_here or post.boost_of_id is not None:
        raise NotFound
    if author.username.lower() != (found[1] or found[2]).lower():
        raise NotFound
    return post, author

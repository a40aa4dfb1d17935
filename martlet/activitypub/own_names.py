"""
What others call by the addresses of our pages, by the names that it has.

People paste the address of a page where they answer from elsewhere, and some software (the WordPress plugin's
answers, micro.blog) sends on what they pasted.
"""

import re
from dataclasses import replace
from typing import cast

from msgspec import structs

from martlet.activitypub.things import (
    Act,
    Block,
    Boost,
    Flag,
    Follow,
    Like,
    Publish,
    RequestQuote,
    RequestReply,
    Revise,
    Undo,
    Writing,
)
from martlet.model.names import PostId, Uri
from martlet.model.server import Server

_PAGE = re.compile(r"/@([A-Za-z0-9_]{1,30})(?:/([0-9]{1,19}))?")


def speaks_of_pages(body: bytes, here: Server) -> bool:
    """Whether it is worth a look: the address of one of our pages may stand somewhere in it, its slashes escaped or not."""
    return b"/@" in body and here.host.encode() in body


def named_here(act: Act, here: Server) -> Act:
    """The same act, about our posts and accounts by their own names."""
    match act:
        case Like() | Boost() | Follow() | Block() | RequestQuote() | RequestReply():
            return replace(act, target=name_of(act.target, here))
        case Flag():
            return replace(act, about=tuple(name_of(one, here) for one in act.about))
        case Undo(act=Like() | Boost() | Follow() | Block() as undone):
            return replace(act, act=cast("Like | Boost | Follow | Block", named_here(undone, here)))
        case Publish(post=Writing() as said) | Revise(post=Writing() as said):
            return replace(act, post=_writing(said, here))
        case _:
            return act


def _writing(said: Writing, here: Server) -> Writing:
    return structs.replace(
        said,
        reply_to=None if said.reply_to is None else name_of(said.reply_to, here),
        mentions=tuple(replace(one, uri=name_of(one.uri, here)) for one in said.mentions),
    )


def name_of(uri: Uri, here: Server) -> Uri:
    page = _PAGE.fullmatch(uri, len(here.url)) if uri.startswith(here.url) else None
    if page is None:
        return uri
    name, post = page.groups()
    return here.account_uri(name) if post is None else here.post_uri(name, PostId(int(post)))

"""
Who may see a post: the rule, once.

Every query that shows posts to somebody borrows one of these fragments. They
take the alias of the post and of its author's account in the query, and the
parameters `:viewer` (0: nobody signed in) and, for timelines, `:now`.

`may_see` is the right to see at all: what is written for you, by someone who
is here and does not block you. A local-only post is written for nobody
elsewhere, and for nobody who is not signed in. `wants_to_see` is what a timeline leaves out
besides: people the viewer blocks or mutes, and those of servers the viewer
blocks. A boost is shown where both it and the boosted post may be.
"""

import re

from martlet.storage.dialect import ONE_LOOK

_VIEWER = re.compile(r":viewer\b")


def may_see(post: str, author: str) -> str:
    """The viewer may open this post, by its address or in any list."""
    return f"({_written_for(post)} AND {_is_here(author)} AND {_unhidden(post, 'hidden.is_barred = 1')})"


def wants_to_see(post: str, author: str) -> str:
    """The viewer may see this post, and neither blocks nor mutes its author, nor blocks the author's server."""
    return f"""({_written_for(post)} AND {_is_here(author)}
        AND {_unhidden(post, "(hidden.until IS NULL OR hidden.until > :now OR hidden.is_barred = 1)")}
        AND {of_welcome_server(author)})"""


def welcomes(account_id: str) -> str:
    """The viewer neither blocks nor mutes this account, nor is blocked by it: for lists of people."""
    return f"""NOT EXISTS (SELECT 1 FROM hidden
                            WHERE hidden.viewer_id = :viewer AND hidden.author_id = {account_id}
                              AND (hidden.until IS NULL OR hidden.until > :now OR hidden.is_barred = 1) {ONE_LOOK})"""


def of_welcome_server(account: str) -> str:
    """The viewer does not block the server of this account. For people here nothing is looked up."""
    return f"""({account}.host = '' OR NOT EXISTS (
        SELECT 1 FROM domain_block
         WHERE domain_block.account_id = :viewer AND domain_block.host = {account}.host {ONE_LOOK}))"""


def for_each(rule: str, viewer: str) -> str:
    """The same rule for many viewers in one query: each is a row, whose account's id is the column `viewer`."""
    return _VIEWER.sub(viewer, rule)


def _written_for(post: str) -> str:
    return f"""({_is_within_reach(post)} AND (
        {post}.visibility >= 3
        OR {post}.author_id = :viewer
        OR ({post}.visibility = 2 AND EXISTS (
               SELECT 1 FROM follow WHERE follow.follower_id = :viewer AND follow.followed_id = {post}.author_id
                                      AND follow.is_accepted = 1 {ONE_LOOK}))
        OR EXISTS (SELECT 1 FROM mention
                    WHERE mention.post_id = {post}.id AND mention.account_id = :viewer {ONE_LOOK})))"""


def _is_within_reach(post: str) -> str:
    return f"""({post}.is_local_only = 0 OR EXISTS (
        SELECT 1 FROM account AS viewer WHERE viewer.id = :viewer AND viewer.host = '' {ONE_LOOK}))"""


def _is_here(author: str) -> str:
    return f"{author}.suspended_at IS NULL AND {author}.deletes_at IS NULL"


def _unhidden(post: str, how: str) -> str:
    """Nobody hides from themselves: for one's own posts nothing is looked up."""
    return f"""({post}.author_id = :viewer OR NOT EXISTS (
        SELECT 1 FROM hidden
         WHERE hidden.viewer_id = :viewer AND hidden.author_id = {post}.author_id AND {how} {ONE_LOOK}))"""

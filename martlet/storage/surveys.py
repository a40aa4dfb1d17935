"""
What hangs on a new post, seen at one look.

Of most posts it is nothing: then who reacts to them need not ask for each kind by itself. Of use inside of
`Writer.remembering`.
"""

from martlet.model.names import PostId
from martlet.storage.database import Writer

_LOOK = """
    SELECT EXISTS (SELECT 1 FROM mention WHERE mention.post_id = post.id),
           EXISTS (SELECT 1 FROM post_tag WHERE post_tag.post_id = post.id),
           EXISTS (SELECT 1 FROM missing_parent WHERE missing_parent.post_id = post.id),
           EXISTS (SELECT 1 FROM waiting_boost WHERE waiting_boost.target = post.uri),
           EXISTS (SELECT 1 FROM list_member WHERE list_member.account_id = post.author_id),
           EXISTS (SELECT 1 FROM follow WHERE follow.followed_id = post.author_id AND follow.notifies = 1),
           post.author_id
      FROM post WHERE post.id = :post"""


def look(db: Writer, post: PostId) -> None:
    """Have it known what there is not. What there is, is read by whoever wants it."""
    found = db.row(_LOOK, post=post)
    if found is None:
        return
    are_named, has_tags, misses_parent, is_awaited, is_listed, rings, author = found
    if not are_named:
        db.remember("mention", post, [])
    if not has_tags:
        db.remember("post_tag", post, False)
    if not misses_parent:
        db.remember("missing_parent", post, None)
    if not is_awaited:
        db.remember("waiting_boost", post, None)
    if not is_listed:
        db.remember("list_member", author, False)
    if not rings:
        db.remember("follow", author, [])

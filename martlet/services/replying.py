"""Who may answer a post: asked where an answer is written here, and where one comes from elsewhere."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from martlet.activitypub.addressing import PUBLIC, PUBLIC_NAMES
from martlet.activitypub.things import Quoters
from martlet.model.errors import InvalidInput, NotAllowed
from martlet.model.events import ReplyPolicyChanged
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.replying import EVERYBODY, FOLLOWERS, FOLLOWING, WORDS, ReplyPolicy, person
from martlet.model.visibility import Visibility
from martlet.storage import posts, remotes, replies, uris, users
from martlet.storage.database import Reader, Writer

Verdict = Literal["free", "stamped", "asked", "denied"]
"""
What becomes of an answer: it is published; it is, with the author's authorization; it waits until the author has
been asked; it is refused.

Who belongs to a group (`followers`, `following`) only the author's server can tell, so whoever gets in by one needs
its authorization, for everybody else to see.
"""


class CannotReply(NotAllowed):
    code = "cannot_reply"

    def __init__(self) -> None:
        super().__init__("The author of this post does not let you answer it.")


def verdict(db: Reader, parent: Post, account: AccountId) -> Verdict:
    """Of an answer to a post by somebody who sees it."""
    if is_withheld(db, parent):
        return "denied"
    policy = None if parent.visibility == Visibility.CIRCLE else replies.policy(db, parent.id)
    if policy is None or account in (parent.author_id, parent.reply_to_account_id):
        return "free"
    if replies.is_named(db, parent.id, account):
        return "free"
    groups = replies.groups(db, parent.author_id, account)
    permission, word = policy.permission({EVERYBODY, person(account), *groups})
    if permission != "automatic":
        return "asked" if permission == "manual" else "denied"
    if word not in (FOLLOWERS, FOLLOWING):
        return "free"
    return "stamped" if parent.is_local else "asked"


def is_allowed_elsewhere(db: Reader, above: Post, reply: Uri, account: AccountId) -> bool:
    """
    Whether an answer from elsewhere to a post from elsewhere may be there.

    Where that post lets not everybody answer, only with its author's approval, which has been fetched.
    """
    if replies.policy(db, above.id) is None or verdict(db, above, account) == "free":
        return True
    author = uris.of_accounts(db, [above.author_id]).get(above.author_id)
    return author is not None and replies.is_approved(db, reply, above.uri, author)


def is_withheld(db: Reader, post: Post) -> bool:
    """Whether a post is an answer that waits for approval, or did not get it. For others nothing is looked up."""
    if post.visibility != Visibility.CIRCLE or post.reply_to_id is None:
        return False
    request = replies.find(db, post.id)
    return request is not None and request.is_withheld


# -- policies of posts here ----------------------------------------------


def checked(policy: ReplyPolicy) -> ReplyPolicy:
    """Raises `InvalidInput` for words that we do not know."""
    if not {*policy.automatic, *policy.manual} <= set(WORDS):
        raise InvalidInput("Validation failed: Interaction policy is not included in the list")
    ordered = (tuple(word for word in WORDS if word in some) for some in (policy.automatic, policy.manual))
    return ReplyPolicy(*ordered)


def default(preferred: str, visibility: Visibility) -> ReplyPolicy:
    """What somebody prefers for posts of a visibility, from the JSON that is kept of it."""
    found = msgspec.json.decode(preferred, type=dict[str, str]).get(str(int(visibility)))
    return ReplyPolicy() if found is None else ReplyPolicy.from_text(found)


def prefer(db: Writer, account: AccountId, chosen: Mapping[Visibility, ReplyPolicy]) -> None:
    """Who may answer somebody's next posts, by their visibility; everybody where nothing is chosen. Raises `InvalidInput`."""
    kept = {
        str(int(visibility)): policy.text
        for visibility, policy in chosen.items()
        if not checked(policy).is_open
    }
    users.update(db, account, default_replying=msgspec.json.encode(kept).decode())


def change(db: Writer, author: AccountId, id: PostId, policy: ReplyPolicy) -> None:
    """Say anew who may answer one's post; answers there are stay. Raises `NotFound` or `InvalidInput`."""
    post, wanted = posts.get_own(db, id, author), checked(policy)
    if wanted != (replies.policy(db, post.id) or ReplyPolicy()):
        replies.put_policy(db, post.id, wanted)
        posts.renew(db, post.id)
        db.emit(ReplyPolicyChanged(post.id))


# -- as other servers say it ---------------------------------------------


def addresses(
    policy: ReplyPolicy, author: Uri, followers: Uri, following: Uri, named: tuple[Uri, ...]
) -> Quoters:
    """
    A policy as `canReply`: with the author and those named, who may always.

    Nobody is written as the author alone, because an empty list would say nothing.
    """
    groups = {
        EVERYBODY: PUBLIC,
        FOLLOWERS: followers,
        FOLLOWING: following,
    }
    automatic = [groups[word] for word in policy.automatic if word in groups]
    manual = tuple(groups[word] for word in policy.manual if word in groups)
    always = () if EVERYBODY in policy.automatic else (author, *named)
    return Quoters((*always, *automatic), manual)


def of_elsewhere(db: Reader, said: Quoters | None, author: AccountId) -> ReplyPolicy:
    """What a post from elsewhere says, in our words; of single people only those here count."""
    if said is None:
        return ReplyPolicy()
    remote = remotes.find(db, author)
    groups = {} if remote is None else {remote.followers: FOLLOWERS, remote.following: FOLLOWING}
    people = uris.accounts_at(db, {Uri(one) for one in (*said.automatic, *said.manual)})
    here = remotes.some_here(db, set(people.values()))

    def words(named: tuple[str, ...]) -> tuple[str, ...]:
        found = [EVERYBODY] if PUBLIC_NAMES.intersection(named) else []
        found += [groups[one] for one in named if one and one in groups]
        found += [person(people[Uri(one)]) for one in named if people.get(Uri(one)) in here]
        return tuple(dict.fromkeys(found))

    return ReplyPolicy(words(said.automatic), words(said.manual))

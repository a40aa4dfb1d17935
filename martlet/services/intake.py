"""
The gate: everything that comes from other servers passes here, by whatever road.

One question first: what evidence is there that this actor did this? Then one
transaction, which ends in the same use cases and the same events as what is
done here. Whatever is needed from elsewhere (the actor, a parent, a boosted
post) has been gathered before; what is still missing is not waited for.

Acts come in any order, and twice: what was deleted or taken back before it came
never comes, and what is there already is there once.
"""

from martlet.activitypub import addressing
from martlet.activitypub.things import (
    Accept,
    Act,
    Add,
    Block,
    Boost,
    ChangeProfile,
    Delete,
    Flag,
    Follow,
    Forwarded,
    Like,
    Move,
    Offer,
    Other,
    Publish,
    Reject,
    Remove,
    RequestFeature,
    RequestQuote,
    RequestReply,
    Revise,
    Undo,
    Writing,
)
from martlet.model.accounts import Account
from martlet.model.errors import EvidenceRejected, InvalidInput, NotAllowed, NotFound
from martlet.model.evidence import Evidence, speaks_for
from martlet.model.names import PostId, Uri, host_of, origin_of
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import (
    approving,
    asking_mirrors,
    blocking,
    consenting,
    consenting_to_packs,
    deleting,
    delivering_follows,
    emoji_reacting,
    exchanging_reports,
    following,
    leaving,
    mirroring,
    moving,
    pinning,
    placing,
    reacting,
    receiving,
    restricting,
)
from martlet.services.consenting import Verified
from martlet.storage import (
    accounts,
    adoptions,
    follows,
    marks,
    peer_policies,
    posts,
    reactions,
    refused_follows,
    relations,
    remote_posts,
    remotes,
    telling,
    uris,
)
from martlet.storage.database import Reader, Writer

__all__ = ["accept", "keep_asked_for", "keep_carried", "keep_carried_boost", "revisit"]


def accept(db: Writer, act: Act, evidence: Evidence, here: Server, verified: Verified | None = None) -> None:
    """
    Have an act take effect, as far as it concerns anybody here.

    `verified`: what its server says of the consent to a quote that is in it.

    Raises `EvidenceRejected` where we cannot believe that its actor did it.
    What its actor may not do is left out without a word.
    """
    if not speaks_for(evidence, act.actor):
        raise EvidenceRejected("This was not sent by whom it names.")
    if origin_of(act.uri) != origin_of(act.actor) or host_of(act.actor) == here.host:
        raise EvidenceRejected("This is called as if another server had sent it.")
    actor = _spoken_with(db, act.actor, here)
    if actor is None or actor.is_here or (actor.is_gone and not _may_still(db, act, actor)):
        return
    _check_still_there(actor)
    try:
        with db.part():
            _do(db, act, actor, here, verified)
    except (NotFound, NotAllowed, InvalidInput):
        return


def keep_asked_for(
    db: Writer, said: Writing, evidence: Evidence, here: Server, verified: Verified | None = None
) -> None:
    """Keep a post that was fetched because something here needs it. Raises `EvidenceRejected`."""
    author = accounts.find_by_uri(db, said.author)
    if not speaks_for(evidence, said.author):
        raise EvidenceRejected("This was not written by whom it names.")
    _check_owned(said.uri, said.author, here)
    if peer_policies.is_refused_by_uri(db, said.author, here):
        raise EvidenceRejected("We do not speak to its author's server.")
    if author is not None and not author.is_here and not author.is_gone:
        _check_still_there(author)
        receiving.receive_fetched(db, said, author, here, verified)


def keep_carried(
    db: Writer, said: Writing, evidence: Evidence, here: Server, *, is_news: bool
) -> PostId | None:
    """
    Keep a post that came in a file, or make a known one what it says now.

    `is_news`: it is an answer on its way back, which whoever it answers waits for. None where nothing is kept of it.
    Raises `EvidenceRejected`.
    """
    if not speaks_for(evidence, said.author):
        raise EvidenceRejected("This was not written by whom it names.")
    _check_owned(said.uri, said.author, here)
    author, post = accounts.find_by_uri(db, said.author), uris.find_post(db, said.uri)
    if author is None or author.is_here or author.is_gone:
        return None
    if post is None:
        new = receiving.receive_carried(db, said, author, here, is_news=is_news)
        if new is not None and here.carried_posts == "followers":
            remote_posts.note_carried(db, new)
        return new
    if post.author_id != author.id:
        return None
    receiving.revise(db, said, author, here)
    return post.id


def keep_carried_boost(db: Writer, act: Boost, evidence: Evidence, here: Server, *, is_news: bool) -> None:
    """The same for a boost; the post is here. Raises `EvidenceRejected`."""
    if not speaks_for(evidence, act.actor):
        raise EvidenceRejected("This was not sent by whom it names.")
    _check_owned(act.uri, act.actor, here)
    actor = accounts.find_by_uri(db, act.actor)
    if actor is None or actor.is_here or actor.is_gone:
        return
    _boost(db, act, actor, here, is_carried=not is_news)


def revisit(
    db: Writer, said: Writing, evidence: Evidence, here: Server, verified: Verified | None = None
) -> None:
    """Make a known post what its own server hands out now. Raises `EvidenceRejected`."""
    if not speaks_for(evidence, said.author):
        raise EvidenceRejected("This was not written by whom it names.")
    _check_owned(said.uri, said.author, here)
    author, post = accounts.find_by_uri(db, said.author), uris.find_post(db, said.uri)
    if author is None or author.is_gone or post is None or post.author_id != author.id:
        return
    _check_still_there(author)
    receiving.revise(db, said, author, here, verified)
    placing.place_again(db, post, said.reply_to, here)


def _may_still(db: Reader, act: Act, actor: Account) -> bool:
    """Whom their own server has suspended may take back what they did, and be gone."""
    is_parting = isinstance(act, Delete | Undo | Reject)
    return is_parting and restricting.is_suspended_there_alone(db, actor.id)


def _spoken_with(db: Reader, uri: Uri, here: Server) -> Account | None:
    """
    Somebody whom we know and whose server we speak with.

    The door asked the same of whoever sent the act, and earlier. Of most servers nothing is decided.
    """
    known = None
    if here.federation == "open":
        known = accounts.find_by_uri_unless_decided(db, uri, host_of(uri))
    if known is not None or peer_policies.is_refused_by_uri(db, uri, here):
        return known
    return accounts.find_by_uri(db, uri)


def _check_still_there(actor: Account) -> None:
    """Raises `EvidenceRejected` where the account has left its server: what that says of it is not the account's word."""
    if actor.left_at is not None:
        raise EvidenceRejected("The account goes on under another name.")


def _check_owned(thing: Uri, owner: Uri, here: Server) -> None:
    """Raises `EvidenceRejected` where a thing is called as if it belonged to another server (attacks D2, D13)."""
    if origin_of(thing) != origin_of(owner) or host_of(thing) == here.host:
        raise EvidenceRejected("This belongs to another server than its owner.")


def _do(db: Writer, act: Act, actor: Account, here: Server, verified: Verified | None) -> None:
    match act:
        case Publish() | Revise():
            _take_post(db, act, actor, here, verified)
        case Delete():
            _delete(db, act, actor, here)
        case Boost():
            _boost(db, act, actor, here)
        case Like():
            _like(db, act, actor, here)
        case Follow() | RequestQuote() | RequestReply() | RequestFeature() | Accept() | Reject() | Block():
            _between(db, act, actor, here)
        case Move() | Flag() | Offer() | ChangeProfile():
            _about_people(db, act, actor, here)
        case Undo():
            _undo(db, act, actor, here)
        case Add() | Remove():
            pinning.change(db, act, actor, here)
        case Forwarded() | Other():
            return  # what a group hands on is believed of nobody


def _about_people(db: Writer, act: Move | Flag | Offer | ChangeProfile, actor: Account, here: Server) -> None:
    match act:
        case Move():
            moving.receive(db, act, actor, here)
        case Flag():
            exchanging_reports.receive(db, act, actor, here)
        case Offer():
            mirroring.offered(db, act, actor, here)
        case ChangeProfile(is_suspended=True) if act.account == actor.uri:
            restricting.suspend_as_told(db, actor.id, here)
        case ChangeProfile():
            return  # it was fetched anew before


# -- posts ---------------------------------------------------------------


def _take_post(
    db: Writer, act: Publish | Revise, actor: Account, here: Server, verified: Verified | None
) -> None:
    said = act.post
    if not isinstance(said, Writing):
        return  # what is only named was fetched before
    if said.author != act.actor:
        raise NotAllowed("Nobody speaks for another.")
    if origin_of(said.uri) != origin_of(act.actor):
        raise NotAllowed("Nobody speaks for another server.")
    known = uris.find_post(db, said.uri)
    if known is not None and known.author_id != actor.id:
        raise NotAllowed("Nobody writes over another's post.")
    if known is not None:
        remote_posts.note_brought(db, known.id)
    if known is not None and isinstance(act, Revise):
        receiving.revise(db, said, actor, here, verified)
    elif known is not None:
        receiving.address(db, known, said, here)
    elif said.choice is not None or receiving.is_wanted(db, said, actor):
        receiving.receive_unknown(db, said, actor, here, verified)


def _delete(db: Writer, act: Delete, actor: Account, here: Server) -> None:
    """A post, a consent to a quote, or the actor itself. What we do not know never comes (attacks D22)."""
    if act.target == act.actor:
        leaving.leave_elsewhere(db, actor, here)
        return
    if origin_of(act.target) != origin_of(act.actor):
        return
    post = uris.find_post(db, act.target)
    if post is None:
        consenting.withdraw(db, act.target, actor)
        approving.withdraw(db, act.target, actor, here)
        consenting_to_packs.withdraw(db, act.target, actor)
        consenting_to_packs.forget(db, act.target, actor)
        if accounts.find_by_uri(db, act.target) is None:
            uris.bury(db, act.target, actor.id, here.now_ms())
    elif post.author_id == actor.id:
        deleting.delete(db, actor.id, post.id, here, keeps_media=False)


def _request_quote(db: Writer, act: RequestQuote, actor: Account, here: Server) -> None:
    """A request to quote a post here, answered by what the post says about quotes; where it is allowed, the quote is kept."""
    quoted, said = consenting.asked(db, act, actor, here), act.quote
    if quoted is None:
        return
    if isinstance(said, Writing) and said.author == actor.uri:
        receiving.receive(db, said, actor, here)
    consenting.answer(db, act, quoted, actor, here)


def _request_reply(db: Writer, act: RequestReply, actor: Account, here: Server) -> None:
    """A request to answer a post here: where it may be answered, the answer is kept, shown or withheld."""
    found, said = approving.may_request(db, act, actor), act.reply
    if found is None:
        return
    parent, verdict = found
    if verdict == "denied":
        approving.deny(db, parent, actor, act.reply_uri, act.uri)
        return
    is_new = uris.find_post(db, act.reply_uri) is None
    if is_new and isinstance(said, Writing) and approving.is_for(said, act, actor):
        receiving.receive(db, said, actor, here)
    approving.answer_request(db, act, parent, actor, here, is_new=is_new)


def _boost(db: Writer, act: Boost, actor: Account, here: Server, *, is_carried: bool = False) -> None:
    """A post that the booster may see and boost, and whose booster or author somebody here follows or is."""
    if uris.find_tombstone(db, act.uri) is not None or uris.find_post(db, act.uri) is not None:
        return
    found = uris.find_post(db, act.target)
    post = None if found is None else posts.find(db, found.id, viewer=actor.id)
    if post is None or post.boost_of_id is not None or not reacting.may_boost(post, actor.id):
        return
    if not (post.is_local or remotes.has_follower_here(db, actor.id) or _is_ours(db, post)):
        return
    remote = remotes.find(db, actor.id)
    wanted = addressing.visibility(act.to, act.cc, "" if remote is None else remote.followers)
    now = here.now_ms()
    created_at = min(act.created_at or now, now)
    id = PostId(here.ids.next_at(created_at) if is_carried else here.next_id())
    boost = Post(
        id=id,
        uri=act.uri,
        url=act.uri,
        author_id=actor.id,
        visibility=max(wanted, Visibility.FOLLOWERS)
        if post.visibility >= Visibility.UNLISTED
        else Visibility.FOLLOWERS,
        thread_id=id,
        is_local=0,
        created_at=created_at,
        boost_of_id=post.id,
        language=post.language,
        quoting="nobody",
    )
    reacting.put_boost(db, boost, is_carried=is_carried)


def _like(db: Writer, act: Like, actor: Account, here: Server) -> None:
    """Of a post of somebody's here, or an emoji chosen for it; who likes what elsewhere is not counted here."""
    post = uris.find_post(db, act.target)
    if post is None or not _is_ours(db, post) or uris.find_tombstone(db, act.uri) is not None:
        return
    choice = emoji_reacting.received(db, act, actor, here)
    if choice is not None:
        emoji_reacting.put(db, actor.id, posts.get(db, post.id, viewer=actor.id), choice, here, act.uri)
        return
    reacting.like(db, actor.id, post.id, here)
    marks.name_like(db, actor.id, post.id, act.uri)


def _is_ours(db: Reader, post: Post) -> bool:
    """Written here, or under the name that somebody here had before."""
    return bool(post.is_local) or adoptions.some_gone_on(db, [post.author_id])


# -- follows and blocks --------------------------------------------------


def _between(
    db: Writer,
    act: Follow | RequestQuote | RequestReply | RequestFeature | Accept | Reject | Block,
    actor: Account,
    here: Server,
) -> None:
    match act:
        case Follow():
            _follow(db, act, actor, here)
        case RequestQuote():
            _request_quote(db, act, actor, here)
        case RequestReply():
            _request_reply(db, act, actor, here)
        case RequestFeature():
            consenting_to_packs.asked(db, act, actor, here)
        case Accept():
            if asking_mirrors.accepted(db, act, actor, here):
                return
            _accept(db, act, actor, here)
            consenting.accept(db, act, actor, here)
            approving.accept(db, act, actor, here)
            consenting_to_packs.accept(db, act, actor, here)
        case Reject():
            if asking_mirrors.rejected(db, act, actor, here):
                return
            _reject(db, act, actor, here)
            consenting.reject(db, act, actor)
            approving.reject(db, act, actor, here)
            consenting_to_packs.reject(db, act, actor)
        case Block():
            _block(db, act, actor, here)


def _follow(db: Writer, act: Follow, actor: Account, here: Server) -> None:
    target = accounts.find_by_uri(db, act.target)
    if target is None or not target.is_here or uris.find_tombstone(db, act.uri) is not None:
        return
    there = follows.find(db, actor.id, target.id)
    if there is not None:
        follows.set_uri(db, actor.id, target.id, act.uri)
        if there.is_accepted:
            delivering_follows.accept_again(db, actor, target, act.uri, here)
        return
    if relations.is_block_between(db, actor.id, target.id):
        delivering_follows.reject(db, actor, target, act.uri, here)
        return
    following.follow(db, actor.id, target.id, following.Wanted(), here, act.uri)


def _requested(
    db: Writer, request: Follow | RequestQuote | RequestReply | Uri, actor: Account
) -> tuple[Account, follows.Follow] | None:
    """The request that somebody here made of the actor, whatever the answer calls it (attacks D12)."""
    if isinstance(request, Follow):
        if request.target != actor.uri:
            return None
        follower = accounts.find_by_uri(db, request.actor)
        there = follows.find(db, follower.id, actor.id) if follower is not None else None
    elif isinstance(request, RequestQuote | RequestReply):
        return None
    else:
        there = follows.find_by_uri(db, request)
        follower = accounts.find(db, there.follower_id) if there is not None else None
    if there is None or follower is None or not follower.is_here or there.followed_id != actor.id:
        return None
    return follower, there


def _accept(db: Writer, act: Accept, actor: Account, here: Server) -> None:
    if uris.find_tombstone(db, act.uri) is not None:
        return
    found = _requested(db, act.request, actor)
    if found is not None and not found[1].is_accepted:
        following.accept(db, actor.id, found[0].id, here)


def _reject(db: Writer, act: Reject | Accept, actor: Account, here: Server) -> bool:
    """A request is refused, or a follow ended, also by taking its acceptance back; whether there was any."""
    found = _requested(db, act.request, actor)
    if found is None or (isinstance(act, Reject) and uris.find_tombstone(db, act.uri) is not None):
        return False
    follows.lock_pair(db, found[0].id, actor.id)
    if isinstance(act, Reject):
        refused_follows.put(db, found[1], act.uri, here.now_ms())
    following.end(db, found[0].id, actor.id, actor.id)
    return True


def _block(db: Writer, act: Block, actor: Account, here: Server) -> None:
    target = accounts.find_by_uri(db, act.target)
    if target is not None and target.is_here and uris.find_tombstone(db, act.uri) is None:
        blocking.block(db, actor.id, target.id, here)


# -- taking back ---------------------------------------------------------


def _undo(db: Writer, act: Undo, actor: Account, here: Server) -> None:
    """What is not there yet never comes, where its name says whose it is."""
    done = act.act
    if not isinstance(done, str) and done.actor != act.actor:
        return
    name = done if isinstance(done, str) else done.uri
    if _take_back(db, act, actor, here) and not isinstance(done, Reject):
        return  # a refusal that comes once more after that is as good as taken back
    if name and origin_of(Uri(name)) == origin_of(act.actor) and name != act.actor:
        uris.bury(db, Uri(name), actor.id, here.now_ms())


def _take_back(db: Writer, act: Undo, actor: Account, here: Server) -> bool:
    """Whether there was anything to take back."""
    match act.act:
        case Follow(_, _, target):
            return _unfollow(db, actor, accounts.find_by_uri(db, target))
        case Accept():
            found = _requested(db, act.act.request, actor)
            return found is not None and bool(found[1].is_accepted) and _reject(db, act.act, actor, here)
        case Reject(name):
            return following.ask_again(db, actor.id, name, here)
        case Block(_, _, target):
            blocked = accounts.find_by_uri(db, target)
            if blocked is None or not relations.is_blocking(db, actor.id, blocked.id):
                return False
            blocking.unblock(db, actor.id, blocked.id)
            return True
        case Like():
            return _take_back_like(db, act.act, actor, here)
        case Boost(name, _, target):
            return _unboost(db, actor, name, uris.find_post(db, target), here)
        case _:
            return _take_back_named(db, act.act, actor, here)


def _take_back_named(db: Writer, name: Uri, actor: Account, here: Server) -> bool:
    """The same where only the name of what was done is known."""
    if mirroring.withdrawn(db, name, actor, here):
        return True
    if following.ask_again(db, actor.id, name, here):
        return True
    follow = follows.find_by_uri(db, name)
    if follow is not None and follow.follower_id == actor.id:
        return _unfollow(db, actor, accounts.find(db, follow.followed_id))
    liked = marks.liked_as(db, actor.id, name)
    if liked is not None:
        return _unlike(db, actor, posts.find_unfiltered(db, liked))
    chosen = reactions.named(db, actor.id, name)
    if chosen is not None:
        return emoji_reacting.take_back(db, actor.id, *chosen)
    return _unboost(db, actor, name, None, here)


def _unfollow(db: Writer, actor: Account, followed: Account | None) -> bool:
    if followed is None or follows.find(db, actor.id, followed.id) is None:
        return False
    follows.lock_pair(db, actor.id, followed.id)
    following.end(db, actor.id, followed.id, actor.id)
    return True


def _take_back_like(db: Writer, like: Like, actor: Account, here: Server) -> bool:
    """A like, or the emoji that was chosen: known by its name, else by what it is."""
    post = uris.find_post(db, like.target)
    if post is None:
        return False
    chosen = reactions.named(db, actor.id, like.uri) if like.uri else None
    if chosen is not None:
        return emoji_reacting.take_back(db, actor.id, *chosen)
    choice = emoji_reacting.received(db, like, actor, here)
    if choice is not None:
        return emoji_reacting.take_back(db, actor.id, post.id, choice)
    return _unlike(db, actor, post)


def _unlike(db: Writer, actor: Account, post: Post | None) -> bool:
    if post is None or telling.like_of(db, actor.id, post.id) is None:
        return False
    reacting.unlike(db, actor.id, post.id)
    return True


def _unboost(db: Writer, actor: Account, name: Uri, boosted: Post | None, here: Server) -> bool:
    boost = uris.find_post(db, name) if name else None
    if boost is None and boosted is not None:
        boost = posts.find_boost(db, boosted.id, actor.id)
    if boost is None or boost.author_id != actor.id or boost.boost_of_id is None:
        return False
    deleting.take_back(db, boost, here)
    return True

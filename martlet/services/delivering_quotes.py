"""Telling other servers of quotes (FEP-044f): requests for consent, answers, and consent taken back. See `delivering`."""

from martlet.activitypub import addressing, build
from martlet.activitypub.things import Accept, Reject, RequestQuote
from martlet.model.accounts import Account
from martlet.model.events import PostEdited, PostPublished, QuoteChanged, QuotePolicyChanged, QuoteRevoked
from martlet.model.names import Uri, host_of
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import delivering, documenting
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, posts, quotes, remotes, telling
from martlet.storage.database import Writer


def of_quote(db: Writer, event: PostPublished, here: Server, secret: ServerSecret) -> None:
    """The author of a post elsewhere is asked whether it may be quoted, and shown how."""
    found = delivering.own_post(db, event.post)
    if found is None or found[0].quote_state != "pending":
        return
    post, author = found
    known = quotes.find_remote(db, post.id)
    if known is None or known.request is None:
        return
    quoted = posts.find_unfiltered(db, post.quote_of_id) if post.quote_of_id is not None else None
    if quoted is None:
        return
    act = RequestQuote(known.request, author.uri, quoted.uri, post.uri)
    note = canonical_json.parse_object(documenting.post_document(db, post, author, secret, here))
    to = accounts.get(db, quoted.author_id)
    body = canonical_json.encode(build.quote_requested(act, note) | {"to": [to.uri]})
    delivering.send(db, author.id, body, remotes.inboxes_of(db, [to.id], shared=False), here)


def of_quote_change(db: Writer, event: QuoteChanged, here: Server, secret: ServerSecret) -> None:
    """The quote says with what consent it quotes, or that it has none any more."""
    delivering.of_edit(db, PostEdited(event.quote), here, secret)


def of_quote_policy(db: Writer, event: QuotePolicyChanged, here: Server, secret: ServerSecret) -> None:
    delivering.of_edit(db, PostEdited(event.post), here, secret)


def of_revocation(db: Writer, event: QuoteRevoked, here: Server, secret: ServerSecret) -> None:
    """Whoever may have seen the quote is told that its consent is no more."""
    quote = posts.find_unfiltered(db, event.quote)
    quoted = posts.find_unfiltered(db, quote.quote_of_id) if quote and quote.quote_of_id is not None else None
    found = delivering.own_post(db, quoted.id) if quoted is not None else None
    if quote is None or quote.is_local_only or found is None:
        return
    post, author = found
    inboxes = (
        delivering.readers(db, quote)
        | delivering.readers(db, post)
        | remotes.inboxes_of(db, [quote.author_id])
    )
    consent = build.authorization(documenting.authorization(quote, post, author))
    uri = Uri(f"{consent['id']}#delete")
    document = build.authorization_deleted(uri, consent, [addressing.PUBLIC])
    delivering.send_document(db, author, document, inboxes, here, secret, Visibility(post.visibility))


def accept_quote(
    db: Writer, request: RequestQuote, author: Account, quoter: Account, consent: Uri, here: Server
) -> None:
    """Send an `Accept`; a request that comes again is answered again."""
    accept = Accept(Uri(f"{author.uri}#accepts/{here.next_id()}"), author.uri, _bare(request), consent)
    delivering.tell(db, author, accept, quoter, here)


def refuse_quote(db: Writer, request: RequestQuote, author: Account, quoter: Account, here: Server) -> None:
    reject = Reject(Uri(f"{author.uri}#rejects/{here.next_id()}"), author.uri, _bare(request))
    delivering.tell(db, author, reject, quoter, here)


def _bare(request: RequestQuote) -> RequestQuote:
    return RequestQuote(request.uri, request.actor, request.target, request.quote_uri)


def hand_on(db: Writer, post: Post, deletion: bytes, sender: Uri, here: Server) -> None:
    """Somebody elsewhere took back their consent to a quote from here: whoever has it hears that in their own words."""
    inboxes = delivering.readers(db, post) | remotes.inboxes_of(db, telling.boosters(db, post.id))
    others = {inbox for inbox in inboxes if host_of(Uri(inbox)) != host_of(sender)}
    delivering.send(db, post.author_id, deletion, others, here)

"""
The documents of what is here: posts, boosts, accounts, as other servers read them.

What everybody may read is signed (FEP-8b32) and kept byte for byte; what is for
few carries no proof, which would convince everybody for ever.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import structs

from martlet.activitypub import addressing, build, packs
from martlet.activitypub.build import Document, Keys
from martlet.activitypub.things import (
    Attachment,
    Authorization,
    Boost,
    Emoji,
    FeaturePolicySaid,
    Mention,
    Picture,
    Poll,
    Profile,
    ProfileField,
    Quoters,
    Writing,
)
from martlet.model.accounts import Account
from martlet.model.names import PostId, Uri
from martlet.model.packs import policy_of
from martlet.model.posts import Post
from martlet.model.quoting import QuotePolicy
from martlet.model.reactions import Choice
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import abridging, identities, quoting, replying, root_keys
from martlet.services.identities import DocumentKey
from martlet.signing import canonical_json, digests, proofs
from martlet.signing.server_keys import ServerSecret
from martlet.storage import (
    accounts,
    attached,
    documents,
    emojis,
    media,
    mirrors,
    moves,
    polls,
    posts,
    quotes,
    remote_posts,
    replies,
    uris,
    variants,
)
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media

_SHORTCODE = re.compile(r":([A-Za-z0-9_]{1,128}):")


def followers_of(account: Account) -> Uri:
    """The collection of an account here."""
    return Uri(f"{account.uri}/followers")


def featured_of(account: Account) -> Uri:
    """The posts that an account here has pinned."""
    return Uri(f"{account.uri}/featured")


# -- accounts ------------------------------------------------------------


def profile(db: Reader, account: Account, here: Server) -> Profile:
    """An account here. One that is gone says no more than its name."""
    is_server = account.id == identities.SERVER
    uri, inbox = account.uri, f"{here.url}/inbox"
    if is_server or account.is_gone:
        return Profile(
            uri=uri,
            kind=account.kind,
            username=account.username,
            inbox=Uri(inbox if is_server else f"{uri}/inbox"),
            url=account.url,
            name=here.name if is_server else "",
            shared_inbox=inbox,
            outbox=f"{uri}/outbox",
            is_locked=is_server,
        )
    words = f"{account.display_name} {account.note_html} {account.fields}"
    return Profile(
        uri=uri,
        kind=account.kind,
        username=account.username,
        inbox=Uri(f"{uri}/inbox"),
        url=account.url,
        name=account.display_name,
        html=account.note_html,
        shared_inbox=inbox,
        outbox=f"{uri}/outbox",
        followers=followers_of(account),
        following=f"{uri}/following",
        featured=featured_of(account),
        featured_tags=f"{uri}/featured_tags",
        is_locked=bool(account.is_locked),
        is_discoverable=bool(account.is_discoverable),
        is_indexable=bool(account.is_indexable),
        avatar=_picture(account.avatar, account.avatar_text, here),
        header=_picture(account.header, account.header_text, here),
        fields=tuple(
            ProfileField(one["name"] or "", one["html"] or "") for one in accounts.fields_of(account)
        ),
        emojis=_emojis(db, words, here),
        aliases=tuple(one.uri for one in moves.aliases(db, account.id)),
        attribution=tuple(accounts.attribution_of(account)),
        moved_to=_moved_to(db, account),
        created_at=account.created_at // 86_400_000 * 86_400_000,
        featured_packs=f"{uri}/packs",
        gateways=_gateways(db, account, here),
        feature_policy=FeaturePolicySaid(policy_of(account).automatic),
    )


def _gateways(db: Reader, account: Account, here: Server) -> tuple[str, ...]:
    """This server and the account's mirrors; none where it has no mirrors, as most have none."""
    bases = [one.base for one in mirrors.accepted(db, account.id)]
    return (here.url, *bases) if bases else ()


def profile_document(db: Writer, account: Account, keys: Keys, secret: ServerSecret, here: Server) -> bytes:
    """The actor document, signed by the account itself."""
    kept = documents.find(db, account.uri, account.version)
    if kept is not None:
        return kept
    shown = profile(db, account, here)
    document = build.profile(shown, keys)
    if shown.feature_policy is not None:
        allowed = shown.feature_policy.automatic
        document["interactionPolicy"] = packs.policy(allowed, account.uri, shown.followers)
    if account.suspended_at is not None:
        document = build.suspended(document)
    statement = None if account.is_gone else root_keys.published(db, account.uri)
    if statement is not None:
        document = build.stated(document, statement)
    signed = canonical_json.encode(_signed(db, document, account, secret, here))
    return documents.put(db, account.uri, account.id, account.version, signed, here.now_ms())


def _moved_to(db: Reader, account: Account) -> Uri | None:
    target = accounts.find(db, account.moved_to_id) if account.moved_to_id is not None else None
    return None if target is None else target.uri


def _picture(key: str, description: str, here: Server) -> Picture | None:
    return Picture(here.media_url(key), description) if key else None


def _emojis(db: Reader, words: str, here: Server) -> tuple[Emoji, ...]:
    """Our custom emoji that the text uses."""
    parts = set(_SHORTCODE.findall(words)) if ":" in words else set()
    if not parts:
        return ()
    return tuple(emoji(one, here) for one in emojis.named(db, parts, ""))


def emoji(one: emojis.Emoji, here: Server) -> Emoji:
    """A custom emoji, ours or another server's, as other servers are told of it."""
    if one.host:
        return Emoji(one.shortcode, one.file, one.uri, one.updated_at)
    return Emoji(one.shortcode, here.media_url(one.file), here.emoji_uri(one.shortcode), one.created_at)


def emoji_of(db: Reader, choice: Choice, here: Server) -> Emoji | None:
    """The custom emoji that was chosen; None for a character."""
    found = emojis.named(db, [choice.name], choice.host) if choice.is_custom else []
    return emoji(found[0], here) if found else None


# -- posts ---------------------------------------------------------------


def _variants(
    db: Reader, post: Post, author: Account, files: Sequence[Media], here: Server
) -> tuple[tuple[str, str, str], ...]:
    """Each abridged as the post's own words are."""
    return tuple(
        (
            one.language,
            abridging.for_peers(
                db, structs.replace(post, html=one.html, language=one.language), author, files, here
            ),
            one.warning,
        )
        for one in variants.of_post(db, post.id, post.variants)
    )


def writing(db: Reader, post: Post, author: Account, here: Server) -> Writing:
    """A post of somebody's here; no boost."""
    mentioned, visibility, approval = _meant(db, post)
    readers = {one.account_id for one in mentioned}
    if visibility != Visibility.CIRCLE:  # who else is in a circle, nobody learns
        readers |= set(attached.mentioned_ids(db, post.id))
    everyone = uris.of_accounts(db, readers)
    to, cc = addressing.audience(visibility, followers_of(author), [everyone[id] for id in sorted(everyone)])
    poll = polls.many(db, [post.poll_id]).get(post.poll_id) if post.poll_id is not None else None
    parent = posts.find_unfiltered(db, post.reply_to_id) if post.reply_to_id is not None else None
    if parent is not None and parent.is_local_only and not post.is_local_only:
        parent = None  # nobody who reads this could have it
    quoted, consent = _quoted(db, post)
    files = [one for one in media.of_posts(db, [post.id])[post.id] if one.state == "ready"]
    return Writing(
        uri=post.uri,
        author=author.uri,
        kind="note" if poll is None else "question",
        html=abridging.for_peers(db, post, author, files, here),
        warning=post.warning,
        is_sensitive=bool(post.is_sensitive) or author.sensitized_at is not None,
        language=post.language,
        variants=_variants(db, post, author, files, here),
        url=post.url,
        created_at=post.created_at,
        edited_at=post.edited_at,
        reply_to=None if parent is None else parent.uri,
        to=to,
        cc=cc,
        mentions=tuple(
            Mention(everyone[one.account_id], f"@{one.username}@{one.host or here.host}") for one in mentioned
        ),
        hashtags=tuple(tag.shown for tag in attached.tags(db, [post.id])[post.id]),
        emojis=_emojis(db, f"{post.html} {post.warning}", here),
        attachments=tuple(_attachment(one, here) for one in files),
        poll=None if poll is None else _poll(poll),
        quote_of=quoted,
        authorization=consent,
        has_lost_quote=post.quote_state is not None and quoted is None,
        quoters=addressing.quoters(QuotePolicy.from_text(post.quoting), author.uri, followers_of(author)),
        repliers=_repliers(db, post, author, [everyone[one.account_id] for one in mentioned]),
        reply_authorization=approval,
        is_for_circle=visibility == Visibility.CIRCLE,
    )


def _meant(db: Reader, post: Post) -> tuple[list[attached.Mention], Visibility, Uri | None]:
    """Whom a post names, for whom it is written, and the approval that it has as an answer; as it will be, while it waits."""
    mentioned, visibility = attached.mentions(db, [post.id])[post.id], Visibility(post.visibility)
    request = replies.find(db, post.id) if post.reply_to_id is not None else None
    if request is None:
        return mentioned, visibility, None
    if request.is_withheld:
        return attached.people(db, request.named_in), Visibility(request.visibility), None
    asked = accounts.get(db, request.asked_id)
    return mentioned, visibility, reply_consent_uri(asked, post.id) if asked.is_here else request.consent


def _repliers(db: Reader, post: Post, author: Account, named: list[Uri]) -> Quoters | None:
    """Who may answer; None where everybody may."""
    policy = replies.policy(db, post.id)
    if policy is None:
        return None
    following = Uri(f"{author.uri}/following")
    return replying.addresses(policy, author.uri, followers_of(author), following, tuple(named))


def reply_consent_uri(author: Account, reply: PostId) -> Uri:
    """What the approval of an answer to a post of somebody here is called."""
    return Uri(f"{author.uri}/reply_authorizations/{reply}")


def reply_authorization(reply: Post, parent: Post, author: Account) -> Authorization:
    """The approval of somebody here of an answer to their post."""
    return Authorization(reply_consent_uri(author, reply.id), author.uri, reply.uri, parent.uri)


def reply_authorization_document(
    db: Writer, reply: Post, parent: Post, author: Account, secret: ServerSecret, here: Server
) -> bytes:
    """The same as it is fetched. Signed where both posts are for everybody, so that it can be handed on."""
    document = build.reply_authorization(reply_authorization(reply, parent, author))
    if not (reply.is_open and parent.is_open):
        return canonical_json.encode(document)
    return canonical_json.encode(_signed(db, document, author, secret, here))


def _quoted(db: Reader, post: Post) -> tuple[Uri | None, Uri | None]:
    """What a post quotes, and the consent to it, where there is one."""
    quoted = posts.find_unfiltered(db, post.quote_of_id) if post.quote_of_id is not None else None
    if quoted is None or post.quote_state is None:
        return None, None
    if post.quote_state != "accepted":
        return quoted.uri, None
    if quoted.is_local:
        return quoted.uri, quoting.consent_uri(accounts.get(db, quoted.author_id), post.id)
    known = quotes.find_remote(db, post.id)
    return quoted.uri, None if known is None else known.consent


def authorization(quote: Post, quoted: Post, author: Account) -> Authorization:
    """The consent of somebody here to a quote of their post."""
    return Authorization(quoting.consent_uri(author, quote.id), author.uri, quote.uri, quoted.uri)


def authorization_document(
    db: Writer, quote: Post, quoted: Post, author: Account, secret: ServerSecret, here: Server
) -> bytes:
    """The same as it is fetched. Signed where both posts are for everybody, so that it can be handed on, and kept."""
    found = authorization(quote, quoted, author)
    document = build.authorization(found)
    if not (quote.is_open and quoted.is_open):
        return canonical_json.encode(document)
    body = canonical_json.encode(_signed(db, document, author, secret, here))
    return documents.put(db, found.uri, author.id, quote.version, body, here.now_ms())


def _attachment(one: media.Media, here: Server) -> Attachment:
    meta: Mapping[str, Any] = json.loads(one.meta)
    original = meta.get("original") or {}
    seconds = original.get("duration")
    return Attachment(
        here.media_url(one.file),
        one.content_type,
        one.description,
        one.blurhash,
        int(original.get("width") or 0),
        int(original.get("height") or 0),
        float(seconds) if seconds else None,
        (one.focus_x, one.focus_y) if one.kind == "image" and (one.focus_x or one.focus_y) else None,
        digest="" if one.digest is None else digests.multihash(one.digest),
    )


def _poll(poll: polls.Poll) -> Poll:
    return Poll(
        poll.options
        if not poll.hides_totals or poll.closed_at
        else tuple((one[0], 0) for one in poll.options),
        bool(poll.is_multiple),
        poll.expires_at,
        poll.closed_at,
        poll.voters_count,
    )


def post_document(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """
    A post as it is fetched.

    That of a poll is made anew each time, because its votes stand in it.
    """
    return canonical_json.encode(_post(db, post, author, secret, here))


def lasting_document(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """
    A post for everybody as its author's log hands it on: the same bytes again until it says something else.

    That of a poll is signed anew once its votes have changed. Of a boost it is the act.
    """
    if post.boost_of_id is not None:
        return fetched_act(db, post, author, secret, here)
    if _is_kept(post):
        return post_document(db, post, author, secret, here)
    kept = find_lasting_document(db, post, author, here)
    if kept is not None:
        return kept
    documents.delete(db, post.uri)
    body = canonical_json.encode(_signed(db, _unsigned(db, post, author, here), author, secret, here))
    return documents.put(db, post.uri, author.id, post.version, body, here.now_ms())


def find_lasting_document(db: Reader, post: Post, author: Account, here: Server) -> bytes | None:
    """The same, where it is kept and still says what the post says."""
    kept = documents.find(db, post.uri, post.version)
    if kept is None or _is_kept(post):
        return kept
    before = canonical_json.parse_object(kept)
    del before["proof"]
    is_so = canonical_json.encode(before) == canonical_json.encode(_unsigned(db, post, author, here))
    return kept if is_so else None


def tombstone_document(
    db: Writer, uri: Uri, author: Account, deleted_at: int, secret: ServerSecret, here: Server
) -> bytes:
    """What is left of a post that was for everybody, signed once."""
    kept = documents.find(db, uri, 0)
    if kept is not None:
        return kept
    document = build.tombstone(uri, author.uri, deleted_at)
    body = canonical_json.encode(_signed(db, document, author, secret, here))
    return documents.put(db, uri, author.id, 0, body, here.now_ms())


def _is_kept(post: Post) -> bool:
    """It is for everybody, and nothing in it changes but with its version."""
    return post.is_open and post.poll_id is None


def _post(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> Document:
    kept = documents.find(db, post.uri, post.version) if _is_kept(post) else None
    if kept is not None:
        return canonical_json.parse_object(kept)
    document = _unsigned(db, post, author, here)
    if not post.is_open:
        return document
    signed = _signed(db, document, author, secret, here)
    if _is_kept(post):
        body = canonical_json.encode(signed)
        documents.put(db, post.uri, author.id, post.version, body, here.now_ms())
    return signed


def _unsigned(db: Reader, post: Post, author: Account, here: Server) -> Document:
    said = writing(db, post, author, here)
    document = build.writing(
        said, f"{post.uri}/replies", [here.tag_url(quote(name, safe="")) for name in said.hashtags]
    )
    if not post.is_open:
        return document
    return document | {
        "context": context_of(db, post),
        "likes": f"{post.uri}/likes",
        "shares": f"{post.uri}/shares",
    }


def unsigned_post(db: Reader, post: Post, author: Account, here: Server) -> bytes:
    """A post for few, without a proof."""
    return canonical_json.encode(_unsigned(db, post, author, here))


def context_of(db: Reader, post: Post) -> Uri | None:
    """
    The collection of a post's thread (FEP-7888): ours for a thread that began here, else what the thread's first
    post or the answered one calls it.
    """
    first = posts.find_unfiltered(db, post.thread_id)
    if first is not None and first.is_local:
        return Uri(f"{first.uri}/context") if first.is_open else None
    for id in (post.thread_id, post.reply_to_id):
        named = remote_posts.context_of(db, id) if id is not None else ""
        if named:
            return Uri(named)
    return None


def published(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """The act of publishing a post."""
    document = build.published(act_uri(post), _post(db, post, author, secret, here))
    return _finished(db, document, post, author, secret, here)


def act_uri(post: Post) -> Uri:
    """How the act is called by which a post was published; a boost is one itself."""
    return post.uri if post.boost_of_id is not None else Uri(f"{post.uri}/activity")


def revised(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """The act of changing a post."""
    uri = Uri(f"{post.uri}#updates/{post.version}-{here.next_id()}")
    return _finished(
        db, build.revised(uri, _post(db, post, author, secret, here)), post, author, secret, here
    )


def boosted(db: Writer, boost: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """The act of boosting."""
    return _finished(db, _boosted(db, boost, author), boost, author, secret, here)


def _boosted(db: Reader, boost: Post, author: Account) -> Document:
    original = posts.find_unfiltered(db, boost.boost_of_id) if boost.boost_of_id is not None else None
    if original is None:
        raise ValueError(boost)
    by = accounts.get(db, original.author_id)
    return build.act(announcement(boost, author, original.uri, by.uri))


def announcement(boost: Post, author: Account, target: Uri, target_author: Uri) -> Boost:
    to, cc = addressing.audience(Visibility(boost.visibility), followers_of(author), [target_author])
    return Boost(boost.uri, author.uri, target, to, cc, boost.created_at)


# -- what is fetched ----------------------------------------------------

Make = Callable[[Writer, Post, Account, ServerSecret, Server], bytes]
Ready = Callable[[Reader, Post, Account, ServerSecret, Server], bytes | None]
"""What a `Make` makes, where nothing has to be written down for it; else None."""


def fetched_post(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """A post or a boost as it is fetched; made and kept if need be."""
    make: Make = post_document if post.boost_of_id is None else fetched_act
    return make(db, post, author, secret, here)


def fetched_act(db: Writer, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """The act of publishing or boosting, likewise."""
    make = published if post.boost_of_id is None else boosted
    body = make(db, post, author, secret, here)
    if not _is_kept(post):
        return body
    return documents.put(db, act_uri(post), author.id, post.version, body, here.now_ms())


def ready_post(db: Reader, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes | None:
    """What `fetched_post` makes, where nothing has to be written down for it."""
    if post.boost_of_id is not None:
        return ready_act(db, post, author, secret, here)
    if _is_kept(post):
        return documents.find(db, post.uri, post.version)
    return _ready(db, _unsigned(db, post, author, here), post, author, secret, here)


def ready_act(db: Reader, post: Post, author: Account, secret: ServerSecret, here: Server) -> bytes | None:
    """What `fetched_act` makes, likewise."""
    if _is_kept(post):
        return documents.find(db, act_uri(post), post.version)
    if post.boost_of_id is not None:
        return _ready(db, _boosted(db, post, author), post, author, secret, here)
    said = ready_post(db, post, author, secret, here)
    if said is None:
        return None
    act = build.published(act_uri(post), canonical_json.parse_object(said))
    return _ready(db, act, post, author, secret, here)


def _ready(
    db: Reader, document: Document, post: Post, author: Account, secret: ServerSecret, here: Server
) -> bytes | None:
    """As `_finished`; None where the key is still to be made."""
    if not post.is_open:
        return canonical_json.encode(document)
    return find_signed(db, document, author, secret, here)


def _finished(
    db: Writer, document: Document, post: Post, author: Account, secret: ServerSecret, here: Server
) -> bytes:
    if post.is_open:
        document = _signed(db, document, author, secret, here)
    return canonical_json.encode(document)


def signed(db: Writer, document: Document, author: Account, secret: ServerSecret, here: Server) -> bytes:
    """Any public document, with its author's proof."""
    return canonical_json.encode(_signed(db, document, author, secret, here))


def find_signed(
    db: Reader, document: Document, author: Account, secret: ServerSecret, here: Server
) -> bytes | None:
    """The same; None where the key is still to be made."""
    key = identities.find_document_key(db, author.id, secret)
    return None if key is None else canonical_json.encode(_sign(document, key, author, here))


def _signed(db: Writer, document: Document, author: Account, secret: ServerSecret, here: Server) -> Document:
    return _sign(document, identities.document_key(db, author.id, secret, here), author, here)


def _sign(document: Document, key: DocumentKey, author: Account, here: Server) -> Document:
    return proofs.sign(document, key.private, build.ed25519_key_id(author.uri, key.name), here.now())

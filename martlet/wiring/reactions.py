"""What follows from each event, in the database: `jobs/runner.py` does each of these once."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any

from martlet.jobs.runner import Reaction
from martlet.model.events import (
    AccountApproved,
    AccountChanged,
    AccountLeft,
    AccountMoved,
    AccountRegistered,
    AccountReported,
    AccountSuspended,
    AlbumPostRenewed,
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementRemoved,
    AppealMade,
    Blocked,
    Event,
    FiltersChanged,
    Followed,
    FollowRequested,
    FollowsSevered,
    MailWanted,
    NotificationsMerged,
    Notified,
    PackChanged,
    PackConsentWithdrawn,
    PackMemberAdded,
    PollClosed,
    PollVoted,
    PostBookmarked,
    PostDeleted,
    PostEdited,
    PostImported,
    PostLiked,
    PostMarked,
    PostPinned,
    PostPublished,
    PostReacted,
    PostUnliked,
    PostUnpinned,
    PostUnreacted,
    QuoteChanged,
    QuotePolicyChanged,
    QuoteRevoked,
    ReplyApproved,
    ReplyDenied,
    ReplyPolicyChanged,
    ReplyRefused,
    ReplyRequested,
    ReportChanged,
    StrikeGiven,
    Unblocked,
    Unfollowed,
)
from martlet.model.server import Server
from martlet.services import (
    appealing,
    conversing,
    delivering,
    delivering_follows,
    delivering_likes,
    delivering_packs,
    delivering_quotes,
    delivering_replies,
    exchanging_reports,
    finding_accounts,
    gathering,
    hooking,
    importing_bundles,
    indexing,
    keeping_log,
    mailing,
    moving,
    notifying,
    pinning,
    previewing,
    pushing,
    requesting,
    severing,
    streaming,
    suggesting,
    tallying,
    timelines,
    trending,
)
from martlet.signing.server_keys import ServerSecret
from martlet.storage.database import Writer

REACTIONS: Mapping[type[Event], Sequence[Reaction]] = {
    PostPublished: (
        timelines.deliver,
        notifying.of_post,
        conversing.of_post,
        indexing.index_post,
        indexing.count_tags,
        trending.of_post,
        previewing.of_post,
        hooking.of_post,
        keeping_log.of_post,
    ),
    PostImported: (indexing.index_post, keeping_log.of_post),
    PostEdited: (
        notifying.of_edit,
        indexing.index_post,
        previewing.of_edit,
        streaming.of_edit,
        hooking.of_edit,
        keeping_log.of_post,
    ),
    AlbumPostRenewed: (indexing.index_post, streaming.of_edit, keeping_log.of_post),
    PostDeleted: (
        conversing.of_deletion,
        indexing.forget_post,
        previewing.of_deletion,
        streaming.of_deletion,
        keeping_log.of_deletion,
    ),
    PostLiked: (notifying.of_like, indexing.index_marked, trending.of_like),
    PostBookmarked: (indexing.index_marked,),
    QuoteChanged: (notifying.of_quote, keeping_log.of_quote),
    QuotePolicyChanged: (keeping_log.of_post,),
    ReplyPolicyChanged: (keeping_log.of_post,),
    ReplyRequested: (notifying.of_reply_request,),
    PostReacted: (notifying.of_reaction,),
    PostUnreacted: (notifying.of_reaction_taken_back,),
    PollClosed: (notifying.of_poll, keeping_log.of_post),
    Followed: (timelines.begin_following, notifying.of_follow, gathering.of_follow, suggesting.of_follow),
    FollowRequested: (notifying.of_follow_request, gathering.of_follow),
    Unfollowed: (notifying.of_end,),
    AccountRegistered: (
        finding_accounts.index,
        notifying.of_newcomer,
        tallying.of_newcomer,
        hooking.of_newcomer,
    ),
    AccountApproved: (hooking.of_approval,),
    AccountChanged: (
        finding_accounts.index,
        indexing.index_author,
        previewing.of_author,
        tallying.of_change,
        hooking.of_change,
        importing_bundles.of_account,
    ),
    AccountMoved: (moving.take_along,),
    AccountReported: (notifying.of_report, hooking.of_report),
    ReportChanged: (hooking.of_report_change,),
    Blocked: (requesting.of_block,),
    Notified: (pushing.of_notification, streaming.of_notification),
    NotificationsMerged: (streaming.as_it_is,),
    FiltersChanged: (streaming.as_it_is,),
    AnnouncementPublished: (streaming.as_it_is,),
    AnnouncementReacted: (streaming.as_it_is,),
    AnnouncementRemoved: (streaming.as_it_is,),
    AccountSuspended: (severing.of_suspension,),
    StrikeGiven: (notifying.of_strike,),
    AppealMade: (appealing.tell_deciders, hooking.of_appeal),
    FollowsSevered: (notifying.of_severance,),
    PostMarked: (indexing.index_post, keeping_log.of_post),
    MailWanted: (mailing.send_later,),
    PackMemberAdded: (notifying.of_pack_member,),
    PackChanged: (notifying.of_pack_change,),
}

Telling = Callable[[Writer, Any, Server, ServerSecret], None]

TELLING: Mapping[type[Event], Sequence[Telling]] = {
    PostPublished: (delivering.of_post, delivering_quotes.of_quote),
    PostEdited: (delivering.of_edit,),
    AlbumPostRenewed: (delivering.of_edit,),
    PostDeleted: (delivering.of_deletion,),
    PostLiked: (delivering_likes.of_like,),
    PostUnliked: (delivering_likes.of_unlike,),
    PostPinned: (pinning.of_pin,),
    PostUnpinned: (pinning.of_unpin,),
    QuoteChanged: (delivering_quotes.of_quote_change,),
    QuotePolicyChanged: (delivering_quotes.of_quote_policy,),
    QuoteRevoked: (delivering_quotes.of_revocation,),
    ReplyRequested: (delivering_replies.of_request,),
    ReplyApproved: (delivering_replies.of_approval,),
    ReplyRefused: (delivering_replies.of_refusal,),
    ReplyDenied: (delivering_replies.of_denial,),
    ReplyPolicyChanged: (delivering_replies.of_policy,),
    PostReacted: (delivering_likes.of_reaction,),
    PostUnreacted: (delivering_likes.of_reaction_taken_back,),
    PollVoted: (delivering_likes.of_vote,),
    PollClosed: (delivering_likes.of_poll,),
    Followed: (delivering_follows.of_follow,),
    FollowRequested: (delivering_follows.of_follow_request,),
    Unfollowed: (delivering_follows.of_end,),
    Blocked: (delivering_follows.of_block,),
    Unblocked: (delivering_follows.of_unblock,),
    AccountChanged: (delivering.of_account,),
    AccountMoved: (delivering.of_move,),
    AccountReported: (exchanging_reports.forward,),
    AccountSuspended: (delivering.of_suspension,),
    PostMarked: (delivering.of_edit,),
    AccountLeft: (delivering.of_departure,),
    PackMemberAdded: (delivering_packs.of_member,),
    PackChanged: (delivering_packs.of_change,),
    PackConsentWithdrawn: (delivering_packs.of_withdrawal,),
}
"""What other servers are told of, signed: these reactions need the secret that protects our keys."""


def reactions(secret: ServerSecret) -> Mapping[type[Event], Sequence[Reaction]]:
    """All that follows from each event."""

    def signing(tell: Telling) -> Reaction:
        @wraps(tell)
        def react(db: Writer, event: Any, here: Server) -> None:
            tell(db, event, here, secret)

        return react

    return {
        kind: (*REACTIONS.get(kind, ()), *map(signing, TELLING.get(kind, ())))
        for kind in (*REACTIONS, *TELLING)
    }

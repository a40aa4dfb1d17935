"""
What happened: plain records, written in the transaction of the change itself.

Each becomes one row. The reactions to it (`wiring/reactions.py`) run afterwards,
each until it is done. An event names things by id and says no more than a
reaction cannot find out later: by then the thing itself may be gone.
"""

from typing import ClassVar

import msgspec

from martlet.model.names import NOBODY, AccountId, NotificationId, PostId, Uri, UserId


class Event(msgspec.Struct, frozen=True):
    """Something that happened. `kind` is its permanent name in the database."""

    kind: ClassVar[str]


class PostPublished(Event, frozen=True):
    """A post, reply or boost was made here or received."""

    kind = "post_published"
    post: PostId
    is_news: bool = True
    """False for what was fetched long after it was written: it is kept, and told to nobody."""
    is_carried: bool = False
    """It came in a file, perhaps with ten thousand others: followers have it in its place, and nobody else hears of it."""


class PostImported(Event, frozen=True):
    """An old post of somebody here came with an archive. Nobody is told."""

    kind = "post_imported"
    post: PostId


class PostEdited(Event, frozen=True):
    kind = "post_edited"
    post: PostId


class AlbumPostRenewed(Event, frozen=True):
    """The album that a post shows has changed, and so what the post shows of it. Nobody is notified."""

    kind = "album_post_renewed"
    post: PostId


class PostDeleted(Event, frozen=True):
    """The post's row is gone when this is read, so what other servers have to be told stands here."""

    kind = "post_deleted"
    post: PostId
    author: AccountId
    uri: Uri = Uri("")
    visibility: int = 0
    boosted: Uri | None = None
    """What was boosted, if it was a boost; `told` then begins with its author."""
    is_local_only: bool = False
    told: tuple[AccountId, ...] = ()
    """Who was named in it, or answered by it."""


class PostLiked(Event, frozen=True):
    kind = "post_liked"
    post: PostId
    by: AccountId


class PostUnliked(Event, frozen=True):
    kind = "post_unliked"
    post: PostId
    by: AccountId
    like: int
    """What the like was."""


class PostBookmarked(Event, frozen=True):
    kind = "post_bookmarked"
    post: PostId


class PostHeld(Event, frozen=True):
    """A post waits for a moderator before others see it; `PostPublished` says so once it does not."""

    kind = "post_held"
    post: PostId


class HoldDecided(Event, frozen=True):
    """A post was not let through, or that was taken back and it waits again."""

    kind = "hold_decided"
    post: PostId


class QuoteChanged(Event, frozen=True):
    """Whether a post may show what it quotes is another thing now."""

    kind = "quote_changed"
    quote: PostId


class QuoteRevoked(Event, frozen=True):
    """Somebody here took their own post out of somebody's quote."""

    kind = "quote_revoked"
    quote: PostId


class QuotePolicyChanged(Event, frozen=True):
    """Who may quote a post was said anew, without an edit."""

    kind = "quote_policy_changed"
    post: PostId


class ReplyPolicyChanged(Event, frozen=True):
    """Who may answer a post was said anew, without an edit."""

    kind = "reply_policy_changed"
    post: PostId


class ReplyRequested(Event, frozen=True):
    """An answer was written that needs the approval of whom it answers. It is published once it has it."""

    kind = "reply_requested"
    post: PostId


class ReplyApproved(Event, frozen=True):
    """Somebody here lets an answer to their post be there; `PostPublished` says so of the answer, if it had to wait."""

    kind = "reply_approved"
    post: PostId


class ReplyRefused(Event, frozen=True):
    """Somebody here does not want an answer to their post, whether they had approved it or not."""

    kind = "reply_refused"
    post: PostId
    was_approved: bool


class ReplyTakenOut(Event, frozen=True):
    """The approval of an answer that was written here is no more: who was sent it is to forget it."""

    kind = "reply_taken_out"
    post: PostId
    author: AccountId
    uri: Uri
    visibility: int
    is_local_only: bool
    told: tuple[AccountId, ...]
    """Who has it besides followers."""


class ReplyDenied(Event, frozen=True):
    """An answer came from elsewhere that nobody may give; it was not kept."""

    kind = "reply_denied"
    parent: PostId
    author: AccountId
    uri: Uri
    request: Uri | None = None


class PostPinned(Event, frozen=True):
    """An author put a post at the top of their profile."""

    kind = "post_pinned"
    post: PostId


class PostUnpinned(Event, frozen=True):
    kind = "post_unpinned"
    post: PostId


class PostReacted(Event, frozen=True):
    """Somebody chose an emoji for a post; `host` of a custom one, empty for ours and for characters."""

    kind = "post_reacted"
    post: PostId
    by: AccountId
    name: str
    host: str = ""


class PostUnreacted(Event, frozen=True):
    kind = "post_unreacted"
    post: PostId
    by: AccountId
    name: str
    host: str
    reaction: int
    """The id of the reaction that is no more."""


class PollVoted(Event, frozen=True):
    """Somebody chose in a poll, for good."""

    kind = "poll_voted"
    post: PostId
    by: AccountId
    choices: tuple[str, ...]


class PollClosed(Event, frozen=True):
    kind = "poll_closed"
    post: PostId


class FollowRequested(Event, frozen=True):
    """Somebody asked to follow an account that approves its followers."""

    kind = "follow_requested"
    follower: AccountId
    followed: AccountId


class Followed(Event, frozen=True):
    """A follow is in force: asked of an open account, or accepted."""

    kind = "followed"
    follower: AccountId
    followed: AccountId


class Unfollowed(Event, frozen=True):
    """A follow ended, or a request for one, by whichever side."""

    kind = "unfollowed"
    follower: AccountId
    followed: AccountId
    by: AccountId = NOBODY
    uri: Uri | None = None
    """What the request was called, where one of the two is elsewhere."""


class Blocked(Event, frozen=True):
    kind = "blocked"
    account: AccountId
    blocked: AccountId


class Unblocked(Event, frozen=True):
    kind = "unblocked"
    account: AccountId
    blocked: AccountId


class AccountRegistered(Event, frozen=True):
    """Somebody joined, or asks to join."""

    kind = "account_registered"
    account: AccountId


class AccountConfirmed(Event, frozen=True):
    """Somebody who joined, or asks to join, has shown that their address is theirs."""

    kind = "account_confirmed"
    account: AccountId


class AccountApproved(Event, frozen=True):
    """Somebody who asked to join was let in."""

    kind = "account_approved"
    account: AccountId


class AccountChanged(Event, frozen=True):
    """The profile changed."""

    kind = "account_changed"
    account: AccountId


class AccountMoved(Event, frozen=True):
    """An account, here or elsewhere, goes on as another one."""

    kind = "account_moved"
    account: AccountId
    target: AccountId


class AccountLeft(Event, frozen=True):
    """An account is about to be removed for good, with everything by which one would know whom to tell."""

    kind = "account_left"
    account: AccountId
    inboxes: tuple[str, ...]


class AccountSuspended(Event, frozen=True):
    """Those who look after this server decided that an account is seen by nobody."""

    kind = "account_suspended"
    account: AccountId


class StrikeGiven(Event, frozen=True):
    """Something was decided against an account here, and its owner is to be told."""

    kind = "strike_given"
    strike: int


class AppealMade(Event, frozen=True):
    """Somebody asks to have a decision against them looked at again."""

    kind = "appeal_made"
    strike: int


class FollowsSevered(Event, frozen=True):
    """Follows of somebody here ended because of a decision that was not about them."""

    kind = "follows_severed"
    severance: int


class PostMarked(Event, frozen=True):
    """Whether a post is shown as sensitive was decided by those who look after the server."""

    kind = "post_marked"
    post: PostId


class AccountReported(Event, frozen=True):
    kind = "account_reported"
    report: int


class ReportChanged(Event, frozen=True):
    """Somebody works on a report, corrected it, closed it, or opened it again."""

    kind = "report_changed"
    report: int


class Notified(Event, frozen=True):
    """Somebody has a new notification."""

    kind = "notified"
    notification: NotificationId


class NotificationsMerged(Event, frozen=True):
    """What a policy had held back stands among somebody's notifications now: they look again."""

    kind = "notifications_merged"
    account: AccountId


class FiltersChanged(Event, frozen=True):
    """Somebody's filters are others than before."""

    kind = "filters_changed"
    account: AccountId


class AnnouncementPublished(Event, frozen=True):
    """An announcement is to be read by everybody from now on, or its text is another one."""

    kind = "announcement_published"
    announcement: int


class AnnouncementReacted(Event, frozen=True):
    """Somebody chose an emoji for an announcement, or took it back."""

    kind = "announcement_reacted"
    announcement: int
    name: str


class AnnouncementRemoved(Event, frozen=True):
    """An announcement is gone, or no longer to be read."""

    kind = "announcement_removed"
    announcement: int


class PackMemberAdded(Event, frozen=True):
    """Somebody was put into a pack, or is to be asked whether they may be."""

    kind = "pack_member_added"
    member: int


class PackConsentWithdrawn(Event, frozen=True):
    """Somebody here took themselves out of a pack of somebody elsewhere."""

    kind = "pack_consent_withdrawn"
    member: int


class PackChanged(Event, frozen=True):
    """A pack has another name, says something else of itself, or has lost somebody."""

    kind = "pack_changed"
    pack: int
    is_told: bool = True
    """Whether those in it are notified."""


class MirrorAsked(Event, frozen=True):
    """Somebody here asks another server to be their mirror."""

    kind = "mirror_asked"
    mirror: int


class MirrorEnded(Event, frozen=True):
    """Somebody here wants a mirror of theirs no longer."""

    kind = "mirror_ended"
    mirror: int


class MirrorAnswered(Event, frozen=True):
    """This server has accepted to be a mirror of somebody elsewhere, or does not want to, or no longer."""

    kind = "mirror_answered"
    account: AccountId
    offer: Uri
    is_accepted: bool


class MailWanted(Event, frozen=True):
    """
    A letter is to be sent (`services/letters.py` knows which there are).

    `user` is whom it is about. A link that opens something is made when the
    letter is sent, so no secret lies in this row.
    """

    kind = "mail_wanted"
    letter: str
    to: str
    locale: str
    user: UserId
    about: int = 0
    """The strike that the letter tells of, if it does."""


KINDS: dict[str, type[Event]] = {event.kind: event for event in Event.__subclasses__()}

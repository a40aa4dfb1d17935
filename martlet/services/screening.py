"""
Notifications from strangers: told, kept aside until the recipient decides about the sender, or not made.

`model.notification_policy` is the rule; here it is asked, wherever a
notification is made.
"""

from martlet.model import notification_policy
from martlet.model.ids import first_id_in
from martlet.model.names import AccountId, PostId
from martlet.model.notification_policy import NEW_MS, SETTLED_MS, Policy, Sender, Treatment
from martlet.model.notifications import NotificationKind
from martlet.model.roles import EVERYBODY, MODERATING
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.storage import holds, notification_policies, posts, roles
from martlet.storage.database import Reader, Writer
from martlet.storage.notification_policies import Standing

HOUR = 3_600_000
BOTS = ("service", "application")


def treatment(
    db: Reader,
    account: AccountId,
    kind: NotificationKind,
    sender: AccountId,
    post: PostId | None,
    here: Server,
) -> Treatment:
    """What becomes of a notification for the account."""
    if kind not in notification_policy.FILTERABLE:
        return Treatment.ACCEPT
    standing = notification_policies.standing(db, account, sender)
    if standing is None:
        return Treatment.ACCEPT
    now, following = here.now_ms(), standing.following_id
    is_asking = (
        kind == NotificationKind.MENTION
        and standing.policy.private_mentions != Treatment.ACCEPT
        and not standing.is_followed
    )
    return notification_policy.treatment(
        standing.policy,
        kind,
        Sender(
            is_permitted=standing.is_permitted,
            is_staff=kind == NotificationKind.MENTION and _looks_after(db, standing),
            is_followed=standing.is_followed,
            is_settled_follower=following is not None and following <= first_id_in(now - SETTLED_MS),
            is_new=standing.created_at > now - NEW_MS,
            is_limited=standing.is_limited,
            is_bot=standing.kind in BOTS,
            is_unasked_in_private=is_asking and _is_unasked_in_private(db, account, sender, post),
        ),
    )


def is_mass_mention(db: Writer, account: AccountId, sender: AccountId, here: Server) -> bool:
    """
    Whether the sender names very many here who do not follow them, within an hour: also by edits and in private.

    Costs nothing where the setting does not ask for it. Public posts of that kind wait for a moderator (`holding.py`).
    """
    most = here.holds.mass_mentions
    if not most or not holds.strangers_among(db, sender, [account]):
        return False
    if roles.of_account(db, sender).granted & MODERATING:
        return False
    now = here.now_ms()
    holds.note_mention(db, sender, account, now)
    return holds.count_mentioned(db, sender, now - HOUR, most + 1) > most


def _looks_after(db: Reader, standing: Standing) -> bool:
    """Whether the sender visibly looks after this server, and stands above the recipient."""
    if standing.role in ("", EVERYBODY.key):
        return False
    sender = roles.find(db, standing.role)
    recipient = roles.find(db, standing.recipient_role) or EVERYBODY
    if sender is None or not sender.is_highlighted:
        return False
    return sender.outranks(recipient) and bool(sender.granted & MODERATING)


def _is_unasked_in_private(db: Reader, account: AccountId, sender: AccountId, id: PostId | None) -> bool:
    post = None if id is None else posts.find_unfiltered(db, id)
    if post is None or post.visibility != Visibility.MENTIONED:
        return False
    if post.reply_to_id is None:
        return True
    return not notification_policies.wrote_in_private(db, account, sender, post.reply_to_id)


def set_policy(db: Writer, account: AccountId, policy: Policy) -> None:
    """For what comes from now on; what is there already stays where it is."""
    notification_policies.put(db, account, policy)

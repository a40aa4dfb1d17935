"""What the desk says of measures, of states, and of what was done."""

from msgspec import Struct

from martlet.model.sanctions import Measure
from martlet.services.undoing import Obstacle
from martlet.web.desk_pages import Tag, Weight
from martlet.web.wording import Sentence, sentence


class Meaning(Struct, frozen=True):
    """A measure in plain words: what its button says, what it does, who sees it, whether it can be taken back."""

    button: Sentence
    does: Sentence
    seen: Sentence
    undo: Sentence
    kind: Weight = ""


_TOLD = sentence("The person is told of it, with your words, and may appeal for 20 days.")
_BACK = sentence("You can take it back at any time.")
MEASURES: dict[Measure, Meaning] = {
    Measure.WARN: Meaning(
        sentence("Answer with a warning"),
        sentence("Nothing changes but that the person reads your words."),
        sentence("Nobody else sees it."),
        sentence("You can take the warning back; that it was read stays so."),
    ),
    Measure.MARK_POSTS: Meaning(
        sentence("Hide posts behind a warning"),
        sentence("The posts you choose are shown as sensitive: pictures only after a click."),
        sentence("Everybody sees the posts so, on this server and on others."),
        _BACK,
    ),
    Measure.SENSITIZE: Meaning(
        sentence("Hide all pictures"),
        sentence("All that this account posts is shown as sensitive."),
        sentence("Everybody here sees it so."),
        _BACK,
    ),
    Measure.LIMIT: Meaning(
        sentence("Limit"),
        sentence(
            "Only those who follow the account come across it: it is in no public timeline, search or trend."
        ),
        sentence("Visitors of the profile see that it was limited here."),
        _BACK,
        "note",
    ),
    Measure.DELETE_POSTS: Meaning(
        sentence("Delete posts"),
        sentence("The posts you choose are deleted, with their pictures."),
        sentence("They are gone for everybody; other servers are told to delete them too."),
        sentence("This cannot be taken back."),
        "stop",
    ),
    Measure.FREEZE: Meaning(
        sentence("Freeze"),
        sentence("The person cannot sign in any more. The account and its posts stay to be seen."),
        sentence("Nobody else sees it."),
        _BACK,
        "stop",
    ),
    Measure.SUSPEND: Meaning(
        sentence("Suspend"),
        sentence("Nobody sees the account any more, and its follows end."),
        sentence("Everybody sees that it is suspended."),
        sentence("You can take it back for 30 days. Then all it has is removed for good."),
        "stop",
    ),
}
"""The mildest first: the order of the buttons."""
TOLD = _TOLD
GONE_FOLLOWS = sentence("Follows that ended do not come back by themselves.")
STATES: dict[str, Tag] = {
    "sensitized": Tag(sentence("pictures hidden"), "note"),
    "limited": Tag(sentence("limited"), "note"),
    "frozen": Tag(sentence("frozen"), "bad"),
    "suspended": Tag(sentence("suspended"), "bad"),
    "pending": Tag(sentence("waits to be let in"), "note"),
    "unconfirmed": Tag(sentence("e-mail not confirmed"), "note"),
    "leaving": Tag(sentence("will be deleted"), "off"),
    "moved": Tag(sentence("moved away"), "off"),
}
LIFTS: dict[Measure, Sentence] = {
    Measure.SENSITIZE: sentence("Show its pictures again"),
    Measure.LIMIT: sentence("Limit no longer"),
    Measure.FREEZE: sentence("Let them sign in again"),
    Measure.SUSPEND: sentence("Suspend no longer"),
}
DONE: dict[Measure, Sentence] = {
    Measure.WARN: sentence("Warned"),
    Measure.MARK_POSTS: sentence("Posts hidden behind a warning"),
    Measure.DELETE_POSTS: sentence("Posts deleted"),
    Measure.SENSITIZE: sentence("All pictures hidden"),
    Measure.LIMIT: sentence("Limited"),
    Measure.FREEZE: sentence("Frozen"),
    Measure.SUSPEND: sentence("Suspended"),
}
CATEGORIES: dict[str, Sentence] = {
    "spam": sentence("Spam"),
    "legal": sentence("Against the law"),
    "violation": sentence("Against the rules"),
    "other": sentence("Something else"),
}

_ACTS: dict[str, Sentence] = {
    **{f"account.{measure}": said for measure, said in DONE.items()},
    "account.un_sensitize": sentence("Pictures shown again"),
    "account.un_limit": sentence("No longer limited"),
    "account.un_freeze": sentence("May sign in again"),
    "account.un_suspend": sentence("No longer suspended"),
    "account.approve": sentence("Let in"),
    "account.reject": sentence("Not let in"),
    "account.delete": sentence("Had all data removed"),
    "account.leave": sentence("Had the account deleted"),
    "account.confirm": sentence("Took the e-mail address as confirmed"),
    "account.reset": sentence("Sent a link for a new password"),
    "account.drop_second_step": sentence("Turned the second step off"),
    "account.email": sentence("Changed the e-mail address"),
    "role.create": sentence("Made a role"),
    "role.change": sentence("Changed a role"),
    "role.delete": sentence("Ended a role"),
    "role.assign": sentence("Gave a role"),
    "report.correct": sentence("Corrected what a report is about"),
    "report.assign": sentence("Took on a report"),
    "report.unassign": sentence("Handed a report back"),
    "report.resolve": sentence("Closed a report"),
    "report.reopen": sentence("Opened a report again"),
    "held_post.release": sentence("Let a post through"),
    "held_post.refuse": sentence("Did not let a post through"),
    "spam_mark.add": sentence("Marked a post as spam"),
    "spam_mark.remove": sentence("Removed a mark of spam"),
    "web_hook.add": sentence("Made a web hook"),
    "web_hook.change": sentence("Changed a web hook"),
    "web_hook.enable": sentence("Turned a web hook on"),
    "web_hook.disable": sentence("Turned a web hook off"),
    "web_hook.rotate_secret": sentence("Gave a web hook another secret"),
    "web_hook.remove": sentence("Removed a web hook"),
    "rule.add": sentence("Made a rule"),
    "rule.change": sentence("Changed a rule"),
    "rule.end": sentence("Ended a rule"),
    "announcement.write": sentence("Wrote an announcement"),
    "announcement.change": sentence("Changed an announcement"),
    "announcement.publish": sentence("Published an announcement"),
    "announcement.unpublish": sentence("Took an announcement off"),
    "announcement.delete": sentence("Deleted an announcement"),
    "peer.decide": sentence("Decided about a server"),
    "peer.undo": sentence("Took back what was decided about a server"),
    "email_domain_block.add": sentence("Blocked an e-mail domain"),
    "email_domain_block.remove": sentence("Unblocked an e-mail domain"),
    "ip_block.add": sentence("Blocked a network"),
    "ip_block.change": sentence("Changed the block of a network"),
    "ip_block.remove": sentence("Unblocked a network"),
    "canonical_email_block.add": sentence("Blocked an e-mail address"),
    "canonical_email_block.remove": sentence("Unblocked an e-mail address"),
    "username_block.add": sentence("Kept a name back"),
    "username_block.change": sentence("Changed a name that is kept back"),
    "username_block.remove": sentence("Gave a name free"),
    "appeal.approve": sentence("Granted an appeal"),
    "appeal.reject": sentence("Turned an appeal down"),
    "reason.add": sentence("Kept a reason"),
    "reason.change": sentence("Changed a reason"),
    "reason.remove": sentence("Removed a reason"),
    "emoji.add": sentence("Added an emoji"),
    "emoji.change": sentence("Changed an emoji"),
    "emoji.remove": sentence("Deleted an emoji"),
    "text.change": sentence("Changed a text of the server"),
    "terms.publish": sentence("Published terms of service"),
    "terms.withdraw": sentence("Took terms of service back"),
    "server.change": sentence("Changed the server"),
    "server.picture": sentence("Changed the picture of the server"),
    "invitation.end": sentence("Ended an invitation"),
    "job.retry": sentence("Had a job done again"),
    "job.drop": sentence("Dropped a job"),
    "list.import": sentence("Brought in a block list"),
    "list.subscribe": sentence("Subscribed to a block list"),
    "list.unsubscribe": sentence("Ended a block list"),
    "trend.allow": sentence("Let something trend"),
    "trend.refuse": sentence("Kept something from trending"),
    "mirror.accept": sentence("Became somebody’s mirror"),
    "mirror.refuse": sentence("Refused to be somebody’s mirror"),
    "mirror.end": sentence("Ended being somebody’s mirror"),
    "taken_down.add": sentence("Took a copy down"),
    "hashtag.change": sentence("Changed what holds for a hashtag"),
}
TAKEN_BACK = sentence("Taken back")
_GONE = sentence("What was deleted does not come back.")
_FINAL: dict[str, Sentence] = {
    "account.delete_posts": _GONE,
    "account.delete": _GONE,
    "account.leave": _GONE,
    "account.reject": _GONE,
    "announcement.delete": _GONE,
    "emoji.remove": _GONE,
    "web_hook.remove": _GONE,
    "web_hook.rotate_secret": sentence("The secret before is gone."),
    "account.approve": sentence("They are in; freeze or suspend them instead."),
    "account.reset": sentence("The letter is on its way."),
    "held_post.release": sentence("A post that was let through is out."),
    "job.retry": sentence("What a job did stays done."),
    "job.drop": sentence("A job that was dropped does not come back."),
    **dict.fromkeys(("mirror.accept", "mirror.refuse", "mirror.end"), sentence("Their server was told.")),
}
"""Why an act that was done for good cannot be taken back."""
WHEN_TAKEN_BACK: dict[str, Sentence] = {
    "server.picture": sentence(
        "If the picture before is not kept any more (that is for 30 days, and only the last one), there is none."
    ),
    "taken_down.add": sentence("The copy comes back when somebody brings it again."),
    "list.import": sentence("Only what the import decided goes. What was changed since stays."),
    "list.subscribe": sentence(
        "All that it says is undone. Follows that ended do not come back by themselves."
    ),
    "list.unsubscribe": sentence("The list is fetched anew, and holds as it is now."),
    "appeal.approve": sentence("The appeal waits again, and what it is against holds again. They are told."),
    "appeal.reject": sentence("The appeal waits again."),
}
"""What is good to know before such an act is taken back."""


def why_not(act: str, obstacle: Obstacle | None) -> Sentence | None:
    """Why an act cannot be taken back, if that needs words."""
    match obstacle:
        case "in_force":
            return sentence("These terms hold already. Publish others with a later day.")
        case "unchanged":
            return sentence("It was so before already.")
        case "final":
            return _FINAL.get(act, sentence("This cannot be taken back."))
        case _:
            return None


def act(name: str) -> Sentence | str:
    """What an entry of the log says was done; of an act without words its own name."""
    return _ACTS.get(name.removesuffix(".undo"), name)

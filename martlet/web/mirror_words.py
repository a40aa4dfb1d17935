"""What is said of mirrors, here and at the desk."""

from martlet.model.mirrors import MirrorState
from martlet.web.wording import Sentence, counted, sentence

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
STATES: dict[MirrorState, Sentence] = {
    "looking": sentence("It is being looked for."),
    "unreachable": sentence("It does not answer."),
    "asked": sentence("It was asked, and has not answered yet."),
    "accepted": sentence("It keeps your posts."),
    "refused": sentence("It does not want to."),
    "ended": sentence("It is over."),
}
NO_MIRROR = sentence("There is no Martlet that takes mirrors.")


def heard(at: int, now: int) -> Sentence:
    """How long ago a server was last heard of."""
    ago = max(now - at, 0)
    if not at:
        return sentence("Never heard of yet")
    if ago < 2 * MINUTE:
        return sentence("Last contact just now")
    if ago < 2 * HOUR:
        return counted("Last contact one minute ago", "Last contact {n} minutes ago", n=ago // MINUTE)
    if ago < 2 * DAY:
        return counted("Last contact one hour ago", "Last contact {n} hours ago", n=ago // HOUR)
    return counted("Last contact one day ago", "Last contact {n} days ago", n=ago // DAY)

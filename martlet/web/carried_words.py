"""What is said of carried documents: how certain it is whose they are, and why one is refused."""

from martlet.model.carrying import Refusal, Trust
from martlet.web.wording import Sentence, sentence

TRUST: dict[Trust, Sentence] = {
    Trust.CONFIRMED: sentence("Author confirmed"),
    Trust.CONSISTENT: sentence("Fits what we know"),
    Trust.UNCONFIRMED: sentence("Author not yet confirmed"),
    Trust.REFUSED: sentence("The signature does not fit this text"),
}
REASONS: dict[Refusal, Sentence] = {
    Refusal.NOT_CANONICAL: sentence("It is not written as signed documents are."),
    Refusal.MALFORMED: sentence("It cannot be read."),
    Refusal.NO_PROOF: sentence("Nobody has signed it."),
    Refusal.BAD_PROOF: sentence("The signature does not fit this text."),
    Refusal.UNKNOWN_KEY: sentence("It is signed with a key that nobody knows."),
    Refusal.OTHER_KEY: sentence("It is signed with another key than its author’s."),
    Refusal.REVOKED: sentence("It is signed with a key that was taken back before."),
    Refusal.WRONG_ORIGIN: sentence("It belongs to another server than its author."),
    Refusal.PRIVATE: sentence("It is not for everybody."),
    Refusal.WRONG_KIND: sentence("It is of a kind that does not travel in files."),
    Refusal.TAKEN_DOWN: sentence("It was taken down here."),
    Refusal.AUTHOR_REFUSED: sentence("This server does not speak with its author or their server."),
    Refusal.DELETED: sentence("It was deleted."),
    Refusal.NOT_OURS: sentence("It claims to be from this server, and is not."),
    Refusal.TOO_OLD: sentence("It was signed too long ago."),
    Refusal.NOT_TAKEN: sentence("Whoever it is for does not take it."),
    Refusal.UNNAMED_FILE: sentence("No signed post names this file."),
    Refusal.NOT_SHOWABLE: sentence("The file is no picture, film or sound that can be shown here."),
}

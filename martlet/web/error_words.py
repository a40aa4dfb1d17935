"""
What use cases say is wrong, in the words in which they say it, so that pages can say it in the reader's language.

Errors carry one English sentence, which the client API hands on as it is. Here each stands once more as a msgid; `{a}`, `{b}` …
are what changes in it. A test compares this list with what is raised.
"""

import re
from functools import lru_cache

from martlet.web.sentences import Sentence, sentence

RAW = "Validation failed: "
"""What the client API has before sentences about forms. Pages leave it out."""
SAID = (
    sentence("What was there before is not kept any more."),
    sentence("Your login is currently disabled"),
    sentence("This server cannot read what is in this file: {a}."),
    sentence("This server cannot read {a} pictures."),
    sentence("The animation has {a} frames of {b} × {c} pixels; together {d} million are allowed."),
    sentence("The animation has {a} frames; {b} are allowed."),
    sentence("The picture has {a} × {b} pixels; {c} million are allowed."),
    sentence("There is neither a picture nor a sound in this file."),
    sentence("This server cannot read sound of the kind {a}."),
    sentence("This server cannot read video of the kind {a}."),
    sentence("The video has {a} × {b} pixels; {c} million are allowed."),
    sentence("The video has {a} frames a second; {b} are allowed."),
    sentence("This recording lasts {a} seconds; {b} are allowed."),
    sentence("This server cannot read HEIC pictures. Send it as JPEG."),
    sentence("This server shows no video and plays no sound: ffmpeg is not installed on it."),
    sentence("The file has {a}; {b} are allowed."),
    sentence("Somebody has decided about this appeal already."),
    sentence("The account has to be suspended first."),
    sentence("This answer cannot be taken out."),
    sentence("An album shows pictures only"),
    sentence("Cannot use files that have not finished processing. Try again in a moment!"),
    sentence("The album is for more people than the picture was. Upload it anew if they may see it"),
    sentence("The cover has to be a picture of the album"),
    sentence("An album holds at most {a} pictures"),
    sentence("Media {a} belongs to a post that is yet to be published"),
    sentence("Media {a} not found or already attached to a post"),
    sentence("Title can't be blank"),
    sentence("An album cannot be for a circle"),
    sentence("Description is too long (maximum is {a} characters)"),
    sentence("Title is too long (maximum is {a} characters)"),
    sentence("You cannot have more than {a} albums"),
    sentence("A file could not be processed and cannot be attached"),
    sentence("Cannot attach a video or a sound to a post together with other files"),
    sentence("Cannot attach files that have not finished processing. Try again in a moment!"),
    sentence("Media {a} not found or already attached to another post"),
    sentence("Cannot attach more than {a} files"),
    sentence("A block list needs an address that begins with https://."),
    sentence("You have subscribed to this list already."),
    sentence("The list is empty, or is no list at all."),
    sentence("The list cannot be read: {a}."),
    sentence("The list had {a} domains and now has {b}."),
    sentence("The list has more than {a} domains."),
    sentence("Domain can't be blank"),
    sentence("Domain is not a valid domain name"),
    sentence("A colour is written as #rrggbb."),
    sentence("That is none of the ways to join."),
    sentence("This description is too long."),
    sentence("This is no e-mail address."),
    sentence("A server's name has 1 to {a} characters."),
    sentence("A description has at most {a} characters."),
    sentence("Text in this colour is hard to read: its contrast is {a}, and {b} is needed."),
    sentence("Circle has nobody in it"),
    sentence("A circle holds at most {a} accounts"),
    sentence("You have reached the maximum number of circles ({a})"),
    sentence("A post shows either media or a poll, not both"),
    sentence("This post has been edited too often"),
    sentence("Limit of different reactions reached"),
    sentence("Name is not a recognized emoji"),
    sentence("You cannot react to a post more often"),
    sentence("Keyword can't be blank"),
    sentence("Status has already been taken"),
    sentence("A filter holds at most {a} keywords"),
    sentence("A filter holds at most {a} posts"),
    sentence("Keyword is too long (maximum is {a} characters)"),
    sentence("You have reached the maximum number of filters ({a})"),
    sentence("What this post answers waits as well: look at that first."),
    sentence("An invitation can be for 1 to {a} people."),
    sentence("An invitation can last 1 to {a} days."),
    sentence("Nobody can join this server at the moment."),
    sentence("At most {a} invitations can be open at a time."),
    sentence("An emoji's picture has at most 1 MB."),
    sentence("Its picture has not been fetched yet. Look at it once, then try again."),
    sentence("There is an emoji of this name already."),
    sentence("A category has at most {a} characters."),
    sentence("A name has {a} to {b} letters (a–z), digits and _."),
    sentence("There can be {a} emoji."),
    sentence("A reason has 1 to {a} characters."),
    sentence("A title has 1 to {a} characters."),
    sentence("There can be {a} reasons."),
    sentence("Account has already been taken"),
    sentence("Replies policy is not included in the list"),
    sentence("A list holds at most {a} accounts"),
    sentence("There is too little in this post by which it could be known again."),
    sentence("Expires in is invalid"),
    sentence("Choices can't be blank"),
    sentence("Only one option can be chosen in this poll"),
    sentence("The chosen vote option does not exist"),
    sentence("The poll has already ended"),
    sentence("You cannot vote in your own polls"),
    sentence("You have already voted on this poll"),
    sentence("Poll can't have the same option twice"),
    sentence("Poll cannot run as long as that"),
    sentence("Poll has to run longer than that"),
    sentence("Poll must have more than one option"),
    sentence("Poll can't have more than {a} options"),
    sentence("Poll options can't be longer than {a} characters each"),
    sentence("The first place is 0."),
    sentence("A rule can be said in {a} languages."),
    sentence("A rule has 1 to {a} characters."),
    sentence("There can be {a} rules."),
    sentence("What explains a rule has at most {a} characters."),
    sentence("{a} is no language."),
    sentence("You have exceeded the limit of {a} scheduled posts"),
    sentence("You have exceeded the limit of {a} scheduled posts for that day"),
    sentence("Name can't be blank"),
    sentence("Emoji has to be one of this server"),
    sentence("Name has already been taken"),
    sentence("Name is too long (maximum is {a} characters)"),
    sentence("You cannot have more than {a} folders"),
    sentence("There is nothing in it."),
    sentence("Something else has been decided since."),
    sentence("This has been taken back already."),
    sentence("This was done for good."),
    sentence("Media attachment is currently used by a status"),
    sentence("Focus must lie between -1 and 1"),
    sentence("That is not a handle. A handle looks like @ada or @ada@server.example."),
    sentence("The port of the server's address is not a number that a port can have."),
    sentence("The server's address is not a valid IPv4 address."),
    sentence("The server's address is not a valid IPv6 address."),
    sentence("The server's name has characters that no name of a server has."),
    sentence("The server's name is not one that a server can have."),
    sentence("That is not a handle: {a}"),
    sentence("A web address with a name before its host (name@host) is not accepted."),
    sentence("That is not a web address. It should begin with https:// and have no blanks in it."),
    sentence("That is not a web address: {a}"),
    sentence("The form does not say what is to be done."),
    sentence("What the app asks is too long."),
    sentence("This is no moment."),
    sentence("A position is a number."),
    sentence("Nothing was written."),
    sentence("The address is too long."),
    sentence("There is no such language here."),
    sentence("This is the server that you are on."),
    sentence("The form does not say how far was read."),
    sentence("This can no longer be taken back here."),
)
LONGEST = 1000
_VALUE = re.compile(r"\\{([a-d])\\}")


def told(message: str) -> Sentence:
    """The same as a sentence that is translated; as it is, where it is none of these."""
    text = message.removeprefix(RAW)
    exact, patterns = _known()
    if text in exact:
        return exact[text]
    for pattern, known in patterns if len(text) <= LONGEST else ():
        found = pattern.fullmatch(text)
        if found is not None:
            return Sentence(known.msgid, found.groupdict())
    return Sentence("{text}", {"text": text})


@lru_cache(maxsize=1)
def _known() -> tuple[dict[str, Sentence], list[tuple[re.Pattern[str], Sentence]]]:
    """Put together when something is wrong for the first time; what is longest is tried first."""
    exact = {one.msgid: one for one in SAID if "{" not in one.msgid}
    others = sorted((one for one in SAID if "{" in one.msgid), key=lambda one: -len(one.msgid))
    return exact, [
        (re.compile(_VALUE.sub(r"(?P<\1>.+)", re.escape(one.msgid)), re.DOTALL), one) for one in others
    ]

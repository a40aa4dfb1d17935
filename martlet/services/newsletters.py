"""
Letters with somebody's new public posts, to those who read them by e-mail (`subscribing`).

A post waits five minutes for others, so that a thread is one letter. Then one
job after the other writes to a few readers each, through one connection. What
could not be sent is tried again; an address that is refused for good is forgotten.
"""

import asyncio
import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from email.headerregistry import Address
from email.message import EmailMessage
from functools import partial

import msgspec

from martlet.jobs.runner import Record
from martlet.model.accounts import Account
from martlet.model.events import PostPublished
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import mailing, naming, subscribing
from martlet.services.mailing import MailServer
from martlet.services.newsletter_words import Words, words_in
from martlet.services.ports import Ground
from martlet.storage import accounts, events, media, posts, subscribers
from martlet.storage.database import Reader, Writer
from martlet.storage.subscribers import Subscriber
from martlet.text import sanitize

COLLECT, SEND = "collect_newsletter", "send_newsletter"
WAIT_MS = 5 * 60_000
AT_ONCE = 25
POSTS = 50
"""In one letter; of more the newest."""
SUBJECT = 60
PAUSE_MS, TRIES = 15 * 60_000, 8
FOR_GOOD = 500
"""SMTP's answers from here on mean that it is of no use to try again."""


@dataclass(frozen=True, slots=True)
class Edition:
    """Posts for those who came after the subscriber `after`; or for `only` those, who could not be written to before."""

    account: AccountId
    posts: tuple[PostId, ...]
    after: int = 0
    only: tuple[int, ...] = ()
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of letters, by the subscribers' ids. `is_over`: the mail server took none after that."""

    refused: tuple[int, ...] = ()
    later: tuple[int, ...] = ()


# -- what goes out -------------------------------------------------------


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """The reaction: new public posts of people here that are no answers to others."""
    if not here.sends_mail or not event.is_news:
        return
    post = posts.find_unfiltered(db, event.post)
    if post is None or not post.is_local or not _is_for_readers(post):
        return
    author = accounts.find(db, post.author_id)
    if author is not None and subscribing.offers(author, here) and subscribers.are_there(db, author.id):
        subscribers.await_letter(db, author.id, post.id)
        events.add_job(db, COLLECT, str(author.id), here.now_ms() + WAIT_MS, key=f"{COLLECT} {author.id}")


def _is_for_readers(post: Post) -> bool:
    return (
        post.visibility == Visibility.PUBLIC
        and post.is_open
        and post.boost_of_id is None
        and post.reply_to_account_id in (None, post.author_id)
    )


async def collect(body: str, here: Server) -> Record:
    """The job that ends the waiting."""
    return partial(_begin, account=AccountId(int(body)), here=here)


def _begin(db: Writer, account: AccountId, here: Server) -> None:
    waiting = subscribers.take_posts(db, account)[-POSTS:]
    if waiting:
        _go_on(db, Edition(account, tuple(waiting)), here.now_ms())


def _go_on(db: Writer, edition: Edition, at: int) -> None:
    events.add_job(db, SEND, msgspec.json.encode(edition).decode(), at)


# -- sending -------------------------------------------------------------


async def send(ground: Ground, server: MailServer | None, body: str, here: Server) -> Record | None:
    """The job: a few letters, and a further job for the rest."""
    edition = msgspec.json.decode(body, type=Edition)
    if server is None:
        return None
    letters = await ground.store.reading(_compose, edition, server, ground, here)
    if not letters:
        return None
    outcome = await asyncio.to_thread(_send_all, server, letters)
    return partial(_record, edition=edition, last=letters[-1][0], outcome=outcome, here=here)


def _record(db: Writer, edition: Edition, last: int, outcome: Outcome, here: Server) -> None:
    if outcome.refused:
        subscribers.delete(db, outcome.refused)
    if outcome.later and edition.tries < TRIES:
        again = replace(edition, only=outcome.later, tries=edition.tries + 1)
        _go_on(db, again, here.now_ms() + PAUSE_MS * 2**edition.tries)
    if not edition.only:
        _go_on(db, replace(edition, after=last), here.now_ms())


def _send_all(server: MailServer, letters: Sequence[tuple[int, EmailMessage]]) -> Outcome:
    """Nothing that goes wrong with one letter keeps the others from going out."""
    refused: list[int] = []
    later: list[int] = []
    done = 0
    try:
        with mailing.connected(server) as connection:
            for id, letter in letters:
                try:
                    connection.send_message(letter)
                except smtplib.SMTPRecipientsRefused as error:
                    codes = [code for code, _ in error.recipients.values()]
                    (refused if min(codes) >= FOR_GOOD else later).append(id)
                done += 1
    except (OSError, smtplib.SMTPException):
        later += [id for id, _ in letters[done:]]
    return Outcome(tuple(refused), tuple(later))


def _compose(
    db: Reader, edition: Edition, server: MailServer, ground: Ground, here: Server
) -> list[tuple[int, EmailMessage]]:
    """None where nobody is left, or there is nothing to tell any more."""
    author = accounts.find(db, edition.account)
    if author is None or not subscribing.offers(author, here):
        return []
    shown = {one.id for one in posts.shown(db, edition.posts, NOBODY)}
    told = [one for one in posts.many_unfiltered(db, sorted(shown)) if _is_for_readers(one)]
    if edition.only:
        readers = subscribers.many(db, edition.only)
    else:
        readers = subscribers.after(db, author.id, edition.after, AT_ONCE)
    if not told or not readers:
        return []
    files = {id: len(found) for id, found in media.of_posts(db, [one.id for one in told]).items()}
    name = " ".join(naming.server_name(db, here).split())
    told.sort(key=lambda one: one.id)
    return [
        (one.id, _letter(one, author, told, files, Address(name, addr_spec=server.sender), ground, here))
        for one in readers
    ]


def _letter(
    reader: Subscriber,
    author: Account,
    told: Sequence[Post],
    files: dict[PostId, int],
    sender: Address,
    ground: Ground,
    here: Server,
) -> EmailMessage:
    words = words_in(reader.locale)
    name = one_name(author)
    if len(told) == 1:
        subject = words.subject_of_one.format(name=name, beginning=_beginning(told[0], words))
    else:
        subject = words.subject_of_many.format(name=name, n=len(told))
    link = f"{here.url}/unsubscribe/{subscribing.end_token(reader.id, ground.secret, here)}"
    text = "\n\n".join(_told(one, files.get(one.id, 0), words) for one in told)
    end = words.end.format(name=name, handle=f"@{author.username}@{here.host}", link=link)
    letter = mailing.compose(
        subscribing.address_of(reader, ground.secret), sender, subject, f"{text}\n\n-- \n{end}\n", here
    )
    letter["List-Unsubscribe"] = f"<{link}>"
    letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    letter["List-Id"] = f"<{author.username}.{here.host.partition(':')[0]}>"
    return letter


def one_name(author: Account) -> str:
    """What its readers know an account by, on one line."""
    return " ".join(author.display_name.split()) or author.username


def _told(post: Post, files: int, words: Words) -> str:
    """A post as text. What its author warns of is not told, only that there is something."""
    parts = [post.warning] if post.warning else [sanitize.plain(post.html)]
    if files and not post.warning:
        parts.append(words.one_file if files == 1 else words.files.format(n=files))
    return "\n\n".join([*filter(None, parts), post.url])


def _beginning(post: Post, words: Words) -> str:
    text = " ".join((post.warning or sanitize.plain(post.html)).split()) or words.no_words
    return text if len(text) <= SUBJECT else f"{text[: SUBJECT - 1].rstrip()}…"


# -- asking --------------------------------------------------------------


async def ask(ground: Ground, server: MailServer | None, body: str, here: Server) -> None:
    """The job: ask the owner of an address whether they want the letters. Raises what `mailing.deliver` raises."""
    letter = await ground.store.reading(_question, int(body), server, ground, here)
    if server is not None and letter is not None:
        await asyncio.to_thread(mailing.deliver, server, letter)


def _question(
    db: Reader, id: int, server: MailServer | None, ground: Ground, here: Server
) -> EmailMessage | None:
    reader = subscribers.find(db, id)
    if server is None or reader is None or reader.confirmed_at is not None:
        return None
    author = accounts.find(db, reader.account_id)
    if author is None or not subscribing.offers(author, here):
        return None
    words, name = words_in(reader.locale), " ".join(naming.server_name(db, here).split())
    values = {
        "name": one_name(author),
        "handle": f"@{author.username}@{here.host}",
        "server": name,
        "link": f"{here.url}/subscribe/{subscribing.agreement_token(id, ground.secret, here)}",
    }
    return mailing.compose(
        subscribing.address_of(reader, ground.secret),
        Address(name, addr_spec=server.sender),
        words.question_subject.format(**values),
        words.question.format(**values),
        here,
    )

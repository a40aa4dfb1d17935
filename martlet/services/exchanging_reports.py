"""
Reports between servers: the moderators there hear of their people, those here of ours.

What goes out is the server's own act: nobody is told who reported. What comes
in becomes a report as if made here, about accounts and posts that are here and
that the other server may know, so many a day at most.
"""

import json
import logging
from collections.abc import Mapping

from martlet.activitypub import build
from martlet.activitypub.things import Flag
from martlet.model.accounts import Account
from martlet.model.events import AccountReported
from martlet.model.names import AccountId, PostId, ReportId, Uri, host_of
from martlet.model.server import Server
from martlet.services import delivering, identities, restricting
from martlet.services.reporting import COMMENT
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, carried, packs, posts, remotes, reports, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.reports import Report
from martlet.text.cleaning import many_lines

log = logging.getLogger("martlet.federation")

DAY = 86_400_000
A_DAY = 50
"""Open reports of a day that one server may have here."""
PEOPLE = 10
"""Accounts that one message may report."""


def forward(db: Writer, event: AccountReported, here: Server, secret: ServerSecret) -> None:
    """A report about somebody elsewhere goes to their server, if the reporter wanted so."""
    del secret
    report = reports.many(db, [ReportId(event.report)]).get(ReportId(event.report))
    about = accounts.find(db, report.about_id) if report is not None else None
    if report is None or about is None or not report.is_forwarded or report.host or about.is_here:
        return
    identities.ensure_server(db, here)
    server = identities.server_uri(here)
    shown = (one.uri for one in posts.many_unfiltered(db, report.posts) if one.author_id == about.id)
    listed = (one.uri for one in packs.many_unfiltered(db, report.packs) if one.account_id == about.id)
    named = (about.uri, *shown, *listed)
    comment = "\n\n".join(filter(None, (report.comment, _copies(db, report))))
    flag = Flag(Uri(f"{server}#reports/{here.next_id()}"), server, named, comment)
    body = canonical_json.encode(build.flag(flag, [about.uri]))
    inboxes = remotes.inboxes_of(db, [about.id], shared=False)
    delivering.send(db, identities.SERVER, body, inboxes, here)


def _copies(db: Reader, report: Report) -> str:
    """Which version of a post it is that a file or a mirror brought: its author's server may have another."""
    lines = [f"{one.uri} {one.digest.hex()}" for one in carried.copies(db, report.posts)]
    return "\n".join(["SHA-256 of the signed copies here:", *lines]) if lines else ""


def receive(db: Writer, flag: Flag, actor: Account, here: Server) -> None:
    """Tell the moderators here, unless the other server's reports are refused."""
    host, now = host_of(actor.uri), here.now_ms()
    if restricting.policy_of_account(db, actor.id).refuses_reports:
        return
    if reports.count_open_of(db, host, now - DAY, A_DAY) >= A_DAY:
        log.warning("%s sends more reports than are taken in a day; one is left out", host)
        return
    for about, shown in list(_reported(db, flag, actor).items())[:PEOPLE]:
        filed = Report(
            id=ReportId(here.next_id()),
            account_id=actor.id,
            about_id=about,
            category="other",
            comment=many_lines(flag.comment).strip()[:COMMENT],
            is_forwarded=0,
            post_ids=json.dumps(shown),
            rule_ids="[]",
            created_at=now,
            resolved_at=None,
            host=host,
        )
        reports.insert(db, filed)
        db.emit(AccountReported(filed.id))


def _reported(db: Reader, flag: Flag, actor: Account) -> Mapping[AccountId, list[PostId]]:
    """Those of the accounts that are here, with those of their posts that the other server may know."""
    named = accounts.many_shown(db, list(uris.accounts_at(db, flag.about).values()))
    found: dict[AccountId, list[PostId]] = {
        one.id: [] for one in named.values() if one.is_here and one.id > 0
    }
    for uri in flag.about:
        post = uris.find_post(db, uri)
        if post is None or not post.is_local:
            continue
        if post.is_open or remotes.may_read(db, actor.id, post.id):
            found.setdefault(post.author_id, []).append(post.id)
    return found

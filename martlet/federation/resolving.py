"""
Knowing what is elsewhere: accounts by their address or handle, posts with those they answer.

See `services.ports.Resolver`. All that is fetched is bounded: so many posts up
a thread, so many people named in one post.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from martlet.activitypub import collections, gateways, parse
from martlet.activitypub.things import Profile, Writing
from martlet.federation.fetching import Fetched, Fetcher, Gone
from martlet.model.errors import EvidenceRejected, MartletError, NotFound
from martlet.model.evidence import Evidence
from martlet.model.names import AccountId, Uri, host_of, origin_of
from martlet.network.errors import NoAnswer
from martlet.services import acquainting, approving, consenting, gathering, intake
from martlet.services.acquainting import Acquaintance
from martlet.services.consenting import Verified, Withdrawn
from martlet.services.ports import Ground
from martlet.signing import actor_keys, continuity, identity_proofs
from martlet.signing.keys import Kind
from martlet.storage import accounts, remotes, uris
from martlet.storage.database import Reader
from martlet.text import names

log = logging.getLogger("martlet.federation")

FRESH = 24 * 3_600_000
"""Milliseconds for which what is known of an account is not asked for anew."""
UP = 20
"""Posts fetched up a thread."""
PEOPLE = 10
"""Unknown people looked up who are named in one post."""
QUOTES_DEEP = 2
"""Posts fetched from quote to quoted."""


@dataclass(slots=True)
class NetworkResolver:
    fetcher: Fetcher

    @property
    def _ground(self) -> Ground:
        return self.fetcher.ground

    # -- asked for by people ---------------------------------------------

    async def handle(self, handle: str) -> Uri | None:
        here = self._ground.here
        try:
            username, host = names.parse_handle(handle, names.own_hosts(here.host))
        except names.InvalidHandle:
            return None
        if host is None:
            return None
        for origin in self.fetcher.origins(host):
            try:
                found = await self.fetcher.web_finger(origin, f"{username}@{host}")
            except NoAnswer:
                continue
            if found is not None:
                await self._quietly_account(found.uri, is_counted=True)
            return None if found is None else found.uri
        return await self._ground.store.reading(_uri_of, username, host)

    async def address(self, address: str) -> Uri | None:
        try:
            found = await self.fetcher.document(address)
            if parse.kind_of(found.document) in parse.ACTORS:
                await self._keep_account(found)
            else:
                await self._keep_posts(found)
        except MartletError as error:
            log.info("Nothing came of %s: %s", address[:200], error.message)
            return None
        return found.address

    async def templates(self, handle: str) -> Mapping[str, str]:
        host = handle.rpartition("@")[2]
        if host == self._ground.here.host:
            return {}
        for origin in self.fetcher.origins(host):
            try:
                found = await self.fetcher.templates(origin, handle)
            except NoAnswer:
                continue
            return found or {}
        return {}

    async def answers(self, host: str) -> bool:
        for origin in self.fetcher.origins(host):
            try:
                await self.fetcher.web_finger(origin, f"{host}@{host}")
            except NoAnswer:
                continue
            return True
        return False

    # -- accounts --------------------------------------------------------

    async def account(self, uri: Uri, *, anew: bool = False, is_counted: bool = False) -> AccountId:
        """
        An account, known or fetched. Raises what `Fetcher.document` does, `NotFound` for nobody of ours.

        What is old is asked for anew; if its server does not answer, what we know is good enough. Strangers are
        counted (`TooOften`), unless they are already.
        """
        known, is_fresh = await self._ground.store.reading(_known, uri, self._ground.here.now_ms() - FRESH)
        if host_of(uri) == self._ground.here.host:
            if known is None:
                raise NotFound
            return known
        if known is not None and is_fresh and not anew:
            return known
        if known is None and not is_counted:
            self.fetcher.strangers.actor(host_of(uri))
        try:
            return await self._keep_account(await self.fetcher.document(uri))
        except NoAnswer:
            if known is None or anew:
                raise
            return known

    async def _quietly_account(self, uri: Uri, *, is_counted: bool = False) -> None:
        try:
            await self.account(uri, is_counted=is_counted)
        except MartletError as error:
            log.info("Nothing came of %s: %s", uri[:200], error.message)

    async def _keep_account(self, found: Fetched) -> AccountId:
        profile = parse.profile(found.document)
        keys = tuple(
            (Uri(name), key.kind.value, key.to_pem() if key.kind is Kind.RSA else key.to_multibase())
            for name, key in actor_keys.of_actor(found.document).items()
        )
        host = await self._handle_host(profile)
        statement = continuity.of_actor(found.document, self._ground.here.now())
        carriers = gateways.of_actor(found.document)
        identities = identity_proofs.of_actor(found.document, self._ground.here.now())
        acquaintance = Acquaintance(profile, keys, host, statement, carriers, identities)
        return await self._ground.store.writing(acquainting.keep, acquaintance, self._ground.here)

    async def _handle_host(self, profile: Profile) -> str:
        """
        The host of an account's handle. Raises `EvidenceRejected` where the handle is another account's.

        Another host than the account's own has to say so itself (attacks D14).
        """
        own = host_of(profile.uri)
        try:
            found = await self.fetcher.web_finger(origin_of(profile.uri), f"{profile.username}@{own}")
        except NoAnswer:  # its server is away: what it is called is what it was called
            return await self._ground.store.reading(_host_of_handle, profile.uri) or own
        if found is None:
            return own
        if found.uri != profile.uri:
            raise EvidenceRejected("Another account goes by this handle.")
        try:
            username, host = names.parse_handle(found.handle)
        except names.InvalidHandle:
            return own
        if host is None or host == own or username.lower() != profile.username.lower():
            return own
        return host if await self._confirms(host, found.handle, profile.uri) else own

    async def _confirms(self, host: str, handle: str, uri: Uri) -> bool:
        for origin in self.fetcher.origins(host):
            try:
                found = await self.fetcher.web_finger(origin, handle)
            except NoAnswer:
                continue
            return found is not None and found.uri == uri and found.handle.lower() == handle.lower()
        return False

    async def people(self, named: Collection[Uri]) -> None:
        """Some of those who are named in a post."""
        known = await self._ground.store.reading(uris.accounts_at, list(named))
        for uri in [uri for uri in named if uri not in known and host_of(uri) != self._ground.here.host][
            :PEOPLE
        ]:
            await self._quietly_account(uri)

    # -- posts -----------------------------------------------------------

    async def post(self, uri: Uri, quoted: int = 0) -> Uri:
        """
        Know a post, with those above it and what it quotes; returns what it calls itself.

        `quoted`: from how many quotes it is asked for. Raises what `Fetcher.document` does.
        """
        if await self._knows(uri) or host_of(uri) == self._ground.here.host:
            return uri
        found = await self.fetcher.document(uri)
        await self._keep_posts(found, quoted)
        return found.address

    async def post_anew(self, uri: Uri) -> None:
        try:
            found = await self.fetcher.document(uri)
            said, around = parse.writing(found.document), collections.surroundings(found.document)
            verified = await self.quote(said)
            await self._ground.store.writing(
                gathering.renew, said, found.evidence, verified, around, self._ground.here
            )
        except MartletError as error:
            log.info("Nothing new came of %s: %s", uri[:200], error.message)

    async def writing(self, uri: Uri) -> tuple[Writing, Evidence]:
        """A post as it is at its own address now. Raises what `Fetcher.document` does."""
        found = await self.fetcher.document(uri)
        if parse.is_tombstone(found.document):
            raise Gone
        return parse.writing(found.document), found.evidence

    async def is_gone(self, uri: Uri) -> bool:
        """Whether its own server says that something is no more. Raises what else `Fetcher.document` does."""
        try:
            found = await self.fetcher.document(uri)
        except Gone:
            return True
        return parse.is_tombstone(found.document)

    async def above(self, reply_to: Uri | None) -> Uri | None:
        """What a post answers, and what that answers, as far as it can be had; by its own name, where a page was named."""
        if reply_to is None:
            return None
        try:
            return await self.post(reply_to)
        except MartletError as error:
            log.info("Nothing came of %s: %s", reply_to[:200], error.message)
            return reply_to

    async def quote(self, said: Writing, quoted: int = 0) -> Verified | None:
        """
        Know what a post quotes, as far as it can be had; and ask for the consent to that, and to what it answers.

        None where there is no consent, or none that can be had now.
        """
        await self._approval(said)
        if said.quote_of is None:
            return None
        consent = await self._ground.store.reading(consenting.in_question, said)
        return await self.consent(said.quote_of, consent, quoted)

    async def _approval(self, said: Writing) -> None:
        """Ask whether an answer is approved, where its author's word is not enough."""
        name, answered = said.reply_authorization, said.reply_to
        if name is None or answered is None or origin_of(name) != origin_of(answered):
            return
        if not await self._ground.store.reading(approving.is_in_question, said):
            return
        try:
            found = parse.reply_authorization((await self.fetcher.document(name)).document)
        except MartletError as error:
            log.info("Nothing came of %s: %s", name[:200], error.message)
            return
        await self._ground.store.writing(approving.learn, found, said)

    async def consent(self, quoted: Uri, consent: Uri | None, depth: int = 0) -> Verified | None:
        """The same for a quoted post and a consent, by their names."""
        if depth < QUOTES_DEEP:
            try:
                await self.post(quoted, depth + 1)
            except MartletError as error:
                log.info("Nothing came of %s: %s", quoted[:200], error.message)
        if consent is None or origin_of(consent) != origin_of(quoted):
            return None
        if host_of(consent) == self._ground.here.host:
            return None
        try:
            return parse.authorization((await self.fetcher.document(consent)).document)
        except Gone:
            return Withdrawn(consent)
        except MartletError as error:
            log.info("Nothing came of %s: %s", consent[:200], error.message)
            return None

    async def _knows(self, uri: Uri) -> bool:
        return await self._ground.store.reading(uris.is_settled, uri)

    async def _keep_posts(self, found: Fetched, quoted: int = 0) -> None:
        """From the post up; kept from the top down, so that each finds what it answers."""
        chain = [(parse.writing(found.document), found.evidence)]
        seen = {found.address}
        while len(chain) <= UP:
            parent = chain[-1][0].reply_to
            if parent is None or parent in seen or host_of(parent) == self._ground.here.host:
                break
            if await self._knows(parent):
                break
            seen.add(parent)
            try:
                chain.append(await self.writing(parent))
            except MartletError as error:
                log.info("Nothing came of %s: %s", parent[:200], error.message)
                break
        for said, evidence in reversed(chain):
            try:
                await self.account(said.author)
                await self.people([one.uri for one in said.mentions])
                verified = await self.quote(said, quoted)
                await self._ground.store.writing(
                    intake.keep_asked_for, said, evidence, self._ground.here, verified
                )
            except MartletError as error:
                log.info("%s was not kept: %s", said.uri[:200], error.message)


def _known(db: Reader, uri: Uri, since: int) -> tuple[AccountId | None, bool]:
    """Which account it is, and whether that was looked at since."""
    known = accounts.find_by_uri(db, uri)
    if known is None:
        return None, False
    remote = remotes.find(db, known.id)
    is_fresh = known.is_here or known.is_gone or (remote is not None and remote.fetched_at >= since)
    return known.id, is_fresh


def _uri_of(db: Reader, username: str, host: str) -> Uri | None:
    """Who is known by a handle."""
    found = accounts.find_by_handle(db, username, host)
    return None if found is None else found.uri


def _host_of_handle(db: Reader, uri: Uri) -> str:
    found = accounts.find_by_uri(db, uri)
    return "" if found is None else found.host

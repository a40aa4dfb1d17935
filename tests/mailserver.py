"""A mail server as providers run them: with STARTTLS or TLS, with a certificate and a password."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "martlet@town.example", "smtp sturdy lime kiln"
Security = Literal["starttls", "tls", "none"]


@dataclass
class MailServer:
    """What came in. `commands`: AUTH and MAIL, with `!` before what anybody on the way could have read."""

    password: str = PASSWORD
    port: int = 0
    letters: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    refuses: bool = False

    async def handle_RCPT(  # noqa: N802 - theirs
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        if self.refuses:
            return f"550 5.1.1 <{address}>: nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - theirs
        del server, session
        assert isinstance(envelope.content, bytes)
        self.letters.append(envelope.content)
        return "250 fine"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, kind
        return AuthResult(success=data == LoginPassword(USER.encode(), self.password.encode()), handled=False)


class _Watched(SMTP):
    def _note(self, word: str) -> None:
        assert self.transport is not None
        is_private = self.transport.get_extra_info("ssl_object") is not None
        self.event_handler.commands.append(word if is_private else f"!{word}")

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - the library's name
        self._note("AUTH")
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802 - the library's name
        self._note("MAIL")
        if self.session is not None and self.session.authenticated:
            await super().smtp_MAIL(arg)
        else:
            await self.push("530 5.7.0 Authentication required")


@contextmanager
def opened(security: Security, context: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """A server on this machine that offers this much; it takes no letter from who did not say the password."""
    kept = MailServer()
    loop = asyncio.new_event_loop()
    ready, stop = threading.Event(), asyncio.Event()

    def session() -> SMTP:
        return _Watched(
            kept,
            hostname="mail.test",
            loop=loop,
            tls_context=context if security == "starttls" else None,
            auth_require_tls=security == "starttls",
            authenticator=kept.authenticate,
        )

    async def serve() -> None:
        server = await loop.create_server(
            session, "127.0.0.1", 0, ssl=context if security == "tls" else None, ssl_handshake_timeout=None
        )
        kept.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def run() -> None:
        loop.run_until_complete(serve())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait()
    try:
        yield kept
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()

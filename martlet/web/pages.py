"""
Every page, and exactly what it needs: one class each, rendered by `rendering.render`.

Forms post to the address they came from unless their template says
otherwise. Every page that holds a form has `problems`, and the fields keep
what was typed; passwords and codes are never given back.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from martlet.model.server import Registration
from martlet.signing.passwords import MIN_LENGTH
from martlet.web.cards import (
    AliasCard,
    AppCard,
    ArchiveCard,
    ExportCard,
    Face,
    FailureCard,
    Featured,
    Html,
    ImportCard,
    InvitationCard,
    Rule,
    ServerCard,
    SessionCard,
    SeveranceCard,
    StrikeCard,
)
from martlet.web.language import Language
from martlet.web.looks import AS_USUAL, Look
from martlet.web.permissions import Permission
from martlet.web.wording import Problem, Sentence


class Page(Protocol):
    """Anything with a template; the template sees it as `page`."""

    template: ClassVar[str]


class Frame(Struct, frozen=True):
    """
    What every page knows besides its own matter.

    `address` is the path and query that was asked for, `csrf` the token every
    form hands back (empty on pages that are the same for everyone). `notice`
    is said once, on top: "Your password is changed."
    """

    server: ServerCard
    language: Language
    address: str
    csrf: str = ""
    viewer: Face | None = None
    notice: Sentence | None = None
    news: int = 0
    """How many unread notifications there are, on pages for members."""
    may_invite: bool = False
    """Whether members may bring others here."""
    undo: str = ""
    """Takes back what `notice` tells of, see `web.undoing`."""
    look: Look = AS_USUAL
    sent: str = ""
    """What was sent some seconds ago, and can be taken back."""
    sent_seconds: int = 0
    """How long it still can."""
    account: str = ""
    """Whose outbox the browser keeps, on pages for members."""


# ── front door ──


class LandingPage(Struct, frozen=True):
    """`/`. `people` counts accounts that were here lately; None where the owner does not show it."""

    template: ClassVar[str] = "landing.html"
    joining: Registration
    rules: tuple[Rule, ...]
    owner: Face | None
    people: int | None
    posts: Sequence[str] = ()
    tags: tuple[Featured, ...] = ()
    """What is talked about."""
    faces: tuple[Face, ...] = ()
    """Some who wrote here lately and want to be found."""
    is_open: bool = True
    """Whether visitors may see more of what is going on."""


class AboutPage(Struct, frozen=True):
    """`/about`: the owner's own words, all rules, contact."""

    template: ClassVar[str] = "about.html"
    rules: tuple[Rule, ...]
    owner: Face | None
    people: int | None
    text_html: Html | None = None
    has_terms: bool = False


class StatementPage(Struct, frozen=True):
    """
    `/privacy-policy`, `/terms-of-service`: the owner's words; `others` are the days of other versions of the terms.
    `/help/{guide}`.
    """

    template: ClassVar[str] = "statement.html"
    title: Sentence
    address: str
    text_html: Html
    written_at: datetime | None = None
    holds_from: datetime | None = None
    is_in_force: bool = True
    others: tuple[datetime, ...] = ()
    is_kept_on_device: bool = False


class SetupPage(Struct, frozen=True):
    """`/setup/{token}`. Fields: server_name, username, email, password."""

    template: ClassVar[str] = "setup.html"
    token: str
    server_name: str = ""
    username: str = ""
    email: str = ""
    password_length: int = MIN_LENGTH
    problems: tuple[Problem, ...] = ()


# ── signing in ──


class PasskeyWish(Struct, frozen=True):
    """A form for `static/passkeys.js` to fill in; without script it is not shown. Fields: token, credential, next."""

    token: str
    options: str
    """JSON."""


class SignInPage(Struct, frozen=True):
    """`/auth/sign_in`. Fields: identifier, password, next. `app` is who asked, if an app did."""

    template: ClassVar[str] = "sign_in.html"
    identifier: str = ""
    next: str = ""
    app: AppCard | None = None
    may_join: bool = False
    may_reset: bool = False
    passkey: PasskeyWish | None = None
    problems: tuple[Problem, ...] = ()


class SecondFactorPage(Struct, frozen=True):
    """`/auth/sign_in/code`. Two forms: field code, or field recovery_code; both with next."""

    template: ClassVar[str] = "second_factor.html"
    username: str
    next: str = ""
    problems: tuple[Problem, ...] = ()
    passkey: PasskeyWish | None = None


class SignOutPage(Struct, frozen=True):
    """`/auth/sign_out` when asked for by a link; the button posts."""

    template: ClassVar[str] = "sign_out.html"
    next: str = ""


class ConsentPage(Struct, frozen=True):
    """
    `/oauth/authorize`. Posts every pair of `request` back, with decision=allow or decision=deny.

    `back_to` is where the code will go, in words a person can judge (a host, or
    an app's own scheme); None for a code that is shown.
    """

    template: ClassVar[str] = "consent.html"
    app: AppCard
    account: Face
    permissions: tuple[Permission, ...]
    request: tuple[tuple[str, str], ...]
    back_to: str | None
    switch_to: str


class CodePage(Struct, frozen=True):
    """The out-of-band code, to be copied into the app."""

    template: ClassVar[str] = "code.html"
    app: AppCard
    code: str


# ── joining ──


class SignUpPage(Struct, frozen=True):
    """
    `/auth/sign_up`, `/invite/{code}`. Fields: username, email, password, date_of_birth, reason, agreement, invitation.

    `reason` is asked for only where `joining` is "approval" and nobody invited.
    """

    template: ClassVar[str] = "sign_up.html"
    joining: Registration
    rules: tuple[Rule, ...]
    invitation: str | None = None
    invited_by: Face | None = None
    needs_email: bool = True
    username: str = ""
    email: str = ""
    reason: str = ""
    date_of_birth: str = ""
    minimum_age: int = 0
    password_length: int = MIN_LENGTH
    reason_length: int = 1000
    problems: tuple[Problem, ...] = ()

    @property
    def asks_reason(self) -> bool:
        return self.joining == "approval" and self.invitation is None


class NotJoiningPage(Struct, frozen=True):
    """`/auth/sign_up` where nobody may join ("closed"), or only with an invitation ("invite")."""

    template: ClassVar[str] = "not_joining.html"
    joining: Registration
    owner: Face | None


class LetterSentPage(Struct, frozen=True):
    """After joining: confirm your e-mail. Field of the second form: email (send it again, to here)."""

    template: ClassVar[str] = "letter_sent.html"
    email: str
    problems: tuple[Problem, ...] = ()


class ConfirmedPage(Struct, frozen=True):
    """The e-mail address is confirmed; then one may sign in, or waits to be let in."""

    template: ClassVar[str] = "confirmed.html"
    email: str
    then: Literal["sign_in", "wait", "changed"]
    """`changed`: it took the place of another."""


class WaitingPage(Struct, frozen=True):
    """Asked to join, not yet decided. `has_email`: we can write when it is."""

    template: ClassVar[str] = "waiting.html"
    username: str
    has_email: bool


class LinkSpentPage(Struct, frozen=True):
    """A one-time link that was used, is too old, or never was."""

    template: ClassVar[str] = "link_spent.html"
    kind: Literal["confirmation", "password", "invitation", "setup", "strike", "subscription"]


# ── passwords ──


class ForgottenPage(Struct, frozen=True):
    """`/auth/password/new`. Field: email."""

    template: ClassVar[str] = "forgotten.html"
    email: str = ""
    problems: tuple[Problem, ...] = ()


class ForgottenSentPage(Struct, frozen=True):
    """The same answer whether or not somebody here has this address."""

    template: ClassVar[str] = "forgotten_sent.html"
    email: str


class NewPasswordPage(Struct, frozen=True):
    """`/auth/password/{token}`. Field: password."""

    template: ClassVar[str] = "new_password.html"
    token: str
    username: str
    password_length: int = MIN_LENGTH
    problems: tuple[Problem, ...] = ()


# ── settings; all need `frame.viewer` ──


class SettingsPage(Struct, frozen=True):
    """`/settings`. `deletes_at` is set while the account waits to be deleted."""

    template: ClassVar[str] = "settings/index.html"
    email: str | None
    sessions: int
    has_two_factor: bool
    deletes_at: datetime | None = None
    may_tend: bool = False
    """Whether they look after the server."""


class AppsPage(Struct, frozen=True):
    """`/settings/apps`. A button each, and one for all others."""

    template: ClassVar[str] = "settings/apps.html"
    sessions: tuple[SessionCard, ...]


class PersonalTokenPage(Struct, frozen=True):
    """`/settings/apps/token`. Fields: name, days (7, 30, 365 or empty), password; each of `scopes` by its name."""

    template: ClassVar[str] = "settings/personal_token.html"
    scopes: tuple[str, ...]
    made: str | None = None
    """The token, this once."""
    name: str = ""
    days: str = "30"
    chosen: frozenset[str] = frozenset({"read"})
    problems: tuple[Problem, ...] = ()


class TwoFactorPage(Struct, frozen=True):
    """
    `/settings/two_factor`: off (one button), or on.

    When on, two forms: new recovery codes (password), turn off (password).
    `recovery_codes_left` is read only when it is on. Problems' fields:
    codes_password, off_password.
    """

    template: ClassVar[str] = "settings/two_factor.html"
    is_on: bool
    since: datetime | None
    recovery_codes_left: int
    problems: tuple[Problem, ...] = ()


class TwoFactorSetupPage(Struct, frozen=True):
    """
    `/settings/two_factor/setup`. Fields: code, password.

    `otpauth` is the whole `otpauth://` address (drawn as QR code, and a link on
    phones); `secret` its base32, shown in groups of four.
    """

    template: ClassVar[str] = "settings/two_factor_setup.html"
    otpauth: str
    secret: str
    problems: tuple[Problem, ...] = ()

    @property
    def secret_groups(self) -> tuple[str, ...]:
        return tuple(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


class RecoveryCodesPage(Struct, frozen=True):
    """Shown once, as the answer to turning two-factor on or asking for new ones."""

    template: ClassVar[str] = "settings/recovery_codes.html"
    codes: tuple[str, ...]
    is_new: bool


class ChangePasswordPage(Struct, frozen=True):
    """`/settings/password`. Fields: current_password, password, end_others (value 1)."""

    template: ClassVar[str] = "settings/password.html"
    password_length: int = MIN_LENGTH
    problems: tuple[Problem, ...] = ()


class InvitationsPage(Struct, frozen=True):
    """`/settings/invitations`. Fields: uses (1, 5, 25, 100 or empty), days (1, 7, 30 or empty)."""

    template: ClassVar[str] = "settings/invitations.html"
    invitations: tuple[InvitationCard, ...]
    uses: str = "5"
    days: str = "7"
    made: str | None = None
    problems: tuple[Problem, ...] = ()


class MovingPage(Struct, frozen=True):
    """
    `/settings/moving`. Fields of one form: alias; of another: target, password.

    `moved_to` is set once the account has moved; `may_move_at` while it is too soon to move again.
    """

    template: ClassVar[str] = "settings/moving.html"
    aliases: tuple[AliasCard, ...]
    moved_to: Face | None
    may_move_at: datetime | None
    alias: str = ""
    target: str = ""
    problems: tuple[Problem, ...] = ()


class DataPage(Struct, frozen=True):
    """
    `/settings/data`. Fields of its form: kind, file, mode (merge or overwrite).

    `may_ask_at` is set while it is too soon for the next archive.
    """

    template: ClassVar[str] = "settings/data.html"
    exports: tuple[ExportCard, ...]
    archive: ArchiveCard | None
    may_ask_at: datetime | None
    imports: tuple[ImportCard, ...]
    kinds: tuple[tuple[str, Sentence], ...]
    problems: tuple[Problem, ...] = ()


class ImportPage(Struct, frozen=True):
    """`/settings/data/imports/id`: how far it has come, and what could not be taken, in pages. Query: after."""

    template: ClassVar[str] = "settings/import.html"
    card: ImportCard
    failures: tuple[FailureCard, ...]
    more: str | None = None
    first: str | None = None
    """Where the first page of them is, on all others."""
    pending: tuple[str, ...] = ()
    """Some of what was not to be had so far."""


class DecisionsPage(Struct, frozen=True):
    """`/settings/decisions`: what those who look after the server decided about one's account, and follows that ended."""

    template: ClassVar[str] = "settings/decisions.html"
    strikes: tuple[StrikeCard, ...]
    severances: tuple[SeveranceCard, ...]


class StrikePage(Struct, frozen=True):
    """`/strikes/{token}`: one decision, also for those who cannot sign in any more. Field: text, of an appeal."""

    template: ClassVar[str] = "strike.html"
    strike: StrikeCard
    text: str = ""
    most: int = 2000
    problems: tuple[Problem, ...] = ()


class DeleteAccountPage(Struct, frozen=True):
    """`/settings/delete`. Field: password."""

    template: ClassVar[str] = "settings/delete.html"
    grace_days: int
    problems: tuple[Problem, ...] = ()


class DeletionPendingPage(Struct, frozen=True):
    """`/settings/delete` within the grace period: what happens when, and a button that keeps the account."""

    template: ClassVar[str] = "settings/deletion_pending.html"
    deletes_at: datetime


# ── when it does not work ──


class OfflinePage(Struct, frozen=True):
    """`/offline`: kept on members' devices, and shown where there is no connection and the page was not kept."""

    template: ClassVar[str] = "offline.html"


class ErrorPage(Struct, frozen=True):
    """Any answer from 400 on. `detail` adds what only this case knows; `retry_at` when to come back."""

    template: ClassVar[str] = "error.html"
    status: int
    detail: Sentence | None = None
    retry_at: datetime | None = None

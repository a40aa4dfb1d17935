"""Every page once or more, of the invented server of `sample_cards`."""

from datetime import timedelta

from msgspec.structs import replace

from martlet.services.threads import Wholeness
from martlet.web import pages, public_pages
from martlet.web.cards import (
    AliasCard,
    AppCard,
    ArchiveCard,
    ExportCard,
    FailureCard,
    Featured,
    Html,
    ImportCard,
    InvitationCard,
    SessionCard,
)
from martlet.web.pages import Frame, Page
from martlet.web.permissions import in_plain_words
from martlet.web.wording import Problem, sentence
from tests.web.album_samples import ALBUM_SAMPLES
from tests.web.carrying_samples import CARRYING_SAMPLES
from tests.web.contact_samples import CONTACT_SAMPLES
from tests.web.decision_samples import DECISION_SAMPLES
from tests.web.desk_samples import DESK_SAMPLES
from tests.web.keeping_samples import KEEPING_SAMPLES
from tests.web.member_samples import MEMBER_SAMPLES
from tests.web.mirror_samples import MIRROR_SAMPLES
from tests.web.open_samples import OPEN_SAMPLES, branches, listed
from tests.web.sample_cards import (
    AMARA,
    CHOIR,
    FILMED,
    FRAME,
    HOST,
    INES,
    JONA,
    LIN,
    LINKED,
    NOW,
    QUOTING,
    QUOTING_NOTHING,
    READING,
    ROOFS,
    RULES,
    SENSITIVE,
    SERVER,
    SIGNED_IN,
    TOMATOES,
    WARNED,
)
from tests.web.settings_samples import SETTINGS_SAMPLES

REQUEST = (
    ("client_id", "tusky-1"),
    ("redirect_uri", "oauth2redirect://com.keylesspalace.tusky/"),
    ("response_type", "code"),
    ("scope", "read write follow push"),
    ("state", "xyz"),
)
EMPTY_NAME = Problem("username", sentence("This name is taken. Please choose another."))
SHORT = Problem("password", sentence("This is too short."))
WRONG = Problem("password", sentence("The password is not right."))
SESSIONS = (
    SessionCard("1", "browser", "Firefox", "Linux", NOW, NOW, "203.0.113.9", True),
    SessionCard("2", "app", "Tusky", "tusky.app", NOW - timedelta(days=60), NOW, "198.51.100.20"),
    SessionCard("3", "app", "Phanpy", "phanpy.social", NOW - timedelta(days=9), None, None),
)
OWN_TOKEN = SessionCard("4", "app", "Backup", "", NOW, None, None, is_personal=True, expires_at=NOW)
INVITATIONS = (
    InvitationCard("7", f"https://{HOST}/invite/h2Fk9wQz", NOW, 2, 3, NOW + timedelta(days=7)),
    InvitationCard("6", f"https://{HOST}/invite/Zk81mmPe", NOW, 1, None, None),
    InvitationCard("5", f"https://{HOST}/invite/qp3Tt0aa", NOW, 5, 0, NOW, False),
)
FOLLOWS, LISTS = sentence("Whom you follow"), sentence("Lists")
EXPORTS = (
    ExportCard(FOLLOWS, 312, "/settings/data/exports/following_accounts.csv"),
    ExportCard(LISTS, 1, "/settings/data/exports/lists.csv"),
)
IMPORTS = (
    ImportCard("9", FOLLOWS, "asking", NOW, 40, 0, 0, 0, 0, True),
    ImportCard("8", LISTS, "working", NOW, 40, 10, 7, 2, 1),
    ImportCard("7", LISTS, "done", NOW, 120, 64, 54, 9, 1, pending=56),
    ImportCard("6", LISTS, "refused", NOW, 40, 0, 0, 0, 0, error=sentence("Please choose a file.")),
)
FAILURES = (
    FailureCard("gone@peer.example", sentence("was not to be found")),
    FailureCard("Friends: eve@peer.example", sentence("was not to be found")),
)
BRINGABLE = (("follows", FOLLOWS), ("lists", LISTS))
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTPAUTH = f"otpauth://totp/Mauerwinkel:jona?secret={SECRET}&issuer=Mauerwinkel"
TUSKY = AppCard("Tusky", "https://tusky.app")
SCOPES = in_plain_words(("read", "write", "follow", "push"))

SAMPLES: dict[str, tuple[Page, Frame]] = {
    "landing": (
        pages.LandingPage(
            "invite",
            RULES,
            JONA,
            43,
            listed(TOMATOES, CHOIR),
            (Featured("harbour", "/tags/harbour"),),
            (AMARA, INES),
        ),
        FRAME,
    ),
    "landing-open": (pages.LandingPage("open", (), None, None), FRAME),
    "landing-approval": (pages.LandingPage("approval", RULES, JONA, 1), FRAME),
    "landing-closed": (pages.LandingPage("closed", RULES, JONA, 2), replace(FRAME, viewer=JONA)),
    "about": (pages.AboutPage(RULES, JONA, 43), FRAME),
    "about-whole": (
        pages.AboutPage(RULES, JONA, 43, Html("<h2>Who we are</h2><p>The lower town.</p>"), has_terms=True),
        FRAME,
    ),
    "privacy": (
        pages.StatementPage(
            sentence("Privacy policy"), "/privacy-policy", Html("<p>Little is kept.</p>"), written_at=NOW
        ),
        FRAME,
    ),
    "terms": (
        pages.StatementPage(
            sentence("Terms of service"),
            "/terms-of-service",
            Html("<p>Be decent.</p>"),
            holds_from=NOW,
            others=(NOW - timedelta(days=400),),
        ),
        SIGNED_IN,
    ),
    "terms-to-come": (
        pages.StatementPage(
            sentence("Terms of service"),
            "/terms-of-service/2027-01-01",
            Html("<p>Be decent.</p>"),
            holds_from=NOW,
            is_in_force=False,
        ),
        FRAME,
    ),
    "pack": (
        public_pages.PackPage(
            "/packs/1", "People of the ferry", JONA, (AMARA, INES), "They cross", "en", "ferry"
        ),
        FRAME,
    ),
    "pack-empty": (
        public_pages.PackPage(
            "/packs/2", "Nobody", JONA, (), report="/people/9/report?pack_2=1", is_indexable=True
        ),
        SIGNED_IN,
    ),
    "embed": (public_pages.EmbedPage(CHOIR, "/comments/answer?post=1", "dark"), FRAME),
    "about-empty": (
        pages.AboutPage((), None, None),
        replace(FRAME, server=replace(SERVER, contact_email=None, description="")),
    ),
    "setup": (pages.SetupPage("t0ken"), FRAME),
    "setup-wrong": (
        pages.SetupPage("t0ken", "Mauerwinkel", "jona", "jona@", 8, (EMPTY_NAME, SHORT)),
        FRAME,
    ),
    "sign-in": (
        pages.SignInPage(
            app=TUSKY,
            next="/oauth/authorize?x=1",
            may_reset=True,
            may_join=True,
            passkey=pages.PasskeyWish("token", '{"challenge":"AAAA"}'),
        ),
        FRAME,
    ),
    "sign-in-wrong": (
        pages.SignInPage("jona", problems=(Problem("", sentence("The password is not right.")),)),
        FRAME,
    ),
    "second-factor": (
        pages.SecondFactorPage("jona", passkey=pages.PasskeyWish("token", "{}")),
        FRAME,
    ),
    "second-factor-wrong": (
        pages.SecondFactorPage("jona", "/x", (Problem("recovery_code", sentence("This is needed.")),)),
        FRAME,
    ),
    "sign-out": (pages.SignOutPage(), SIGNED_IN),
    "consent": (
        pages.ConsentPage(TUSKY, JONA, SCOPES, REQUEST, "Tusky", "/oauth/authorize?x=1"),
        SIGNED_IN,
    ),
    "consent-admin": (
        pages.ConsentPage(
            AppCard("Über-Moderations-Werkzeugkasten für Donaudampfschifffahrtsgesellschaften"),
            LIN,
            in_plain_words(("profile", "push", "admin:read", "admin:write:accounts")),
            REQUEST,
            None,
            "/",
        ),
        SIGNED_IN,
    ),
    "code": (pages.CodePage(TUSKY, "mG5wV0vYt2Q8cF1nR7bXzL4kP9sHd3JaUeTqKoWiSyE"), SIGNED_IN),
    "sign-up": (pages.SignUpPage("open", RULES), FRAME),
    "sign-up-approval": (
        pages.SignUpPage("approval", RULES, username="amara", reason="I sing.", problems=(EMPTY_NAME, SHORT)),
        FRAME,
    ),
    "sign-up-invited": (
        pages.SignUpPage(
            "invite", RULES, invitation="h2Fk9wQz", invited_by=JONA, needs_email=False, minimum_age=16
        ),
        FRAME,
    ),
    "not-joining-invite": (pages.NotJoiningPage("invite", JONA), FRAME),
    "not-joining-closed": (pages.NotJoiningPage("closed", None), FRAME),
    "letter-sent": (pages.LetterSentPage("amara@harbour.example"), FRAME),
    "letter-sent-wrong": (
        pages.LetterSentPage(
            "amara@harbour", (Problem("email", sentence("This does not look right. Please check it.")),)
        ),
        FRAME,
    ),
    "confirmed": (pages.ConfirmedPage("amara@harbour.example", "sign_in"), FRAME),
    "confirmed-changed": (pages.ConfirmedPage("amara@harbour.example", "changed"), FRAME),
    "confirmed-wait": (pages.ConfirmedPage("amara@harbour.example", "wait"), FRAME),
    "waiting": (pages.WaitingPage("amara", True), FRAME),
    "waiting-no-mail": (pages.WaitingPage("amara", False), FRAME),
    "link-spent-confirmation": (pages.LinkSpentPage("confirmation"), FRAME),
    "link-spent-password": (pages.LinkSpentPage("password"), FRAME),
    "link-spent-invitation": (pages.LinkSpentPage("invitation"), FRAME),
    "link-spent-setup": (pages.LinkSpentPage("setup"), FRAME),
    "forgotten": (pages.ForgottenPage(), FRAME),
    "forgotten-sent": (pages.ForgottenSentPage("amara@harbour.example"), FRAME),
    "new-password": (pages.NewPasswordPage("t0ken", "amara", problems=(SHORT,)), FRAME),
    "settings-staff": (pages.SettingsPage("jona@hof.example", 1, False, may_tend=True), SIGNED_IN),
    "settings": (
        pages.SettingsPage("jona@mauerwinkel.example", 3, True),
        replace(SIGNED_IN, notice=sentence("Your password is changed.")),
    ),
    "settings-leaving": (pages.SettingsPage(None, 1, False, NOW), replace(SIGNED_IN, may_invite=False)),
    "apps": (pages.AppsPage(SESSIONS), SIGNED_IN),
    "apps-token": (pages.AppsPage((*SESSIONS, OWN_TOKEN)), SIGNED_IN),
    "personal-token": (
        pages.PersonalTokenPage(
            ("read", "write"), problems=(Problem("scopes", sentence("Choose what the token may do.")),)
        ),
        SIGNED_IN,
    ),
    "personal-token-made": (pages.PersonalTokenPage((), made="t0ken"), SIGNED_IN),
    "apps-one": (pages.AppsPage(SESSIONS[:1]), SIGNED_IN),
    "two-factor-off": (pages.TwoFactorPage(False, None, 0), SIGNED_IN),
    "two-factor-on": (
        pages.TwoFactorPage(True, NOW, 7, (Problem("off_password", sentence("The password is not right.")),)),
        SIGNED_IN,
    ),
    "two-factor-setup": (pages.TwoFactorSetupPage(OTPAUTH, SECRET, (WRONG,)), SIGNED_IN),
    "recovery-codes": (
        pages.RecoveryCodesPage(tuple(f"{n}k7m-{n}w2p-x{n}q4" for n in range(10)), True),
        SIGNED_IN,
    ),
    "recovery-codes-again": (pages.RecoveryCodesPage(("aaaa-bbbb-cccc",), False), SIGNED_IN),
    "password": (pages.ChangePasswordPage(problems=(SHORT,)), SIGNED_IN),
    "invitations": (
        pages.InvitationsPage(INVITATIONS, made=f"https://{HOST}/invite/h2Fk9wQz"),
        SIGNED_IN,
    ),
    "invitations-none": (
        pages.InvitationsPage((), problems=(Problem("uses", sentence("This is needed.")),)),
        SIGNED_IN,
    ),
    "data": (pages.DataPage(EXPORTS, None, None, IMPORTS, BRINGABLE), SIGNED_IN),
    "data-wrong": (
        pages.DataPage(
            EXPORTS,
            None,
            None,
            (),
            BRINGABLE,
            (Problem("file", sentence("Please choose a file.")), WRONG),
        ),
        SIGNED_IN,
    ),
    "data-making": (
        pages.DataPage(EXPORTS, ArchiveCard(NOW, 12), NOW, (), BRINGABLE),
        SIGNED_IN,
    ),
    "data-ready": (
        pages.DataPage(
            EXPORTS,
            ArchiveCard(NOW, 312, "/settings/data/archives/1.zip", "48 MB", NOW + timedelta(days=7)),
            NOW + timedelta(days=7),
            (),
            BRINGABLE,
        ),
        SIGNED_IN,
    ),
    "import-asking": (pages.ImportPage(IMPORTS[0], ()), SIGNED_IN),
    "import-working": (pages.ImportPage(IMPORTS[1], FAILURES), SIGNED_IN),
    "import-done": (
        pages.ImportPage(
            IMPORTS[2],
            FAILURES,
            more="/settings/data/imports/3?after=50",
            first="/settings/data/imports/3",
            pending=("far@away.example", "Friends: eve@peer.example"),
        ),
        SIGNED_IN,
    ),
    "import-refused": (pages.ImportPage(IMPORTS[3], ()), SIGNED_IN),
    "moving": (
        pages.MovingPage(
            (
                AliasCard("1", "https://hof.example/users/ines", INES),
                AliasCard("2", "https://gone.example/x", None),
            ),
            None,
            None,
        ),
        SIGNED_IN,
    ),
    "moving-wrong": (
        pages.MovingPage(
            (),
            None,
            None,
            "@nobody",
            "@",
            (Problem("alias", sentence("That is this account itself.")), WRONG),
        ),
        SIGNED_IN,
    ),
    "moving-too-soon": (pages.MovingPage((), None, NOW), SIGNED_IN),
    "moving-moved": (pages.MovingPage((), AMARA, NOW), SIGNED_IN),
    "delete": (pages.DeleteAccountPage(30), SIGNED_IN),
    "deletion-pending": (pages.DeletionPendingPage(NOW + timedelta(days=30)), SIGNED_IN),
    "post": (public_pages.PostPage(ROOFS, branches=branches(SENSITIVE, LINKED), count=2), READING),
    "post-cut": (
        public_pages.PostPage(
            ROOFS,
            branches=branches(LINKED),
            count=300,
            rest=7,
            more="/@jona/1?after=7",
            start=listed(SENSITIVE)[0],
            is_cut=True,
            is_elsewhere=True,
        ),
        READING,
    ),
    "post-by-time": (
        public_pages.PostPage(ROOFS, flat=listed(SENSITIVE, LINKED), count=2, sort="time"),
        READING,
    ),
    "post-partly": (public_pages.PostPage(CHOIR, wholeness=Wholeness(14, 17, 2)), READING),
    "post-whole": (public_pages.PostPage(CHOIR, wholeness=Wholeness(1, 1, 0)), READING),
    "post-answer": (public_pages.PostPage(CHOIR, listed(ROOFS), is_indexable=False), READING),
    "post-warned": (public_pages.PostPage(WARNED), READING),
    "post-filmed": (public_pages.PostPage(FILMED), READING),
    "post-quoting": (
        public_pages.PostPage(
            QUOTING, branches=branches(replace(QUOTING, id="11511", warning="Foxes")), count=1
        ),
        READING,
    ),
    "post-quoting-nothing": (public_pages.PostPage(QUOTING_NOTHING), READING),
    **{
        f"error-{status}": (pages.ErrorPage(status), FRAME)
        for status in (400, 401, 403, 404, 405, 410, 422, 500, 503)
    },
    "error-429": (pages.ErrorPage(429, sentence("This is needed."), NOW), FRAME),
    **MEMBER_SAMPLES,
    **DECISION_SAMPLES,
    **OPEN_SAMPLES,
    **SETTINGS_SAMPLES,
    **MIRROR_SAMPLES,
    **CARRYING_SAMPLES,
    **CONTACT_SAMPLES,
    **KEEPING_SAMPLES,
    **DESK_SAMPLES,
    **ALBUM_SAMPLES,
}

"""The pages of `settings_pages`, each once or more."""

from typing import get_args

from msgspec.structs import replace

from martlet.model.notification_policy import Policy
from martlet.web import settings_pages
from martlet.web.looks import AS_USUAL, Look
from martlet.web.pages import Frame, Page
from martlet.web.settings.push import GROUPS
from martlet.web.settings_pages import PasskeyCard, PersonRow, SubscriberRow
from martlet.web.subscribing_pages import Step, SubscribePage
from martlet.web.wording import Problem, sentence
from tests.web.sample_cards import AMARA, FRAME, INES, JONA, LIN, NOW, SIGNED_IN

LANGUAGES = (("de", "Deutsch"), ("en", "English"))
USUAL = settings_pages.UsualPage(
    "public", "de", LANGUAGES, False, "public", "public", may_ask=False, ends="", is_here_only=False
)
REACH = settings_pages.ReachPage(
    True, True, False, False, True, "blog.example\nnews.example", has_letters=True
)
TOO_LONG = sentence("This is too long.")
PUSH = settings_pages.PushPage(
    "BKey", False, tuple((name, said) for name, (said, _) in GROUPS.items()), frozenset({"mentions"})
)
ROOT_KEY = settings_pages.RootKeyPage(
    "https://harbour.example/users/lin", "", "", "", 0, None, is_due=False, conflict=0, devices=(), copy=""
)
HAS_ROOT_KEY = replace(
    ROOT_KEY,
    root="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    fingerprint="3b1f 0a2c",
    page="https://harbour.example/@lin/key",
    sequence=3,
    signed_at=NOW,
    devices=(
        settings_pages.DeviceKeyCard("3", "My phone", "good", NOW),
        settings_pages.DeviceKeyCard("4", "Tablet", "waiting", NOW),
        settings_pages.DeviceKeyCard("5", "Lost", "ending", NOW),
        settings_pages.DeviceKeyCard("6", "Old", "ended", NOW),
    ),
)
UNDOABLE = replace(SIGNED_IN, notice=sentence("No longer blocked."), undo="token")

SETTINGS_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "look": (settings_pages.LookPage(AS_USUAL, "default", False, False), SIGNED_IN),
    "look-dark": (
        settings_pages.LookPage(Look("dark", "larger", "few", "on"), "hide_all", True, True),
        replace(SIGNED_IN, look=Look("dark", "larger", "few", "on")),
    ),
    "look-light": (
        settings_pages.LookPage(Look("light"), "hide_all", True, True),
        replace(SIGNED_IN, look=Look("light")),
    ),
    "language": (settings_pages.LanguagePage("de"), SIGNED_IN),
    "usual": (USUAL, SIGNED_IN),
    "usual-wrong": (
        replace(USUAL, is_sensitive=True, problems=(Problem("", sentence("This is too long.")),)),
        SIGNED_IN,
    ),
    "old-posts": (settings_pages.OldPostsPage("", ("pinned",)), SIGNED_IN),
    "old-posts-wrong": (
        settings_pages.OldPostsPage(
            "604800", (), "x", "9", (Problem("sure", TOO_LONG), Problem("likes", TOO_LONG))
        ),
        SIGNED_IN,
    ),
    "reach": (REACH, SIGNED_IN),
    "reach-wrong": (
        replace(REACH, problems=(Problem("attribution", sentence("This is too long.")),)),
        SIGNED_IN,
    ),
    "email": (settings_pages.EmailPage("amara@harbour.example", None), SIGNED_IN),
    "email-wrong": (
        settings_pages.EmailPage("amara@harbour.example", "a@b.example", "a", (Problem("email", TOO_LONG),)),
        SIGNED_IN,
    ),
    "push": (PUSH, SIGNED_IN),
    "push-on": (replace(PUSH, is_on=True, policy="followed"), SIGNED_IN),
    "push-wrong": (replace(PUSH, problems=(Problem("", TOO_LONG),)), SIGNED_IN),
    "subscribers": (
        settings_pages.SubscribersPage(
            True, True, (SubscriberRow("7", "i…@mail.example", NOW),), "/x?min_id=9", "/x?max_id=7"
        ),
        SIGNED_IN,
    ),
    "subscribers-none": (settings_pages.SubscribersPage(False, False), SIGNED_IN),
    **{f"subscribe-{step}": (SubscribePage(step, JONA, token="t0ken"), FRAME) for step in get_args(Step)},
    "subscribe-wrong": (
        SubscribePage(
            "ask",
            JONA,
            "nobody",
            problems=(Problem("email", sentence("This does not look right. Please check it.")),),
        ),
        FRAME,
    ),
    "strangers": (
        settings_pages.StrangersPage({name: str(one) for name, one in Policy()._asdict().items()}, 2),
        SIGNED_IN,
    ),
    "own-followers": (
        settings_pages.OwnPeoplePage(
            "followers", (PersonRow("5", AMARA), PersonRow("6", INES)), older="/settings/followers?max_id=3"
        ),
        SIGNED_IN,
    ),
    "own-followers-none": (settings_pages.OwnPeoplePage("followers", ()), SIGNED_IN),
    "blocked": (settings_pages.OwnPeoplePage("blocked", (PersonRow("5", AMARA),)), UNDOABLE),
    "blocked-none": (
        settings_pages.OwnPeoplePage("blocked", (), newer="/settings/blocked?min_id=3"),
        UNDOABLE,
    ),
    "muted": (
        settings_pages.OwnPeoplePage(
            "muted", (PersonRow("5", AMARA, NOW), PersonRow("6", LIN, is_quiet=True))
        ),
        SIGNED_IN,
    ),
    "muted-none": (settings_pages.OwnPeoplePage("muted", ()), SIGNED_IN),
    "endorsed": (settings_pages.OwnPeoplePage("endorsed", (PersonRow("5", AMARA),)), SIGNED_IN),
    "endorsed-none": (settings_pages.OwnPeoplePage("endorsed", ()), SIGNED_IN),
    "blocked-servers": (
        settings_pages.BlockedServersPage(
            ("loud.example", "rude.example"), older="/settings/servers?max_id=4"
        ),
        SIGNED_IN,
    ),
    "blocked-servers-wrong": (
        settings_pages.BlockedServersPage(
            (),
            typed="a b",
            newer="/settings/servers",
            problems=(Problem("host", sentence("This is too long.")),),
        ),
        SIGNED_IN,
    ),
    "block-server": (settings_pages.BlockServerPage("loud.example", 1, 2), SIGNED_IN),
    "block-server-free": (settings_pages.BlockServerPage("loud.example", 0, 0), SIGNED_IN),
    "passkeys": (
        settings_pages.PasskeysPage(
            (PasskeyCard("3", "My phone", NOW, NOW), PasskeyCard("4", "Key", NOW, None))
        ),
        SIGNED_IN,
    ),
    "passkeys-wrong": (
        settings_pages.PasskeysPage((), "x", (Problem("name", sentence("This is too long.")),)),
        SIGNED_IN,
    ),
    "root-key-none": (ROOT_KEY, SIGNED_IN),
    "root-key-none-wrong": (
        replace(ROOT_KEY, problems=(Problem("password", TOO_LONG), Problem("statement", TOO_LONG))),
        SIGNED_IN,
    ),
    "root-key": (HAS_ROOT_KEY, SIGNED_IN),
    "root-key-backup": (replace(HAS_ROOT_KEY, backup_at=NOW, backup_size="1.2 MB"), SIGNED_IN),
    "root-key-adopting": (
        replace(HAS_ROOT_KEY, is_due=True, adopted="https://old.example/users/lin"),
        SIGNED_IN,
    ),
    "root-key-reading": (
        replace(HAS_ROOT_KEY, is_due=True, adopted="https://old.example/users/lin", is_reading=True),
        SIGNED_IN,
    ),
    "root-key-adopted": (
        replace(HAS_ROOT_KEY, adopted="https://old.example/users/lin", is_adopted_signed=True),
        SIGNED_IN,
    ),
    "root-key-due": (replace(HAS_ROOT_KEY, is_due=True, copy='{"kdf": "PBKDF2-SHA-256"}'), SIGNED_IN),
    "root-key-conflict": (
        replace(HAS_ROOT_KEY, conflict=2, signed_at=None, devices=(), problems=(Problem("name", TOO_LONG),)),
        SIGNED_IN,
    ),
    "passkey-new": (
        settings_pages.NewPasskeyPage("My phone", "token", '{"challenge":"AAAA"}'),
        SIGNED_IN,
    ),
    "ask": (
        settings_pages.AskPage(
            sentence("Remove {name}?", name="Amara"),
            sentence("They no longer follow you."),
            sentence("Remove this follower"),
            "/settings/followers",
            "followers",
        ),
        SIGNED_IN,
    ),
}

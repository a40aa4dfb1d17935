"""
Mastodon.py, watched: every entity it is given is held to what its own types document.

Mastodon.py fills what a server left out with None, so nobody would notice. Here
the JSON as it came is laid beside the typed entity, and every annotated
attribute has to be in it.
"""

import ast
import inspect
import re
from functools import cache, wraps
from itertools import pairwise
from typing import Any

import requests
from mastodon import Mastodon, return_types
from mastodon.types_base import AttribAccessDict

SENT_SOMETIMES = {
    # Mastodon sends these only of accounts that are so.
    "Account": {"limited", "suspended", "memorial"}
    # Of one's own account (CredentialAccount), and of muted ones (MutedAccount).
    | {"role", "source", "mute_expires_at"}
    # A name that Mastodon.py kept from before 2.0.
    | {"state"},
    # Only of one's own posts.
    "Status": {"pinned"},
    # Beside a post stands only which app it was; all else is for the app itself.
    "Application": {"id", "redirect_uri", "redirect_uris", "scopes", "vapid_key"},
    # A post's tags have a name and an address; the rest belongs to `/api/v1/tags`.
    "Tag": {"id", "following", "featuring", "history", "requires_review", "trendable", "usable"},
    # Only of custom emoji.
    "Reaction": {"url", "static_url"},
    # Not in Mastodon's documentation.
    "ScheduledStatusParams": {"allowed_mentions"},
    # Only in versions that had a poll.
    "StatusEdit": {"poll"},
    # Each only in notifications of its kind.
    "Notification": {"event", "moderation_warning", "report"},
    # Each only in groups of its kind; of the page, only in pages.
    "NotificationGroup": {"annual_report", "event", "moderation_warning", "report", "status_id"}
    | {"latest_page_notification_at", "page_max_id", "page_min_id"},
    # Only where it is asked for.
    "GroupedNotificationsResults": {"partial_accounts"},
    # The attributes of filters' first version, which Mastodon.py takes the second one for.
    "Filter": {"irreversible", "phrase", "whole_word"},
    # Taken from sounds' covers, by servers that look for colours.
    "MediaAttachmentMetadataContainer": {"colors"},
    # Written otherwise by Mastodon, as its documentation says: url, rule_ids, admin.report, admin.sign_up.
    "InstanceRegistrations": {"sign_up_url"},
    "Report": {"rules_ids"},
    "WebPushSubscriptionAlerts": {"admin_report", "admin_sign_up"},
    # Words of one other server, in a part of NodeInfo that is everybody's own.
    "NodeinfoMetadata": {"optInServerDirectory", "optInServerRecommendation"},
}
"""By type: attributes that are not in every answer of Mastodon 4.5 either."""


class _Recorder(requests.Session):
    """Keeps the JSON of the last answer."""

    last: Any = None

    def request(self, *args: Any, **options: Any) -> requests.Response:
        answer = super().request(*args, **options)
        is_json = "json" in answer.headers.get("content-type", "")
        self.last = answer.json() if is_json and answer.content else None
        return answer


class Watched(Mastodon):
    """A Mastodon.py that notes in `faults` what is missing from entities, and in `seen` which there were."""

    def __init__(self, **options: Any) -> None:
        self.recorder = _Recorder()
        self.seen: set[str] = set()
        self.faults: set[str] = set()
        super().__init__(session=self.recorder, **options)

    def __getattribute__(self, name: str) -> Any:
        """Each method as it is, and afterwards a look at what it returned."""
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found) or isinstance(found, type):
            return found

        @wraps(found)
        def watched(*args: Any, **options: Any) -> Any:
            self.recorder.last = None
            answer = found(*args, **options)
            self.faults.update(self._missing(answer, self.recorder.last))
            return answer

        return watched

    def _missing(self, typed: Any, sent: Any) -> list[str]:
        """`Type.attribute` of everything that is documented and was not sent."""
        if isinstance(typed, list) and isinstance(sent, list):
            return [fault for one, raw in zip(typed, sent, strict=True) for fault in self._missing(one, raw)]
        if not isinstance(typed, AttribAccessDict) or not isinstance(sent, dict):
            return []
        kind = type(typed).__name__
        renamed = getattr(type(typed), "_rename_map", {})
        faults: list[str] = []
        if type(typed).__module__ == return_types.__name__:
            self.seen.add(kind)
            faults += [
                f"{kind}.{name}"
                for name in _attributes(type(typed))
                if renamed.get(name, name) not in sent and name not in SENT_SOMETIMES.get(kind, ())
            ]
        for name, value in typed.items():
            faults += self._missing(value, sent.get(renamed.get(name, name)))
        return faults


@cache
def _attributes(kind: type) -> list[str]:
    """What Mastodon 4.5 sends of a type, by the version history that stands below each attribute."""
    body = next(
        part for part in _source().body if isinstance(part, ast.ClassDef) and part.name == kind.__name__
    ).body
    found = []
    for part, below in pairwise(body):
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            told = (
                below.value.value
                if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
                else ""
            )
            if _is_in_4_5(str(told)):
                found.append(part.target.id)
    return found


def _is_in_4_5(history: str) -> bool:
    added = re.search(r"\* (\d+)\.(\d+)\.\d+: added$", history, re.MULTILINE)
    is_too_new = added is not None and (int(added[1]), int(added[2])) > (4, 5)
    return not is_too_new and re.search(r"\d: removed", history) is None


@cache
def _source() -> ast.Module:
    return ast.parse(inspect.getsource(return_types))

"""The part of Mastodon.py's journey in which somebody looks after the server."""

from collections.abc import Callable

import pytest
from mastodon import MastodonAPIError

from tests.journeys.conftest import PASSWORD, eventually
from tests.journeys.watching import Watched
from tests.running import Running

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


def moderating(town: Running, bob: Watched, cem_signs_in: Callable[[], Watched]) -> None:
    """Ada looks after the server, and signs in once more to do so. What is done is about Cem."""
    scopes = ["read", "admin:read", "admin:write"]
    id, secret = Watched.create_app("Desk", scopes=scopes, redirect_uris=OUT_OF_BAND, api_base_url=town.url)
    desk = Watched(client_id=id, client_secret=secret, api_base_url=town.url)
    desk.log_in("ada@mail.example", PASSWORD, scopes=scopes, allow_http=True)
    cem = bob.account_lookup("cem")
    filed = bob.report(cem.id, comment="Too loud")
    assert [one.username for one in desk.admin_accounts_v2(username="ce")] == ["cem"]
    assert [one.username for one in desk.admin_accounts_v2(permissions="staff")] == ["ada"]
    assert [one["username"] for one in desk.admin_accounts_v1(status="active", username="cem")] == ["cem"]
    shown = desk.admin_account(cem.id)
    assert (shown.email, shown.role.id, shown.silenced) == ("cem@mail.example", "-99", False)
    [report] = desk.admin_reports(target_account_id=cem.id)
    assert (report.comment, report.account.username) == ("Too loud", "bob")
    assert desk.admin_report_assign(report.id).assigned_account.username == "ada"
    assert desk.admin_report_unassign(report.id).assigned_account is None
    assert desk.admin_report_resolve(report.id).action_taken
    assert not desk.admin_report_reopen(filed.id).action_taken
    desk.admin_account_moderate(cem.id, action="silence", report_id=report.id, text="Quieter, please")
    assert desk.admin_report(report.id).action_taken
    assert desk.admin_account_unsilence(cem.id).silenced is False
    for action, undo, flag in (
        ("sensitive", desk.admin_account_unsensitive, "sensitized"),
        ("disable", desk.admin_account_enable, "disabled"),
        ("suspend", desk.admin_account_unsuspend, "suspended"),
    ):
        desk.admin_account_moderate(cem.id, action=action, send_email_notification=False)
        assert desk.admin_account(cem.id)[flag] is True
        assert undo(cem.id)[flag] is False
    cem_again = cem_signs_in()
    told = eventually(lambda: cem_again.notifications(types=["moderation_warning"]))
    assert ("silence", "Quieter, please") in [
        (one.moderation_warning.action, one.moderation_warning.text) for one in told
    ]
    with pytest.raises(MastodonAPIError):
        desk.admin_account_moderate(desk.me().id, action="suspend")
    assert {"AdminAccount", "AdminReport", "AccountWarning"} <= desk.seen | cem_again.seen

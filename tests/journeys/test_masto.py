"""A journey with masto, which Phanpy, Elk and other apps in the browser are made with; see masto/journey.mjs."""

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.journeys.conftest import PASSWORD, picture
from tests.peers.running import node
from tests.running import Running

FOLDER = Path(__file__).parent / "masto"
SECONDS = 180
EXPECTED = {
    "CredentialAccount", "v2.Instance", "Instance", "Announcement", "Relationship", "Account", "MediaAttachment", "Status", "Context",
    "Poll", "List", "v2.Filter", "FilterResult", "ScheduledStatus", "GroupedNotificationsResults", "v2.NotificationPolicy",
    "Conversation", "v2.Search", "Tag", "CollectionWithAccounts", "Report", "admin.Report", "admin.Account",
}  # fmt: skip
"""The types that the journey cannot miss."""

NULL = {"Account.lastStatusAt", "Announcement.endsAt", "Announcement.startsAt", "Relationship.languages", "Status.application",
        "admin.Report.actionTakenByAccount", "v2.InstanceThumbnail.blurhash"}  # fmt: skip
OTHERWISE = {
    "Role.id",
    "Role.permissions",
    "StatusParams.applicationId",
    "admin.CohortData.value",
    "v2.InstanceApiVersions.mastodon",
}
ABSENT = {"AccountSource.role", "FeatureApproval.current_user", "PollOption.emojis", "Role.createdAt", "Role.position",
          "Role.updatedAt", "v2.Filter.keywords", "v2.Filter.statuses", "admin.DomainBlock.rejectReposts", "Tag.id"}  # fmt: skip
"""
Where masto's types promise something else than Mastodon documents: what may be null or is left out, is of another type,
or does not exist (a post's hashtags are no whole Tag, the filter that hit it no whole Filter).
"""


@pytest.fixture
def program() -> str:
    """The Node that comes with Fedify."""
    found = node()
    if not (FOLDER / "node_modules" / "masto").is_dir():
        said = "masto is not there. `make test` brings it; npm is needed for that."
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_everything(program: str, town: Running) -> None:
    given = [town.url, PASSWORD, base64.b64encode(picture()).decode()]
    done = subprocess.run(
        [program, "journey.mjs", *given],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout)
    assert [one for one in found["amiss"] if not _is_known(one)] == []
    assert EXPECTED - set(found["seen"]) == set()


def _is_known(fault: str) -> bool:
    where, _, what = fault.partition(" is ")
    if what == "missing":
        return where in ABSENT
    return where in NULL if what.startswith(("null", "no list")) else where in OTHERWISE

"""What follows from a request, however late, is known by the request's id."""

from martlet.model import causes
from martlet.model.causes import CAUSE
from tests.client import Api


def test_events_and_jobs_go_back_to_the_request_they_follow_from(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.work()
    ids = []
    for who, site in ((ada, "one"), (bob, "two")):
        reply = api.post("/api/v1/statuses", who, form={"status": f"See https://{site}.example/"})
        ids.append(reply.headers["x-request-id"])
    with api.built.ground.store.read() as db:
        written = [
            row[0] for row in db.rows("SELECT cause FROM event WHERE kind = 'post_published' ORDER BY id")
        ]
    assert written == ids
    api.work()
    with api.built.ground.store.read() as db:
        previews = [
            row[0] for row in db.rows("SELECT cause FROM job WHERE name = 'preview_link' ORDER BY id")
        ]
    assert previews == ids


def test_a_job_of_a_job_goes_back_to_the_same_request() -> None:
    token = CAUSE.set(causes.of_job("send", 5, "4f0c"))
    try:
        assert CAUSE.get() == "send-5<4f0c"
        assert causes.origin() == "4f0c"
        assert causes.of_job("sweep", 1, "") == "sweep-1"
    finally:
        CAUSE.reset(token)

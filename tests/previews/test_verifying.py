"""Links in a profile count as one's own once the page leads back."""

from typing import Any

import pytest

from martlet.services import verifying
from tests.client import Api, Person
from tests.previews.web import Web

SITE = "https://ada.example/about"
BACK = {
    "a": '<a rel="nofollow me" href="http://localhost:3000/@ada">me</a>',
    "head": '<link rel="me" href="http://LOCALHOST:3000/@ada/">',
    "actor": '<a href="http://localhost:3000/users/ada" rel=me>',
    "deep": "<div>" * 50 + '<A REL="ME" HREF="http://localhost:3000/@ada#x">',
}
NOT_BACK = {
    "no relation": '<a href="http://localhost:3000/@ada">me</a>',
    "another": '<a rel="me" href="http://localhost:3000/@adam">',
    "elsewhere": '<a rel="me" href="https://evil.test/?http://localhost:3000/@ada">',
    "in a comment": '<!-- <a rel="me" href="http://localhost:3000/@ada"> -->',
    "in words": '&lt;a rel="me" href="http://localhost:3000/@ada"&gt;',
    "nothing": "",
}


def change(api: Api, ada: Person, *values: str) -> list[dict[str, Any]]:
    """The profile's fields once they were changed and looked at."""
    form = {
        f"fields_attributes[{n}][{key}]": value
        for n, text in enumerate(values)
        for key, value in (("name", f"n{n}"), ("value", text))
    }
    assert api.patch("/api/v1/accounts/update_credentials", token=ada, form=form).status == 200
    api.work()
    with api.built.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0 WHERE name = :name", name=verifying.VERIFY)
    api.work()
    return list(api.get("/api/v1/accounts/verify_credentials", token=ada).json["fields"])


@pytest.mark.parametrize("page", BACK)
def test_a_page_that_leads_back_is_ones_own(api: Api, ada: Person, web: Web, page: str) -> None:
    web.html(SITE, f"<!doctype html><html><body>{BACK[page]}</body></html>")
    (fact,) = change(api, ada, SITE)
    assert fact["verified_at"] is not None
    assert "links back" in api.get("/@ada").text
    (again,) = change(api, ada, SITE)
    assert again == fact
    assert web.times_asked(SITE) == 1, "what is known is not asked again"
    (other,) = change(api, ada, "https://other.example/")
    assert other["verified_at"] is None


def test_others_are_not(api: Api, ada: Person, web: Web) -> None:
    for n, page in enumerate(NOT_BACK.values()):
        web.html(f"https://{n}.example/", f"<!doctype html><html><body>{page}</body></html>")
    sites = [f"https://{n}.example/" for n in range(len(NOT_BACK))]
    for some in (sites[:3], sites[3:]):
        assert [fact["verified_at"] for fact in change(api, ada, *some)] == [None] * 3
    assert len(web.asked) == len(sites)


def test_what_is_no_page_is_not_asked_for(api: Api, ada: Person, web: Web) -> None:
    values = ("http://plain.example/", "https://localhost:3000/@ada", "see https://ada.example/", "words")
    assert [fact["verified_at"] for fact in change(api, ada, *values)] == [None] * 4
    assert web.asked == []

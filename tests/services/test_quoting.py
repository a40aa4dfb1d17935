"""Rules of quoting that need no database."""

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.visibility import Visibility
from martlet.services import quoting

visibilities = st.sampled_from(Visibility)


def a_post(visibility: Visibility) -> Post:
    return Post(PostId(1), Uri("u"), "u", AccountId(1), visibility, PostId(1), 1, 0)


@given(wanted=visibilities, quoted=visibilities)
def test_a_quote_shows_nothing_to_more_people_than_asked_for(wanted: Visibility, quoted: Visibility) -> None:
    narrowed = quoting.narrowed(wanted, a_post(quoted))
    assert narrowed <= wanted
    assert narrowed.is_open <= quoted.is_open


@given(visibility=visibilities, rule=st.sampled_from(sorted(quoting.RULES)))
def test_what_is_not_for_all_is_quoted_by_nobody(visibility: Visibility, rule: str) -> None:
    assert quoting.rule_for(visibility, rule) == (rule if visibility.is_open else "nobody")

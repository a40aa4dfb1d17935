"""The pages of `carrying_pages`, each once or more."""

from datetime import timedelta

from msgspec.structs import replace

from martlet.model.carrying import Refusal, Trust
from martlet.web import carrying_pages
from martlet.web.carried_words import REASONS, TRUST
from martlet.web.carrying_pages import (
    AsideAuthor,
    AsidePost,
    AuthorCard,
    BundleCard,
    ChoiceCard,
    ReasonCard,
    RefusedCard,
)
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, sentence
from tests.web.sample_cards import NOW, SIGNED_IN

KEY = "0f3a 99c1 7be2 4410 aa07 5d3e 0f3a 99c1 7be2 4410 aa07 5d3e"
SURE = AuthorCard(
    "@ada@sea.example", "https://sea.example/users/ada", "sure", TRUST[Trust.CONFIRMED], KEY, 12, 40
)
SAME = AuthorCard(
    "@ida@sea.example", "https://sea.example/users/ida", "same", TRUST[Trust.CONSISTENT], KEY, 1
)
UNSURE = AuthorCard(
    "@eve@far.example", "https://far.example/users/eve", "unsure", TRUST[Trust.UNCONFIRMED], KEY, 5
)
ROOT = carrying_pages.KeyPage(
    "@eve@far.example",
    "https://far.example/users/eve",
    True,
    "sure",
    TRUST[Trust.CONFIRMED],
    KEY,
    "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    "https://far.example/users/eve did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2",
    4,
    NOW,
)
MADE = BundleCard(
    "1", True, "done", NOW, documents=40, left_out=2, address="/files/1/posts.martlet.zip", size="12 kB"
)
OPENED = BundleCard("2", False, "done", NOW, new=30, newer=2, known=5, aside=6, refused=2)
WORKING = BundleCard("3", False, "working", NOW, done=500, total=10_000)
CARDS = (
    replace(MADE, ends_at=NOW + timedelta(days=7)),
    OPENED,
    WORKING,
    BundleCard("4", True, "working", NOW),
    BundleCard(
        "5", False, "refused", NOW, error=sentence("There is more in the file than is taken at once.")
    ),
    BundleCard("6", False, "refused", NOW),
)
REFUSED = tuple(RefusedCard("https://sea.example/users/ada/posts/1", REASONS[why]) for why in Refusal)
POSTS = (
    AsidePost("The ferry came at noon.\n\nIt brought lemons.", "Weather", NOW, has_rival=True),
    AsidePost("Nothing new.", "", None, has_rival=False),
)

CARRYING_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "files": (carrying_pages.BundlesPage(CARDS, has_aside=True), SIGNED_IN),
    "files-none": (carrying_pages.BundlesPage(()), SIGNED_IN),
    "files-wrong": (
        carrying_pages.BundlesPage(
            (),
            "thread",
            thread="https://sea.example/@ada/1",
            problems=(
                Problem("thread", sentence("There is no public post of that address here.")),
                Problem("file", sentence("Please choose a file.")),
            ),
        ),
        SIGNED_IN,
    ),
    "file-made": (carrying_pages.BundlePage(CARDS[0], (), ()), SIGNED_IN),
    "file-opened": (carrying_pages.BundlePage(OPENED, (SURE, SAME, UNSURE), REFUSED), SIGNED_IN),
    "file-working": (carrying_pages.BundlePage(WORKING, (), ()), SIGNED_IN),
    "files-aside": (
        carrying_pages.AsidePage((AsideAuthor(UNSURE, POSTS, "/files/aside?author=a"),), False),
        SIGNED_IN,
    ),
    "key-unsure": (
        replace(
            ROOT,
            sign="unsure",
            trust=TRUST[Trust.UNCONFIRMED],
            is_compared_here=True,
            may_confirm=True,
            problems=(Problem("typed", sentence("This is too long.")),),
        ),
        SIGNED_IN,
    ),
    "key-left": (
        replace(ROOT, goes_on_as="https://new.example/users/eve", has_conflict=True, has_other=True),
        SIGNED_IN,
    ),
    "key-compared": (
        replace(ROOT, is_root=False, sequence=0, signed_at=None, is_compared_here=True),
        SIGNED_IN,
    ),
    "key": (ROOT, replace(SIGNED_IN, viewer=None)),
    "files-choose": (
        carrying_pages.ChoosePage(
            (ChoiceCard("7", "The ferry came at noon.", NOW), ChoiceCard("6", "", NOW)),
            "/files/choose?before=6",
            (Problem("posts", sentence("Choose a post at least.")),),
        ),
        SIGNED_IN,
    ),
    "files-choose-none": (carrying_pages.ChoosePage(()), SIGNED_IN),
    "file-read": (
        carrying_pages.ReaderPage(tuple(ReasonCard(one, REASONS[one]) for one in Refusal)),
        SIGNED_IN,
    ),
    "files-aside-none": (carrying_pages.AsidePage((), False), SIGNED_IN),
}

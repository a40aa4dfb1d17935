"""The pages of mirrors, each once or more."""

from msgspec.structs import replace

from martlet.web import mirror_pages, mirror_words
from martlet.web.cards import Html
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, counted, sentence
from tests.web.sample_cards import FRAME, NOW, SIGNED_IN

TOO_LONG = sentence("This is too long.")
KEPT = (
    None,
    None,
    counted("One change is still on its way.", "{n} changes are still on their way.", n=2),
    sentence("It has all that you published."),
    mirror_words.NO_MIRROR,
    None,
)
COPIES = mirror_pages.CopiesPage(
    name="Inês",
    handle="@ines@sea.example",
    address="/@ines@sea.example",
    original="https://sea.example/@ines",
    note_html=Html("<p>Boats</p>"),
    trust=sentence("Author confirmed"),
    heard=mirror_words.heard(0, 12 * 60_000),
    posts=(
        mirror_pages.CopiedPost(
            "/@ines@sea.example/copies/00",
            "https://sea.example/@ines/1",
            Html("<p>Noon at the harbour</p>"),
            "en",
            "",
            NOW,
            (
                mirror_pages.CopiedFile("/.well-known/apgateway/hl:z1", "picture", "A boat", 800, 600),
                mirror_pages.CopiedFile("/.well-known/apgateway/hl:z2", "film", ""),
                mirror_pages.CopiedFile("/.well-known/apgateway/hl:z3", "sound", "Waves"),
            ),
        ),
        mirror_pages.CopiedPost(
            "/@ines@sea.example/copies/01",
            "https://sea.example/@ines/2",
            Html(""),
            "",
            "Storm",
            None,
            absent=2,
        ),
    ),
    missing=1,
    older="/@ines@sea.example?before=1",
)

MIRROR_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "mirrors": (mirror_pages.MirrorsPage((), 4), SIGNED_IN),
    "mirrors-asked": (
        mirror_pages.MirrorsPage(
            tuple(
                mirror_pages.MirrorCard(
                    str(number),
                    "hill.example",
                    "https://hill.example",
                    state,
                    is_live=number != 4,
                    is_good=number == 3,
                    asked_at=NOW,
                    until=NOW,
                    may_push=number == 3,
                    heard=mirror_words.heard(minutes * 60_000, 3 * 86_400_000),
                    kept=kept,
                )
                for number, (state, minutes, kept) in enumerate(
                    zip(mirror_words.STATES.values(), (0, 1, 4000, 4319, 3000, 9), KEPT, strict=True)
                )
            ),
            4,
            "hill",
            may_push=True,
            problems=(Problem("server", TOO_LONG),),
        ),
        SIGNED_IN,
    ),
    "copies": (COPIES, FRAME),
    "copies-none": (replace(COPIES, posts=(), missing=2), FRAME),
    "copies-one": (replace(COPIES, posts=COPIES.posts[:1], is_one=True), SIGNED_IN),
}

"""The pages of `keeping_pages`, each once or more."""

from msgspec.structs import replace

from martlet.web import keeping_pages
from martlet.web.keeping_pages import FeaturedRow, FilterRow, FolderRow, GroupRow, Member, WordRow
from martlet.web.pages import Frame, Page
from martlet.web.wording import Problem, sentence
from tests.web.member_samples import FEED, INSIDE
from tests.web.sample_cards import AMARA, INES, NOW, SIGNED_IN, TOMATOES

WORDS = (WordRow("w-3", "tomato", True), WordRow("n-1", "", True, is_new=True))
LONG = sentence("This is too long.")
GROUP = keeping_pages.GroupPage(
    "lists", "4", "邻居", (Member("5", AMARA),), "list", older="/settings/people/lists/4?max_id=3"
)
FOLDERS = (FolderRow("3", "Recipes", "🍅"), FolderRow("4", "Later", ""))

KEEPING_SAMPLES: dict[str, tuple[Page, Frame]] = {
    "filters": (
        keeping_pages.FiltersPage(
            (
                FilterRow("3", "Vegetables", "warn", ("tomato", "bean"), 2, NOW),
                FilterRow("4", "Noise", "hide", ("hammer",), 0),
                FilterRow("5", "Blood", "blur", (), 1, NOW, True),
            )
        ),
        SIGNED_IN,
    ),
    "filters-none": (keeping_pages.FiltersPage(()), SIGNED_IN),
    "filter-new": (
        keeping_pages.FilterPage(
            None, words=WORDS[1:], problems=(Problem("title", LONG), Problem("contexts", LONG))
        ),
        SIGNED_IN,
    ),
    "filter": (
        keeping_pages.FilterPage(
            "3",
            "Vegetables",
            "blur",
            ("home",),
            WORDS,
            "keep",
            NOW,
            (("9", TOMATOES),),
            (Problem("w-3", LONG),),
        ),
        SIGNED_IN,
    ),
    "filter-for-good": (keeping_pages.FilterPage("3", "Vegetables", words=WORDS), SIGNED_IN),
    "filter-post": (
        keeping_pages.FilterPostPage(TOMATOES, (("3", "Vegetables", ""),), (Problem("filter", LONG),)),
        SIGNED_IN,
    ),
    "filter-post-none": (keeping_pages.FilterPostPage(TOMATOES, ()), SIGNED_IN),
    "hashtags": (
        keeping_pages.HashtagsPage(
            ("harbour", "城市"),
            (FeaturedRow("3", "harbour", 4),),
            ("swifts",),
            "/settings/hashtags?min_id=9",
            "/settings/hashtags?max_id=3",
            problems=(Problem("follow", LONG), Problem("feature", LONG)),
        ),
        SIGNED_IN,
    ),
    "hashtags-none": (keeping_pages.HashtagsPage((), (), ()), SIGNED_IN),
    "lists": (keeping_pages.GroupsPage("lists", (GroupRow("4", "邻居"),)), SIGNED_IN),
    "lists-none": (keeping_pages.GroupsPage("lists", (), "x", (Problem("title", LONG),)), SIGNED_IN),
    "circles-none": (keeping_pages.GroupsPage("circles", ()), SIGNED_IN),
    "list-settings": (GROUP, SIGNED_IN),
    "list-settings-searched": (
        replace(GROUP, asked="ines", found=(Member("6", INES),), is_exclusive=True, members=()),
        SIGNED_IN,
    ),
    "circle": (
        replace(GROUP, kind="circles", asked="nobody", newer="/x", problems=(Problem("title", LONG),)),
        SIGNED_IN,
    ),
    "folders": (keeping_pages.FoldersPage(FOLDERS), INSIDE),
    "folders-none": (
        keeping_pages.FoldersPage((), "x", "y", (Problem("name", LONG), Problem("emoji", LONG))),
        INSIDE,
    ),
    "folder": (keeping_pages.FolderPage("3", "Recipes", "🍅", "Recipes", FEED, older="/x"), INSIDE),
    "folder-empty": (
        keeping_pages.FolderPage("3", "Recipes", "", "", problems=(Problem("name", LONG),)),
        INSIDE,
    ),
    "sort": (keeping_pages.SortPage(TOMATOES, FOLDERS, "3"), INSIDE),
    "sort-none": (keeping_pages.SortPage(TOMATOES, ()), INSIDE),
}

"""One block as a picture: who heard of what when, as it was measured."""

from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 960, 376
LEFT, RIGHT, TOP = 200.0, 920.0, 96.0
LANE = 92.0
ORIGIN, MIRROR, READER = (TOP + number * LANE for number in range(3))
NAMES = (
    (ORIGIN, "Ada’s server", "abroad, blocked"),
    (MIRROR, "a friend’s server", "her mirror, no keys of hers"),
    (READER, "Cem’s server", "behind the block"),
)
INK, FAINT, WALL, ROAD, ANSWER = "#1d2b36", "#5c6b77", "#c0392b", "#1f6f54", "#7a4fb5"


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds since the post was written, each later than the one before."""

    how: str
    read: float
    answered: float
    lifted: float
    direct: float


def drawn(run: Run) -> str:
    """An SVG."""
    scale = (RIGHT - LEFT - 60) / run.direct

    def at(seconds: float) -> float:
        return LEFT + 30 + seconds * scale

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="system-ui, sans-serif">',
        f"<title>{escape(_said(run))}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="12" fill="#f7f5f0"/>',
        _text(24, 36, "A block, measured", INK, 20, weight=600),
        _text(24, 58, _said(run), FAINT, 13),
    ]
    for y, name, what in NAMES:
        lines += [
            _text(24, y + 2, name, INK, 15, weight=600),
            _text(24, y + 20, what, FAINT, 12),
            f'<line x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}" stroke="{FAINT}" stroke-width="2"/>',
        ]
    wall = at(run.lifted) - LEFT
    lines += [
        f'<rect x="{LEFT}" y="{READER + 48}" width="{wall:.0f}" height="24" rx="3" fill="{WALL}"/>',
        _text(
            LEFT + 12,
            READER + 64,
            "no direct road between the two",
            "#ffffff",
            12,
            weight=600,
        ),
        _text(LEFT + wall + 8, READER + 64, "lifted", WALL, 12, weight=600),
    ]
    lines += _road(at(0), ORIGIN, MIRROR, ROAD, "post", "0 s")
    lines += _road(at(run.read), MIRROR, READER, ROAD, "read", _seconds(run.read), anchor="end")
    lines += _road(at(run.read) + 34, READER, MIRROR, ANSWER, "", "")
    lines += _road(at(run.answered), MIRROR, ORIGIN, ANSWER, "answer", _seconds(run.answered))
    lines += _road(at(run.direct), ORIGIN, READER, ROAD, "direct", _seconds(run.direct))
    return "\n".join([*lines, "</svg>", ""])


def _said(run: Run) -> str:
    return (
        f"{run.how}: a new post is read after {_seconds(run.read)}, the answer is back "
        f"{_seconds(run.answered - run.read)} later, all is direct {_seconds(run.direct - run.lifted)} after the block."
    )


def _seconds(value: float) -> str:
    return f"{value:.0f} s"


def _road(
    x: float, begin: float, end: float, colour: str, what: str, when: str, anchor: str = "start"
) -> list[str]:
    point = 8 if end > begin else -8
    return [
        f'<circle cx="{x:.0f}" cy="{begin}" r="6" fill="{colour}"/>',
        f'<line x1="{x:.0f}" y1="{begin}" x2="{x:.0f}" y2="{end - point}" stroke="{colour}" stroke-width="3"/>',
        f'<path d="M{x - 6:.0f} {end - 1.5 * point} L{x + 6:.0f} {end - 1.5 * point} L{x:.0f} {end} Z" fill="{colour}"/>',
        _text(
            x + (10 if anchor == "start" else -10),
            min(begin, end) + 18,
            what,
            colour,
            12,
            weight=600,
            anchor=anchor,
        ),
        _text(x, READER + 34, when, colour, 12, weight=600, anchor="middle"),
    ]


def _text(
    x: float, y: float, words: str, colour: str, size: int, *, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )

"""
Players: the only foreign page that may stand inside one of ours, and that only within a closed frame.

No HTML of others is ever passed on. Of what a page offers only the address of
the frame is taken; it has to be https, and on the page's own site or one of a few
well-known ones. The frame is written here, with a sandbox (attacks B2).
"""

from html import escape

from martlet.text.previews.said import host_of, is_same_site
from martlet.text.urls import InvalidUrl, parse_url

_WELL_KNOWN = frozenset(
    {
        "archive.org",
        "bandcamp.com",
        "embed.music.apple.com",
        "embed.podcasts.apple.com",
        "embed.ted.com",
        "geo.dailymotion.com",
        "mixcloud.com",
        "open.spotify.com",
        "player.bilibili.com",
        "player.twitch.tv",
        "player.vimeo.com",
        "player.youku.com",
        "w.soundcloud.com",
        "www.dailymotion.com",
        "www.mixcloud.com",
        "www.youtube-nocookie.com",
        "www.youtube.com",
    }
)
_WIDTH, _HEIGHT = 640, 360
SANDBOX = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-forms"


def allowed(player: str, page: str) -> str:
    """The address of a page's player if it may be shown; else empty."""
    try:
        url = parse_url(player)
    except InvalidUrl:
        return ""
    host = host_of(player)
    is_known = host in _WELL_KNOWN or host.endswith(".bandcamp.com")
    return player if url.scheme == "https" and (is_known or is_same_site(player, page)) else ""


def frame(player: str, width: int, height: int) -> str:
    """The HTML for an address that `allowed` has let through."""
    return (
        f'<iframe src="{escape(player)}" width="{width or _WIDTH}" height="{height or _HEIGHT}"'
        f' sandbox="{SANDBOX}" allowfullscreen="true" scrolling="no" frameborder="0"></iframe>'
    )

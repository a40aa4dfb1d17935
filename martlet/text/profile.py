"""Profiles: the biography and the fields beside it, from plain text to safe HTML."""

from collections.abc import Callable, Mapping

from martlet.text.render import REL_ME, MentionLink, Parsed, html, line


def note_html(parsed: Parsed, people: Mapping[str, MentionLink], tag_url: Callable[[str], str]) -> str:
    """A biography, marked up like a post."""
    return html(parsed, people, tag_url)


def field_html(parsed: Parsed, people: Mapping[str, MentionLink], tag_url: Callable[[str], str]) -> str:
    """A field's value on one line. Its links say `rel="me"`: this is me there, too."""
    return line(parsed, people, tag_url, rel=REL_ME).replace("\n", " ")

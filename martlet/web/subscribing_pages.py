"""The pages on which somebody's posts can be had by e-mail."""

from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Face
from martlet.web.wording import Problem

Step = Literal["ask", "sent", "agree", "agreed", "end", "ended"]


class SubscribePage(Struct, frozen=True):
    """`/@username/subscribe`, with the field email; and the links of letters: `/subscribe/{token}`, `/unsubscribe/{token}`."""

    template: ClassVar[str] = "subscribe.html"
    step: Step
    author: Face
    email: str = ""
    token: str = ""
    problems: tuple[Problem, ...] = ()

"""The pages on which somebody's posts can be had by e-mail."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from martlet.web.cards import Face
from martlet.web.wording import Problem

Step = Literal["ask", "sent", "agree", "agreed", "end", "ended"]


@dataclass(frozen=True, slots=True)
class SubscribePage:
    """`/@username/subscribe`, with the field email; and the links of letters: `/subscribe/{token}`, `/unsubscribe/{token}`."""

    template: ClassVar[str] = "subscribe.html"
    step: Step
    author: Face
    email: str = ""
    token: str = ""
    problems: tuple[Problem, ...] = ()

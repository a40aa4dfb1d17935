"""
Why an outgoing request brought nothing we can use.

    MartletError
    └── NoAnswer               the root of these; whoever only wants to know whether it worked catches it
        ├── AddressRefused     we do not call there: a private address, a malformed URL (attacks E1–E6)
        │   └── LedInside      the name is a good one, but leads to a private address just now
        ├── Unreachable        no such name, no connection, no valid certificate, or they broke off
        │   └── TimedOut       not within the time we give
        ├── AnswerTooLarge     more bytes than we were willing to take
        └── AnswerRefused      an answer of a type or encoding we did not ask for, or redirects without end
            └── LedElsewhere   a signed request that is led away from the server it was meant for
"""

from martlet.model.errors import MartletError


class NoAnswer(MartletError):
    code = "no_answer"


class AddressRefused(NoAnswer):
    code = "address_refused"


class LedInside(AddressRefused):
    code = "led_inside"


class Unreachable(NoAnswer):
    code = "unreachable"


class TimedOut(Unreachable):
    code = "timed_out"


class AnswerTooLarge(NoAnswer):
    code = "answer_too_large"


class AnswerRefused(NoAnswer):
    code = "answer_refused"


class LedElsewhere(AnswerRefused):
    """`url` is where. What is there is that server's word, and nothing that the first one said (attacks D4)."""

    code = "led_elsewhere"

    def __init__(self, message: str, url: str) -> None:
        super().__init__(message)
        self.url = url

"""
Why an outgoing request brought nothing we can use.

    MartletError
    └── NoAnswer               the root of these; whoever only wants to know whether it worked catches it
        ├── AddressRefused     we do not call there: a private address, a malformed URL (attacks E1–E6)
        ├── Unreachable        no such name, no connection, no valid certificate, or they broke off
        │   └── TimedOut       not within the time we give
        ├── AnswerTooLarge     more bytes than we were willing to take
        └── AnswerRefused      an answer of a type or encoding we did not ask for, or redirects without end
"""

from martlet.model.errors import MartletError


class NoAnswer(MartletError):
    code = "no_answer"


class AddressRefused(NoAnswer):
    code = "address_refused"


class Unreachable(NoAnswer):
    code = "unreachable"


class TimedOut(Unreachable):
    code = "timed_out"


class AnswerTooLarge(NoAnswer):
    code = "answer_too_large"


class AnswerRefused(NoAnswer):
    code = "answer_refused"

"""The server's rules: adding, wording, translating, ordering and ending them."""

import json
import re
from dataclasses import dataclass, replace

from martlet.model.audit import State, Target
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, permitting
from martlet.storage import rules, server_values
from martlet.storage.database import Reader, Writer
from martlet.storage.server_values import Rule
from martlet.text.cleaning import many_lines, one_line

TEXT = 300
HINT = 1000
MOST = 100
LANGUAGES = 40
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


@dataclass(frozen=True, slots=True)
class RuleWish:
    """What a rule says; None: as it did. `translations`: {language: (text, hint)}, a language without text goes."""

    text: str | None = None
    hint: str | None = None
    translations: dict[str, tuple[str, str]] | None = None
    position: int | None = None
    """Its place among the others, from 0."""


def add(db: Writer, actor: Actor, wish: RuleWish, here: Server) -> Rule:
    """Raises `NotAllowed` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_RULES)
    there = server_values.rules(db)
    if len(there) >= MOST:
        raise InvalidInput(f"There can be {MOST} rules.", "text")
    rule = _worded(Rule(here.next_id(), "", ""), wish)
    _place(db, there, rule, len(there) if wish.position is None else wish.position)
    auditing.record(db, actor, "rule.add", _target(rule), {"is_there": False}, {"is_there": True}, here)
    return rule


def change(db: Writer, actor: Actor, id: int, wish: RuleWish, here: Server) -> Rule:
    """Raises `NotAllowed`, `NotFound` and `InvalidInput`."""
    permitting.check_actor(actor, Permission.MANAGE_RULES)
    there = server_values.rules(db)
    old = _position(there, id)
    before = there.pop(old)
    rule = _worded(before, wish)
    new = old if wish.position is None else min(wish.position, len(there))
    if (rule, new) != (before, old):
        _place(db, there, rule, new)
        was, is_now = _state(before, old), _state(rule, new)
        auditing.record(db, actor, "rule.change", _target(rule), was, is_now, here)
    return rule


def end(db: Writer, actor: Actor, id: int, here: Server) -> None:
    """Reports that name it go on doing so. Raises `NotAllowed` and `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_RULES)
    there = server_values.rules(db)
    rule = there[_position(there, id)]
    rules.end(db, id, here.now_ms())
    auditing.record(db, actor, "rule.end", _target(rule), {"is_there": True}, {"is_there": False}, here)


def state(db: Reader, id: int, names: frozenset[str]) -> State:
    """Those of the values that acts change, as they are."""
    there = server_values.rules(db)
    at = next((at for at, one in enumerate(there) if one.id == id), None)
    found: State = {"is_there": at is not None}
    if at is not None:
        found |= _state(there[at], at)
    return {name: value for name, value in found.items() if name in names}


def set_back(db: Writer, id: int, wanted: State, here: Server) -> None:
    """What an undoing does. Raises `NotFound` for a rule that never was."""
    rule = rules.many(db, [id]).get(id)
    if rule is None:
        raise NotFound
    if wanted.get("is_there") is False:
        rules.end(db, id, here.now_ms())
        return
    there = [one for one in server_values.rules(db) if one.id != id]
    worded = replace(
        rule,
        text=str(wanted.get("text", rule.text)),
        hint=str(wanted.get("hint", rule.hint)),
        translations=str(wanted.get("translations", rule.translations)),
    )
    position = wanted.get("position")
    _place(db, there, worded, position if isinstance(position, int) else len(there))


def _position(there: list[Rule], id: int) -> int:
    for at, one in enumerate(there):
        if one.id == id:
            return at
    raise NotFound


def _place(db: Writer, others: list[Rule], rule: Rule, position: int) -> None:
    for at, one in enumerate([*others[:position], rule, *others[position:]]):
        rules.put(db, one, at)


def _state(rule: Rule, position: int) -> State:
    return {"text": rule.text, "hint": rule.hint, "translations": rule.translations, "position": position}


def _target(rule: Rule) -> Target:
    return Target("rule", rule.id, rule.text)


def _worded(rule: Rule, wish: RuleWish) -> Rule:
    text = rule.text if wish.text is None else one_line(wish.text)
    hint = rule.hint if wish.hint is None else many_lines(wish.hint).strip()
    _check(text, hint)
    known = rule.in_languages
    for language, typed in (wish.translations or {}).items():
        if not LANGUAGE.fullmatch(language):
            raise InvalidInput(f"{language[:20]!r} is no language.", "translations")
        said, explained = one_line(typed[0]), many_lines(typed[1]).strip()
        if said:
            _check(said, explained)
            known[language] = {"text": said, "hint": explained}
        else:
            known.pop(language, None)
    if len(known) > LANGUAGES:
        raise InvalidInput(f"A rule can be said in {LANGUAGES} languages.", "translations")
    if wish.position is not None and wish.position < 0:
        raise InvalidInput("The first place is 0.", "position")
    translations = json.dumps(known, ensure_ascii=False, sort_keys=True)
    return replace(rule, text=text, hint=hint, translations=translations)


def _check(text: str, hint: str) -> None:
    if not text or len(text) > TEXT:
        raise InvalidInput(f"A rule has 1 to {TEXT} characters.", "text")
    if len(hint) > HINT:
        raise InvalidInput(f"What explains a rule has at most {HINT} characters.", "hint")

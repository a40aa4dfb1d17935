"""Extensions: the server's rules, written, translated and ordered from an app."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.server_entities import Rule
from martlet.model.roles import Permission
from martlet.services import ruling
from martlet.services.ruling import RuleWish
from martlet.storage import server_values
from martlet.storage.database import Reader, Writer

api = Api()


class Translation(Struct, frozen=True):
    text: str = ""
    hint: str = ""


class RuleForm(Struct, frozen=True, kw_only=True):
    text: Annotated[str | None, Meta(description="What it says.")] = None
    hint: Annotated[str | None, Meta(description="What explains it.")] = None
    translations: Annotated[
        dict[str, Translation] | None,
        Meta(description="By language; one without a text is taken away, those not named stay."),
    ] = None
    position: Annotated[int | None, Meta(description="Its place among the rules, from 0.")] = None

    def wish(self) -> RuleWish:
        said = None
        if self.translations is not None:
            said = {language: (one.text, one.hint) for language, one in self.translations.items()}
        return RuleWish(self.text, self.hint, said, self.position)


def _entity(one: server_values.Rule) -> Rule:
    return Rule(id=str(one.id), text=one.text, hint=one.hint, translations=one.in_languages)


@api.get("/api/v1/admin/rules", scope="admin:read", returns=list[Rule], permission=Permission.MANAGE_RULES)
def show(db: Reader, call: Call[NoForm]) -> list[Rule]:
    """An extension: the rules in their order, as `GET /api/v1/instance/rules` has them."""
    del call
    return [_entity(one) for one in server_values.rules(db)]


@api.post(
    "/api/v1/admin/rules",
    scope="admin:write",
    form=RuleForm,
    returns=Rule,
    permission=Permission.MANAGE_RULES,
)
def add(db: Writer, call: Call[RuleForm]) -> Rule:
    """An extension: a rule more."""
    return _entity(ruling.add(db, call.actor(db), call.form.wish(), call.here))


@api.put(
    "/api/v1/admin/rules/{id}",
    scope="admin:write",
    form=RuleForm,
    returns=Rule,
    permission=Permission.MANAGE_RULES,
)
def change(db: Writer, call: Call[RuleForm]) -> Rule:
    """An extension: word a rule anew, translate it, or move it; what is not named stays."""
    return _entity(ruling.change(db, call.actor(db), call.id, call.form.wish(), call.here))


@api.delete(
    "/api/v1/admin/rules/{id}",
    scope="admin:write",
    returns=dict[str, Any],
    permission=Permission.MANAGE_RULES,
)
def remove(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """An extension: a rule less; reports that name it go on doing so."""
    ruling.end(db, call.actor(db), call.id, call.here)
    return {}

"""Who may answer a post, in GoToSocial's form."""

from martlet.mastodon import policy_entities as entities
from martlet.model.replying import EVERYBODY, ReplyPolicy


def policy_entity(policy: ReplyPolicy) -> entities.InteractionPolicy:
    """
    https://docs.gotosocial.org/en/latest/api/swagger/ (interactionPolicy)

    Single people whom a post from elsewhere names are left out.
    """
    everybody = _rules(ReplyPolicy())
    return entities.InteractionPolicy(can_favourite=everybody, can_reply=_rules(policy), can_reblog=everybody)


def _rules(policy: ReplyPolicy) -> entities.PolicyRules:
    automatic = [word for word in policy.automatic if not word.startswith("@")]
    manual = [word for word in policy.manual if not word.startswith("@")]
    if EVERYBODY not in automatic:
        automatic = ["author", *automatic]
    return entities.PolicyRules(
        automatic_approval=automatic, manual_approval=manual, always=automatic, with_approval=manual
    )

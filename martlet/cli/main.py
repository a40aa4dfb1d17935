"""`martlet`: the operator's command."""

import click

from martlet import __version__
from martlet.cli import (
    account,
    announcement,
    appeal,
    audit,
    backup,
    block,
    bundle,
    check,
    demo,
    hook,
    instance,
    invite,
    jobs,
    key,
    media,
    mirror,
    peer,
    peer_lists,
    preset,
    role,
    rule,
    sanctions,
    search,
    serve,
    settings,
    setup,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="Martlet")
def main() -> None:
    """Run a Martlet server, and look after it."""


COMMANDS = (
    serve.serve,
    demo.demo,
    setup.setup,
    account.account,
    announcement.announcement,
    role.role,
    rule.rule,
    preset.preset,
    appeal.appeal,
    audit.audit,
    invite.invite,
    instance.instance,
    peer.peer,
    block.block,
    hook.hook,
    check.check,
    settings.settings,
    backup.backup,
    backup.restore,
    bundle.bundle,
    key.key,
    jobs.jobs,
    search.search,
    media.media,
    mirror.mirror,
)
for command in COMMANDS:
    main.add_command(command)
for command in sanctions.COMMANDS:
    account.account.add_command(command)
for command in peer_lists.COMMANDS:
    peer.peer.add_command(command)

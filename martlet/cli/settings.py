"""`martlet settings`: all of them, with meaning and value."""

import click
import msgspec
from msgspec import inspect
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import with_settings
from martlet.settings import PREFIX, Settings

SECRET = frozenset({"secret", "smtp_password", "translation_key", "metrics_token"})


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For scripts: name and value of each as JSON.")
@with_settings
def settings(found: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show every setting with its meaning and value."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({name: shown(found, name) for name in names()})))
        return
    table = Table(title="Settings", caption=f"Set in martlet.toml, or as {PREFIX}NAME in the environment.")
    for heading in ("Name", "Value", "Meaning"):
        table.add_column(heading, overflow="fold")
    for name in names():
        value = str(shown(found, name))
        table.add_row(
            name, value if getattr(found, name) == default(name) else f"[bold]{value}[/bold]", meaning(name)
        )
    Console().print(table)


def names() -> tuple[str, ...]:
    return Settings.__struct_fields__


def shown(found: Settings, name: str) -> object:
    """The value; of a secret only whether there is one. Passwords in addresses are left out."""
    value = getattr(found, name)
    if name in SECRET:
        return "(set)" if value else ""
    if name == "database" and "@" in value:
        scheme, _, rest = value.partition("://")
        return f"{scheme}://…@{rest.rpartition('@')[2]}"
    return ", ".join(value) if isinstance(value, tuple) else value


def meaning(name: str) -> str:
    field = next(field for field in _fields() if field.name == name)
    found = field.type
    while isinstance(found, inspect.Metadata):
        if found.extra_json_schema and "description" in found.extra_json_schema:
            return str(found.extra_json_schema["description"])
        found = found.type
    return ""


def default(name: str) -> object:
    return getattr(Settings(), name)


def _fields() -> tuple[inspect.Field, ...]:
    info = inspect.type_info(Settings)
    return info.fields if isinstance(info, inspect.StructType) else ()

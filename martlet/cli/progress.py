"""Progress bars, for people only: into a file or a pipe nothing is drawn."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from martlet.storage.backup import Tell


@contextmanager
def bars(words: dict[str, str]) -> Iterator[Tell]:
    """A bar for each kind of work that is told of; `words` says how each is called."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks = {name: progress.add_task(shown, total=None, visible=False) for name, shown in words.items()}

        def tell(name: str, done: int, total: int) -> None:
            progress.update(tasks[name], completed=done, total=total, visible=True)

        yield tell

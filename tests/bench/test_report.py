from datetime import UTC, datetime
from pathlib import Path

from bench import report
from bench.processes import Memory
from bench.report import Figures, Machine, Report


def made(kind: str = "small", cpu_us: int = 120, bad: int = 0) -> Report:
    return Report(
        kind=kind,
        machine=Machine("a processor", 2, "3.11.7", "Linux x86_64"),
        made_at=datetime(2026, 11, 23, tzinfo=UTC),
        generator="wrk",
        server="Martlet 1",
        workers=1,
        database="SQLite",
        loads={"home": Figures(cpu_us, 5000.0, 1.0, 2.0, bad, 95_500, 95_000, 20)},
        memory={"after load": Memory(210.0, 201.0, 2)},
        starts=[0.5, 0.75, 0.8],
    )


def test_the_table_shows_what_was_measured_beside_what_was_promised() -> None:
    shown = report.table(made())
    assert "| home timeline | 120 | 280 | 140 | 4,801 | 1,381 | 5,000 | 1.0 | 2.0 | 95.0 | 20 |" in shown
    assert "| start to first answer | 0.75 s | 1.5 | 1 |" in shown
    assert "2 cores of a processor" in shown


def test_a_broken_promise_and_bad_answers_stand_out() -> None:
    shown = report.table(made(cpu_us=281, bad=3))
    assert "| home timeline | **281** |" in shown
    assert "**3 bad**" in shown
    assert "**201 MiB**" in shown


def test_every_line_of_the_table_has_as_many_cells() -> None:
    lines = [line for line in report.table(made()).splitlines() if line.startswith("|")]
    assert len(lines) == 5
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_a_recorded_table_replaces_the_last_one_and_nothing_else(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Martlet\n\n<!-- bench -->\nold\n<!-- /bench -->\n\nThe end.\n")
    report.record(made(), readme)
    once = readme.read_text()
    report.record(made(), readme)
    assert readme.read_text() == once
    assert once.startswith("# Martlet\n\n<!-- bench -->\n| CPU")
    assert once.endswith("<!-- /bench -->\n\nThe end.\n")
    assert "old" not in once


def test_a_readme_without_a_table_gets_one(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# Martlet\n")
    report.record(made(), readme)
    assert readme.read_text().startswith("# Martlet\n\n<!-- bench -->\n")
    assert readme.read_text().endswith("<!-- /bench -->\n")


def test_two_results_are_compared(tmp_path: Path) -> None:
    path = made("large", cpu_us=150).save(tmp_path)
    shown = report.comparison(made(), report.read(path))
    assert "| home timeline | 120 | 150 | 1.25 |" in shown


def test_threads_of_different_length_are_compared_post_by_post() -> None:
    short, long = made(), made("large")
    short.loads = {"context": Figures(160, 5000.0, 1.0, 2.0, 0, 18_500, 18_000, 8)}
    long.loads = {"context": Figures(240, 5000.0, 1.0, 2.0, 0, 27_500, 27_000, 12)}
    assert ", 8 items against 12: ratio for each | 160 | 240 | 1.00 |" in report.comparison(short, long)

"""
Brings the guides into the wheel, where `martlet/web/guides.py` reads them, and htmx into `martlet/web/static` before anything
is built, the editable install included.

htmx comes out of the package django-htmx, of which nothing else is used and which nobody who runs Martlet needs: the file
is in the archive of the sources and in the wheel (docs/decisions/0033-script.md).
"""

from importlib.util import find_spec
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KEPT = "martlet/web/static/htmx.js"
REQUIREMENT = "requirements/web.in"
GUIDES = "docs/guide"


class CustomBuildHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        """Nothing, where the file is there already or its package is."""
        if (Path(self.root) / KEPT).exists() or _package() is not None:
            return []
        return [(Path(self.root) / REQUIREMENT).read_text(encoding="utf-8").strip()]

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] = {GUIDES: "martlet/guide"}
        package, kept = _package(), Path(self.root) / KEPT
        if package is not None:
            kept.write_bytes((package / "static/django_htmx/htmx-4.min.js").read_bytes())
        elif not kept.exists():
            raise FileNotFoundError(f"{KEPT} is missing, and so is the package {REQUIREMENT} names.")


def _package() -> Path | None:
    found = find_spec("django_htmx")
    return Path(found.origin).parent if found is not None and found.origin else None

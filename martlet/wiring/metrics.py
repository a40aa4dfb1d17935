"""Metrics: what counts in this process, and the door that shows the sums. Loaded only where they are wanted."""

import ipaddress
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from martlet.http.measures import Measures
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.wiring.jobs import lanes

if TYPE_CHECKING:
    from martlet.http.metrics import MetricsDoor, Watch


def metrics(
    ground: Ground, settings: Settings, doors: Sequence[str], count_streams: Callable[[], int]
) -> "tuple[Watch, MetricsDoor]":
    """`doors`: the names of all others."""
    from martlet.http.metrics import MetricsDoor, Watch  # noqa: PLC0415 - 50 ms, and not everybody wants it

    names = tuple(dict.fromkeys(("http", *doors)))
    measures = Measures(settings.folder / "metrics", ground.here.ids.slot, names)
    door = MetricsDoor(
        ground.store,
        ground.here,
        measures,
        settings.folder,
        {lane.names[0]: lane.names for lane in lanes()},
        readers=[ipaddress.ip_network(one) for one in settings.metrics_addresses],
        token=settings.metrics_token,
    )
    return Watch(ground.store, measures, count_streams), door

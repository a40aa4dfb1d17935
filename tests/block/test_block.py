"""
A real block: servers in network namespaces, cut off from one another in each of the ways in which it is done.

How long it takes is measured by `python -m bench block`; here each way is tried once, with the intervals turned down, on a
machine that is busy with other tests.
"""

import os
from collections.abc import Iterator
from functools import partial

import pytest

from tests.block.world import BLOCKS, ONE_WAY, World, eventually, why_not

PATIENCE = 180.0
"""Seconds until it is given up."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    reason = why_not()
    if reason:
        missing = f"The block is not tried here: {reason}."
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(missing)
    with World(tmp_path_factory.mktemp("block")) as found:
        yield found


def test_what_is_written_behind_a_block_is_read_and_answered(world: World) -> None:
    for how in BLOCKS:
        world.block(how)
        world.a.publish(f"Written behind {how}")
        eventually(partial(world.c.reads, f"behind {how}"), PATIENCE)
        seen = world.c.reads(f"behind {how}")
        world.c.publish(f"{world.a.handle} read behind {how}", in_reply_to_id=seen["id"])
        if how == BLOCKS[-1]:
            eventually(lambda: world.a.told(f"read behind {BLOCKS[-1]}"), PATIENCE)
            assert world.c.is_cut_off, "the answer went round the block"
        world.lift()
        eventually(lambda: not world.c.is_cut_off, PATIENCE)
    for how in ONE_WAY:
        world.block(how)
        world.a.publish(f"Written behind {how}")
        eventually(partial(world.c.reads, f"behind {how}"), PATIENCE)
        seen = world.c.reads(f"behind {how}")
        world.c.publish(f"{world.a.handle} read behind {how}", in_reply_to_id=seen["id"])
        world.a.publish("Who is there?")  # whoever hears this is asked what waits
        eventually(partial(world.a.told, f"read behind {how}"), PATIENCE)
        world.lift()
    for how in BLOCKS:
        eventually(partial(world.a.told, f"read behind {how}"), PATIENCE)
    for place, what in ((world.c, "Written behind"), (world.a, "read behind")):
        posts = place.count(f"SELECT count(*) FROM post WHERE is_local = 0 AND html LIKE '%{what}%'")
        assert posts == len(BLOCKS) + len(ONE_WAY), "each once"
    known = world.c.values("SELECT uri FROM account WHERE host = 'a.example'")
    assert {*known} <= {*world.a.values("SELECT uri FROM account WHERE host = ''")}, (
        "nobody from the impostor"
    )

"""Nothing of moving, and of data that come and go, reads a whole table."""

import re

import pytest

from martlet.archives import tables
from martlet.archives.tables import KINDS
from martlet.model.names import NOBODY, AccountId, Uri
from martlet.services import exporting
from martlet.storage import archives, bulk_imports, exports, moves, relations
from martlet.storage.bulk_imports import BulkImport
from martlet.storage.sqlite import SqliteStore
from tests.client import Api
from tests.storage.test_plans import Plans


@pytest.fixture
def plans(api: Api) -> Plans:
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    return Plans(store)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_table_is_read_whole(api: Api, plans: Plans) -> None:
    me, here = AccountId(7), api.built.ground.here
    with api.built.ground.store.read() as db:
        plans.watch()
        for kind in KINDS:
            exporting.rows(db, me, kind, here)
        for pairs in ("follows", "blocks", "mutes"):
            of_pairs = BulkImport(1, me, pairs, 1, "working", "clearing", 0, 1, 0)
            bulk_imports.accounts_not_named(db, of_pairs, here.host, 0, 50)
        one = BulkImport(1, me, "bookmarks", 1, "working", "clearing", 0, 1, 0)
        bulk_imports.hosts_not_named(db, one)
        bulk_imports.bookmarks_not_named(db, one, 0, 50)
        bulk_imports.list_members_not_named(db, one, 1, "x\n", here.host)
        bulk_imports.rows(db, 1, "waiting", tables.MOST_ROWS)
        bulk_imports.of_account(db, me, 10)
        bulk_imports.pending(db, me)
        bulk_imports.older_than(db, 0, 50)
        bulk_imports.imported_post(db, me, Uri("x"))
        exports.counts(db, me)
        archives.newest(db, me)
        archives.older_than(db, 0, 50)
        archives.posts_after(db, me, 0, 50)
        archives.files_after(db, me, 0, 50)
        archives.likes(db, me)
        moves.aliases(db, me)
        moves.concerns_somebody(db, me)
        moves.followers_here(db, me, NOBODY, 50)
        moves.blocks_by_people_here(db, me, NOBODY, 50)
        moves.mutes_of(db, me, NOBODY, 50)
        relations.block_ends_at(db, me, NOBODY)
    assert len(plans.statements) > 20
    assert plans.scans() == {}
    assert not [sql for sql in plans.statements if re.match(r"\s*DELETE", sql)]

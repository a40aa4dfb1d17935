"""Roads that are kept for the day on which the direct one is closed, and which roads are closed."""

from martlet.model.names import Uri
from martlet.model.server import Server
from martlet.storage import accounts, circuits, follows, gateways
from martlet.storage.database import Store, Writer
from martlet.storage.follows import Follow
from tests.make import Make, insert_stranger

EVE, SAM = Uri("https://away.example/users/eve"), Uri("https://away.example/users/sam")
FIRST, SECOND, THIRD = (f"https://{name}.example" for name in ("first", "second", "third"))


def addresses(db: Writer, actor: Uri) -> list[str]:
    return [one.address for one in gateways.of_actor(db, actor)]


def test_a_newer_list_takes_no_road_away(store: Store) -> None:
    with store.write() as db:
        assert gateways.learn(db, EVE, [FIRST, SECOND, FIRST], 1, 10)
        assert not gateways.learn(db, EVE, [FIRST, SECOND], 1, 11), "nothing new"
        gateways.note_read(db, EVE, SECOND, "17", '"abc"')
        assert gateways.learn(db, EVE, [THIRD, SECOND], 2, 12)
        assert not gateways.learn(db, EVE, [FIRST], 1, 13), "an older statement"
        assert not gateways.learn(db, EVE, [], 0, 14), "an actor document says less than a statement"
        assert addresses(db, EVE) == [THIRD, SECOND, FIRST]
        assert [one.is_listed for one in gateways.of_actor(db, EVE)] == [True, True, False]
        assert gateways.of_actor(db, EVE)[1].cursor == "17"
        gateways.learn(db, EVE, [], 3, 15)
        assert sorted(addresses(db, EVE)) == [FIRST, SECOND, THIRD]


def test_so_many_roads_and_no_more(store: Store) -> None:
    with store.write() as db:
        for round in range(5):
            many = [f"https://m{round}-{number}.example" for number in range(20)]
            gateways.learn(db, EVE, many, round, round)
        assert len(addresses(db, EVE)) == 2 * gateways.MOST_GATEWAYS
        gateways.learn_addresses(db, "away.example", [f"https://{n}.example" for n in range(20)], 1)
        assert len(gateways.addresses_of(db, "away.example")) == gateways.MOST_ADDRESSES
        gateways.learn_addresses(db, "away.example", ["https://b.example", "https://a.example"], 2)
        assert gateways.addresses_of(db, "away.example") == ["https://b.example", "https://a.example"]


def test_roads_to_whom_somebody_follows_stay(store: Store, here: Server, make: Make) -> None:
    ada = make.account("ada")
    with store.write() as db:
        eve, sam = (insert_stranger(db, name, "away.example", here) for name in ("eve", "sam"))
        uris = {id: accounts.get(db, id).uri for id in (eve, sam)}
        for uri in uris.values():
            gateways.learn(db, uri, [FIRST], 0, 10)
        gateways.learn(db, uris[sam], [SECOND, FIRST], 0, 10)
        follows.insert(db, Follow(ada, eve, here.next_id(), 1, 1, 0, None))
        host = accounts.get(db, eve).host
        assert gateways.followed_at(db, host, 9) == [uris[eve]]
        assert gateways.followed_hosts(db, "", 9) == [host]
        assert gateways.followed_hosts(db, host, 9) == []
        assert gateways.at_host(db, host, 9) == [FIRST, SECOND]
        assert gateways.forget_unfollowed(db, 11, 100) == 2
        assert addresses(db, uris[eve]) == [FIRST]
        assert addresses(db, uris[sam]) == []


def test_one_of_all_tries_the_closed_road(store: Store) -> None:
    with store.write() as db:
        assert circuits.fail(db, "away.example", "timed_out", 10, 30)
        assert not circuits.fail(db, "away.example", "unreachable", 20, 40)
        assert circuits.every(db) == [circuits.Circuit("away.example", 10, 2, 40, "unreachable")]
        assert not circuits.claim_probe(db, "away.example", 39, 60)
        assert circuits.claim_probe(db, "away.example", 40, 60)
        assert not circuits.claim_probe(db, "away.example", 41, 61), "somebody else tries already"
        assert circuits.close(db, "away.example")
        assert not circuits.close(db, "away.example")
        assert not circuits.claim_probe(db, "away.example", 99, 120)
        assert circuits.find(db, "away.example") is None
        circuits.fail(db, "away.example", "timed_out", 10, 30)
        assert circuits.forget_old(db, 31) == 1

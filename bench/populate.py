"""Fill a server through the client API. The same seed writes the same posts everywhere."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import TypeVar

import msgspec

from bench import processes
from bench.client import ApiError, Client
from bench.town import Person, Town, Written
from bench.words import TAGS, WORDS, sentence

Job = TypeVar("Job")
SEED = 7
VERBS = ["favourite"] * 40 + ["reblog"] * 6 + ["bookmark"] * 4


class Phase(msgspec.Struct, frozen=True):
    """How fast one kind of work went in. `cpu_us` includes what the server did after it had answered."""

    count: int
    failed: int
    connections: int
    seconds: float
    per_second: float
    cpu_us: int
    drained_in: float


@dataclass(slots=True)
class _Task:
    """One post to be written."""

    author: int
    is_reply: bool
    pick: float
    """Chooses the post to answer, once it is known which there are."""
    body: dict[str, object]


class Filling:
    """The phases in order. Reply parents depend on the order of arrival once several connections write."""

    def __init__(self, base_url: str, tokens: Sequence[str], roots: Sequence[int]) -> None:
        self.town = Town(base_url, [Person(token) for token in tokens])
        self.phases: dict[str, Phase] = {}
        self._roots = roots
        self._rng = random.Random(SEED)

    def run(self, follows: int = 30, posts_each: int = 40) -> Town:
        town, rng = self.town, self._rng
        everyone = range(len(town.people))
        follows = min(follows, len(town.people) - 1)
        self._phase("accounts set up", list(everyone), self._introduce, 4)
        pairs = [
            (one, other)
            for one in everyone
            for other in rng.sample([x for x in everyone if x != one], follows)
        ]
        self._phase("follows", pairs, self._follow, 4)
        tasks = [self._compose(author) for _ in range(posts_each) for author in everyone]
        fifth = len(tasks) // 5
        self._phase("posts, one connection", tasks[:fifth], self._post, 1)
        self._phase("posts, eight connections", tasks[fifth:], self._post, 8)
        public = [post for post in town.posts if post.visibility == "public"]
        acts = [
            (rng.choice(VERBS), rng.randrange(len(town.people)), public[int(rng.random() * len(public))].id)
            for _ in range(len(town.people) * posts_each)
        ]
        self._phase("likes, boosts, bookmarks", acts, self._act, 8)
        return town

    def _phase(
        self, name: str, jobs: list[Job], work: Callable[[Client, Job], None], connections: int
    ) -> None:
        before = processes.cpu_seconds(self._roots)
        seconds, failures = _in_parallel(self.town.base_url, jobs, work, connections)
        drained = processes.wait_idle(self._roots)
        cpu = processes.cpu_seconds(self._roots) - before
        done = Phase(
            count=len(jobs),
            failed=len(failures),
            connections=connections,
            seconds=round(seconds, 2),
            per_second=round(len(jobs) / seconds, 1),
            cpu_us=round(cpu / len(jobs) * 1e6),
            drained_in=drained,
        )
        self.phases[name] = done
        print(
            f"  {name:25} {done.count:6} in {done.seconds:7.2f} s = {done.per_second:8.1f}/s, "
            f"{done.cpu_us:7} µs of the server's CPU each",
            flush=True,
        )
        if failures:
            print(f"  !! {len(failures)} failed, the first: {failures[0]}", flush=True)

    def _introduce(self, client: Client, number: int) -> None:
        person = self.town.people[number]
        account = client.api(
            "PATCH",
            "/api/v1/accounts/update_credentials",
            person.token,
            locked=False,
            discoverable=True,
            indexable=True,
            display_name=f"Bench User {number:02}",
            note=sentence(random.Random(number), 80, 200),
        )
        person.id, person.name = account["id"], account["username"]

    def _follow(self, client: Client, pair: tuple[int, int]) -> None:
        follower, followed = (self.town.people[number] for number in pair)
        client.api("POST", f"/api/v1/accounts/{followed.id}/follow", follower.token, reblogs=True)

    def _compose(self, author: int) -> _Task:
        rng = self._rng
        text = sentence(rng)
        body: dict[str, object] = {"visibility": "public", "language": "en"}
        draw = rng.random()
        if draw < 0.08:
            body["visibility"] = "unlisted"
        elif draw < 0.14:
            body["visibility"] = "private"
        if rng.random() < 0.25:
            text = f"@{self.town.people[rng.randrange(len(self.town.people))].name} {text}"
        if rng.random() < 0.35:
            text += "".join(f" #{tag}" for tag in rng.sample(TAGS, rng.randint(1, 3)))
        if rng.random() < 0.15:
            text += f" https://example.org/{rng.choice(WORDS)}/{rng.randrange(9999)}"
        if rng.random() < 0.10:
            body |= {"spoiler_text": "Content warning: " + rng.choice(WORDS), "sensitive": True}
        if rng.random() < 0.03:
            body["poll"] = {"options": rng.sample(WORDS, 3), "expires_in": 86400, "multiple": False}
        return _Task(author, rng.random() < 0.22, rng.random(), body | {"status": text})

    def _post(self, client: Client, task: _Task) -> None:
        town, body = self.town, dict(task.body)
        if task.is_reply and len(town.posts) > 20:
            # half of the replies land in the first few posts, so that some threads are long
            pool = town.posts[:20] if task.pick < 0.5 else town.posts
            parent = pool[int(task.pick * 1e6) % len(pool)]
            if parent.visibility != "private":
                body["in_reply_to_id"] = parent.id
                body["status"] = f"@{town.people[parent.author].name} {body['status']}"
                parent.replies += (
                    body["visibility"] != "private"
                )  # who does not follow its author does not see it
        made = client.api("POST", "/api/v1/statuses", town.people[task.author].token, **body)
        town.posts.append(Written(made["id"], task.author, str(body["visibility"])))

    def _act(self, client: Client, act: tuple[str, int, str]) -> None:
        verb, actor, post = act
        client.api("POST", f"/api/v1/statuses/{post}/{verb}", self.town.people[actor].token)


def _in_parallel(
    base_url: str, jobs: list[Job], work: Callable[[Client, Job], None], connections: int
) -> tuple[float, list[str]]:
    """Work on all jobs; the seconds it took, and what failed."""
    lock = threading.Lock()
    failures: list[str] = []
    queue = iter(jobs)

    def loop() -> None:
        with Client(base_url) as client:
            while True:
                with lock:
                    job = next(queue, None)
                if job is None:
                    return
                try:
                    work(client, job)
                except (ApiError, OSError, HTTPException) as error:
                    failures.append(repr(error))

    start = time.monotonic()
    threads = [threading.Thread(target=loop) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - start, failures

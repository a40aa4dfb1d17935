"""The picture and words that stand for a link."""

from dataclasses import dataclass

from martlet.model.names import PostId
from martlet.storage.database import Writer


@dataclass(frozen=True, slots=True)
class NewCard:
    """A page as it told of itself. `image` is a media key."""

    id: int
    url: str
    title: str
    description: str
    language: str | None
    author_name: str
    provider_name: str
    provider_url: str
    image: str
    image_text: str
    blurhash: str | None
    width: int
    height: int
    published_at: int | None
    created_at: int


COLUMNS = ", ".join(NewCard.__slots__)


def attach(db: Writer, post: PostId, card: NewCard) -> None:
    """Show the card below the post, whose version grows. Raises `AlreadyThere` for an address that has one."""
    db.run(
        f"INSERT INTO card ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NewCard.__slots__)})",
        **{name: getattr(card, name) for name in NewCard.__slots__},
    )
    db.run("INSERT INTO post_card (post_id, card_id) VALUES (:post, :card)", post=post, card=card.id)
    db.run("UPDATE post SET version = version + 1, revision = revision + 1 WHERE id = :post", post=post)

"""What evidence there is that an actor wrote a document: the one question every road in has to answer."""

from dataclasses import dataclass
from typing import TypeAlias, assert_never

from martlet.model.names import Uri, origin_of


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """The peer signed the HTTP request that brought the document."""

    signer: Uri


@dataclass(frozen=True, slots=True)
class FetchedFrom:
    """We fetched the document ourselves; this is the address at which it was found in the end."""

    address: Uri


@dataclass(frozen=True, slots=True)
class IntegrityProof:
    """The document carries its own signature, so the carrier does not matter."""

    signer: Uri


Evidence: TypeAlias = SignedRequest | FetchedFrom | IntegrityProof


def speaks_for(evidence: Evidence, actor: Uri) -> bool:
    """
    Whether `evidence` is enough to believe that `actor` wrote a document.

    A document from a mirror or a bundle has no other evidence than its proof:
    where it was found says nothing about who wrote it.
    """
    match evidence:
        case SignedRequest(signer) | IntegrityProof(signer):
            return signer == actor
        case FetchedFrom(address):
            return origin_of(address) == origin_of(actor)
        case _:
            assert_never(evidence)

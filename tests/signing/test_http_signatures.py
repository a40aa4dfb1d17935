import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from hypothesis import given
from hypothesis import strategies as st

from martlet.signing import base64url, cavage, http_signatures, message_signatures
from martlet.signing.http_signatures import (
    Received,
    Scheme,
    SignatureMissing,
    SignatureRejected,
    SignatureStale,
    Signer,
)
from martlet.signing.keys import Kind, PrivateKey, PublicKey
from martlet.signing.structured_fields import InnerList, parse_dictionary
from tests.elsewhere import rsa

NOW = datetime(2026, 11, 23, 8, 0, 0, tzinfo=UTC)
RSA = Signer("https://peer.example/users/ada#main-key", rsa("any"))
ED25519 = Signer("https://peer.example/users/ada#ed25519-key", PrivateKey.make_ed25519())
SIGNERS = [RSA, ED25519]
SCHEMES = list(Scheme)
HOME = "https://home.example"
BODY = b'{"type":"Follow"}'


def sent(
    signer: Signer = RSA,
    scheme: Scheme = Scheme.CAVAGE,
    method: str = "POST",
    target: str = "/inbox?a=1",
    body: bytes | None = BODY,
    at: datetime = NOW,
) -> Received:
    headers = http_signatures.sign_request(method, HOME + target, body, signer, scheme, at)
    return Received(method, target, headers, body or b"", HOME)


def with_header(request: Received, name: str, value: str | None) -> Received:
    headers = dict(request.headers)
    headers.pop(name, None)
    if value is not None:
        headers[name] = value
    return replace(request, headers=headers)


def is_accepted(request: Received, key: PublicKey | None = None, now: datetime = NOW) -> bool:
    try:
        http_signatures.verify_request(request, key or RSA.key.public, now)
    except SignatureRejected:
        return False
    return True


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("signer", SIGNERS, ids=["rsa", "ed25519"])
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("POST", b""), ("GET", None)])
@pytest.mark.parametrize("target", ["/", "/inbox", "/users/ada?page=true&min_id=0", "/%C3%A9?x=%2F"])
def test_signed_then_verified(
    scheme: Scheme, signer: Signer, method: str, body: bytes | None, target: str
) -> None:
    request = sent(signer, scheme, method, target, body)
    claim = http_signatures.verify_request(request, signer.key.public, NOW)
    assert (claim.key_id, claim.scheme, claim.created_at) == (signer.key_id, scheme, NOW)
    assert claim.kind in (signer.key.kind, None)
    other = SIGNERS[1 - SIGNERS.index(signer)]
    assert not is_accepted(request, other.key.public)
    assert not is_accepted(request, replace(signer, key=PrivateKey.make_ed25519()).key.public)


def test_what_is_sent() -> None:
    """Nothing more and nothing else than what Mastodon and GoToSocial take."""
    headers = sent().headers
    assert list(headers) == ["host", "date", "digest", "signature"]
    assert headers["host"] == "home.example"
    assert headers["date"] == "Mon, 23 Nov 2026 08:00:00 GMT"
    assert headers["signature"].startswith(
        'keyId="https://peer.example/users/ada#main-key",algorithm="rsa-sha256",'
        'headers="(request-target) host date digest",signature="'
    )
    headers = sent(scheme=Scheme.RFC9421, method="GET", body=None).headers
    assert list(headers) == ["host", "date", "signature-input", "signature"]
    assert headers["signature-input"] == (
        'sig1=("@method" "@target-uri");created=1795420800;'
        'keyid="https://peer.example/users/ada#main-key";alg="rsa-v1_5-sha256"'
    )


def test_a_request_without_a_signature() -> None:
    with pytest.raises(SignatureMissing):
        http_signatures.read(Received("POST", "/inbox", {"host": "home.example"}, b"", HOME), NOW)


Change = Callable[[Received], Received]
CHANGES: dict[str, Change] = {
    "body": lambda request: replace(request, body=b'{"type":"Block"}'),
    "no body": lambda request: replace(request, body=b""),
    "path": lambda request: replace(request, target="/users/bob/inbox?a=1"),
    "query": lambda request: replace(request, target="/inbox?a=2"),
    "no query": lambda request: replace(request, target="/inbox"),
    "method": lambda request: replace(request, method="PUT"),
    "GET": lambda request: replace(request, method="GET"),
    "host": lambda request: replace(
        with_header(request, "host", "other.example"), origin="https://other.example"
    ),
    "our name": lambda request: replace(request, origin="https://other.example"),
    "port": lambda request: replace(request, origin="https://home.example:8443"),
    "no digest": lambda request: with_header(with_header(request, "digest", None), "content-digest", None),
    "signature": lambda request: with_header(
        request, "signature", request.headers["signature"].replace("A", "B")
    ),
    "empty signature": lambda request: with_header(request, "signature", ""),
}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_d5_whatever_is_changed_on_the_way(scheme: Scheme, change: Change) -> None:
    request = sent(scheme=scheme)
    assert is_accepted(request)
    assert not is_accepted(change(request))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("minutes", "is_good"), [(-60, False), (-46, False), (-44, True), (14, True), (16, False)]
)
def test_d5_an_old_request_is_a_replay(scheme: Scheme, minutes: int, is_good: bool) -> None:  # noqa: FBT001 - a table
    request = sent(scheme=scheme, at=NOW + timedelta(minutes=minutes))
    assert is_accepted(request) is is_good
    if not is_good:
        with pytest.raises(SignatureStale):
            http_signatures.read(request, NOW)


@pytest.mark.parametrize("scheme", SCHEMES)
@given(
    at=st.integers(0),
    flip=st.integers(1, 127),
    where=st.sampled_from(["signature", "signature-input", "digest", "content-digest", "date", "host"]),
)
def test_d5_any_changed_letter_is_refused(scheme: Scheme, at: int, flip: int, where: str) -> None:
    request = sent(scheme=scheme, signer=ED25519)
    header = request.headers.get(where)
    if header is None or (scheme is Scheme.RFC9421 and where in ("date", "host")):
        return  # not there, or not covered
    at %= len(header)
    changed = header[:at] + chr(ord(header[at]) ^ flip) + header[at + 1 :]
    if changed.strip().lower() == header.lower() and where == "host":
        return
    received = with_header(request, where, changed)
    if is_accepted(received, ED25519.key.public):  # a space or a letter that means nothing
        claim = http_signatures.read(received, NOW)
        assert claim._signature == http_signatures.read(request, NOW)._signature
        assert claim._messages == http_signatures.read(request, NOW)._messages


def signed_cavage(
    headers: str, *, parameters: str = "", signer: Signer = RSA, key_id: str = RSA.key_id
) -> Received:
    """A request signed over just these headers, with these parameters besides."""
    request = sent(signer)
    request = replace(request, headers={f"x-{n}": "" for n in range(40)} | dict(request.headers))
    given = dict(part.split("=") for part in parameters.replace('"', "").split(",") if "=" in part)
    message = cavage.signing_string(request, headers.split(), given)
    signature = base64.b64encode(signer.key.sign(message.encode())).decode()
    more = f",{parameters}" if parameters else ""
    return with_header(
        request, "signature", f'keyId="{key_id}",headers="{headers}",signature="{signature}"{more}'
    )


@pytest.mark.parametrize(
    ("headers", "parameters", "is_good"),
    [
        ("(request-target) host date digest", "", True),
        ("digest date host (request-target)", 'algorithm="hs2019"', True),
        ("(request-target) host digest (created)", f"created={NOW.timestamp():.0f}", True),
        ("(request-target) host digest (created)", f'created="{NOW.timestamp():.0f}",algorithm="hs2019"', True),
        ("(request-target) host digest (created) (expires)", f"created={NOW.timestamp():.0f},expires={NOW.timestamp() + 60:.3f}", True),
        ("(request-target) host digest (created) (expires)", f"created={NOW.timestamp():.0f},expires={NOW.timestamp() - 1000:.0f}", False),
        ("(request-target) host digest (created)", f"created={NOW.timestamp() - 3600:.0f}", False),
        ("(request-target) host digest (created)", f'created={NOW.timestamp():.0f},algorithm="rsa-sha256"', False),
        ("(request-target) host digest (created)", 'created="²"', False),
        ("(request-target) host digest (created)", 'created="nan"', False),
        ("(request-target) host digest (created)", "created=999999999999999", False),
        ("(request-target) host date digest" + "".join(f" x-{n}" for n in range(40)), "", False),
        ("(request-target) host digest", f"created={NOW.timestamp():.0f}", False),
        ("date", "", False),
        ("host date digest", "", False),
        ("(request-target) date digest", "", False),
        ("(request-target) host date", "", False),
        ("(request-target) host host date digest", "", False),
        ("(request-target) host date digest", 'algorithm="hmac-sha256"', False),
        ("(request-target) host date digest", 'algorithm="rsa-sha512"', False),
        ("(request-target) host date digest", 'algorithm="ed25519"', False),
        ("(request-target) host date digest", 'keyId="https://victim.example/users/bob#main-key"', False),
        ("(request-target) host date digest", 'signature="AAAA"', False),
        ("(request-target) host date digest", "nonsense", False),
    ],
)  # fmt: skip
def test_d5_what_a_signature_has_to_cover(headers: str, parameters: str, is_good: bool) -> None:  # noqa: FBT001 - a table
    assert is_accepted(signed_cavage(headers, parameters=parameters)) is is_good


@pytest.mark.parametrize("name", ["x-not-there", "content-type", "(expires)", "(created)", "(other)"])
def test_d5_a_header_that_is_not_there_covers_nothing(name: str) -> None:
    request = sent()
    signature = request.headers["signature"].replace("(request-target)", f"(request-target) {name}")
    with pytest.raises(SignatureRejected):
        http_signatures.read(with_header(request, "signature", signature), NOW)


def test_d5_a_time_that_is_covered_and_not_there() -> None:
    request = signed_cavage("(request-target) host digest date", parameters='algorithm="hs2019"')
    assert is_accepted(request)
    signature = request.headers["signature"].replace("digest date", "digest (created)")
    assert not is_accepted(with_header(request, "signature", signature))


def test_d5_a_signature_header_without_end() -> None:
    request = sent()
    padded = request.headers["signature"].replace(",", "," + " " * 4000)
    with pytest.raises(SignatureRejected, match="too long"):
        http_signatures.read(with_header(request, "signature", padded), NOW)


@pytest.mark.parametrize(
    "key_id", ["Test", "", "acct:ada@peer.example", "javascript:x", "https://peer.example/a b", "https://é.example/", "https://peer.example/" + "x" * 2048]
)  # fmt: skip
def test_d5_a_key_is_named_by_a_uri(key_id: str) -> None:
    with pytest.raises(SignatureRejected):
        http_signatures.read(signed_cavage("(request-target) host date digest", key_id=key_id), NOW)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", "Mon, 23 Nov 2026 08:00:00 GMT, Mon, 23 Nov 2026 08:00:00 GMT"),
        ("date", "2026-11-23T08:00:00Z"),
        ("date", "mon, 23 nov 2026 08:00:00 GMT"),
        ("date", "Mon, 23 Nov 2026 08:00:00 +0000"),
        ("date", "Mon, 99 Nov 2026 08:00:00 GMT"),
        ("host", "home.example, home.example"),
        ("host", ""),
        ("digest", "SHA-256=AAAA"),
    ],
)
def test_d5_headers_that_stand_twice_or_make_no_sense(name: str, value: str) -> None:
    request = with_header(sent(), name, value)
    parts = ["(request-target)", "host", "date", "digest"]
    message = cavage.signing_string(request, parts, {})
    signature = base64.b64encode(RSA.key.sign(message.encode())).decode()
    header = f'keyId="{RSA.key_id}",headers="{" ".join(parts)}",signature="{signature}"'
    assert not is_accepted(with_header(request, "signature", header))


def signed_rfc9421(
    inner: str, *, signer: Signer = RSA, request: Received | None = None, label: str = "sig1"
) -> Received:
    """A request signed over just these components, with these parameters."""
    request = request or sent(scheme=Scheme.RFC9421)
    members = parse_dictionary(f"{label}={inner}")[label]
    assert isinstance(members, InnerList)
    base = message_signatures.signature_base(request, members)
    signature = base64.b64encode(signer.key.sign(base.encode("latin-1"))).decode()
    request = with_header(request, "signature-input", f"{label}={inner}")
    return with_header(request, "signature", f"{label}=:{signature}:")


CREATED = f'created={NOW.timestamp():.0f};keyid="{RSA.key_id}"'


@pytest.mark.parametrize(
    ("inner", "is_good"),
    [
        (f'("@method" "@target-uri" "content-digest");{CREATED}', True),
        (f'("@method" "@authority" "@path" "@query" "content-digest");{CREATED};alg="rsa-v1_5-sha256"', True),
        (f'("@method" "@authority" "@request-target" "content-digest" "date" "host");{CREATED};nonce="x";tag="y"', True),
        (f'( "@method"  "@target-uri"  "content-digest" );{CREATED}', True),
        (f'("@method" "@target-uri" "content-digest" "@query-param";name="a");{CREATED}', True),
        (f'("@method" "@target-uri" "content-digest");{CREATED};expires={NOW.timestamp() + 60:.0f}', True),
        (f'("@method" "@target-uri" "content-digest");{CREATED};expires={NOW.timestamp() - 1000:.0f}', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};expires="{NOW.timestamp() + 60:.0f}"', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};alg="ed25519"', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};alg="hmac-sha256"', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};alg="rsa-pss-sha512"', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};alg=7', False),
        (f'("@method" "@target-uri" "content-digest");{CREATED};other=1', False),
        (f'("@method" "@target-uri" "content-digest");keyid="{RSA.key_id}"', False),
        (f'("@method" "@target-uri" "content-digest");created="{NOW.timestamp():.0f}";keyid="{RSA.key_id}"', False),
        (f'("@method" "@target-uri" "content-digest");created=?1;keyid="{RSA.key_id}"', False),
        (f'("@method" "@target-uri" "content-digest");created=999999999999999;keyid="{RSA.key_id}"', False),
        (f'("@method" "@target-uri" "content-digest");created={NOW.timestamp():.0f}', False),
        (f'("@method" "@target-uri" "content-digest");created={NOW.timestamp():.0f};keyid="test"', False),
        (f'("@method" "@target-uri" "content-digest");created={NOW.timestamp():.0f};keyid=token', False),
        (f'("@method" "@target-uri");{CREATED}', False),
        (f'("@target-uri" "content-digest");{CREATED}', False),
        (f'("@method" "@path" "@query" "content-digest");{CREATED}', False),
        (f'("@method" "@authority" "@path" "content-digest");{CREATED}', False),
        (f'("@method" "@authority" "@query" "content-digest");{CREATED}', False),
        (f'("@method" "host" "@path" "@query" "content-digest");{CREATED}', False),
        (f'("date");{CREATED}', False),
        (f"();{CREATED}", False),
    ],
)  # fmt: skip
def test_d5_what_a_message_signature_has_to_cover(inner: str, is_good: bool) -> None:  # noqa: FBT001 - a table
    assert is_accepted(signed_rfc9421(inner)) is is_good


@pytest.mark.parametrize(
    "component",
    [
        '"x-not-there"', '"@status"', '"@signature-params"', '"@method"', '"content-digest";sf', '"date";bs',
        '"content-digest";key="sha-256"', '"@method";req', '"date";tr', '"@query-param";name="b"', '"@query-param"',
        '"Date"', "date", "7",
    ],
)  # fmt: skip
def test_d5_components_we_do_not_read(component: str) -> None:
    request = sent(scheme=Scheme.RFC9421)
    inner = f'("@method" "@target-uri" "content-digest" {component});{CREATED}'
    with pytest.raises(SignatureRejected):
        http_signatures.read(with_header(request, "signature-input", f"sig1={inner}"), NOW)


def test_d5_of_several_signatures_the_first_good_enough_counts() -> None:
    good = signed_rfc9421(f'("@method" "@target-uri" "content-digest");{CREATED}')
    thin = signed_rfc9421(f'("@method");{CREATED}', label="proxy")
    for first, second in ((good, thin), (thin, good)):
        both = good
        for name in ("signature-input", "signature"):
            both = with_header(both, name, f"{first.headers[name]}, {second.headers[name]}")
        assert is_accepted(both)
    assert not is_accepted(thin)
    forged = signed_rfc9421(
        f'("@method" "@target-uri" "content-digest");{CREATED}',
        signer=replace(RSA, key=ED25519.key), label="forged",
    )  # fmt: skip
    for name in ("signature-input", "signature"):
        forged = with_header(forged, name, f"{forged.headers[name]}, {good.headers[name]}")
    assert not is_accepted(forged)


@pytest.mark.parametrize(
    "change",
    [
        lambda request: with_header(request, "signature", None),
        lambda request: with_header(request, "signature", request.headers["signature"].replace("sig1", "sig2")),
        lambda request: with_header(request, "signature", 'sig1="text"'),
        lambda request: with_header(request, "signature", request.headers["signature"] * 2),
        lambda request: with_header(request, "signature-input", "sig1=7"),
        lambda request: with_header(request, "signature-input", f"sig1=7;{CREATED}"),
        lambda request: with_header(request, "signature", "sig1=(:AAAA:)"),
        lambda request: with_header(request, "signature-input", "nonsense"),
        lambda request: with_header(request, "signature-input", f"{request.headers['signature-input']}, {request.headers['signature-input']}"),
        lambda request: replace(request, headers=request.headers | {name: ", ".join(f"s{n}={request.headers[name].partition('=')[2]}" for n in range(9)) for name in ("signature", "signature-input")}),
    ],
)  # fmt: skip
def test_d5_signatures_that_do_not_fit_together(change: Change) -> None:
    with pytest.raises(SignatureRejected):
        http_signatures.read(change(sent(scheme=Scheme.RFC9421)), NOW)


def test_the_query_of_a_get_is_covered() -> None:
    request = sent(scheme=Scheme.RFC9421, method="GET", body=None, target="/users/ada")
    inner = f'("@method" "@authority" "@path");{CREATED}'
    assert is_accepted(signed_rfc9421(inner, request=request))
    asked = replace(signed_rfc9421(inner, request=request), target="/users/ada?page=2")
    assert not is_accepted(asked)


def test_a_get_may_be_signed_without_its_query() -> None:
    """As Mastodon did before 4.3 and Fedify does; a POST may not, and nothing else of the address is left out."""
    short = sent(method="GET", body=None, target="/users/ada/outbox")
    assert is_accepted(replace(short, target="/users/ada/outbox?page=true"))
    assert not is_accepted(replace(short, target="/users/bob/outbox?page=true"))
    assert not is_accepted(replace(short, method="HEAD", target="/users/ada/outbox?page=true"))
    assert not is_accepted(replace(sent(target="/inbox"), target="/inbox?a=1"))
    longer = sent(method="GET", body=None, target="/users/ada/outbox?page=true")
    assert not is_accepted(replace(longer, target="/users/ada/outbox"))
    assert not is_accepted(replace(longer, target="/users/ada/outbox?page=false"))


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_headers_are_read_or_refused(first: str, second: str) -> None:
    for headers in (
        {"host": "home.example", "signature": first, "date": second},
        {"host": "home.example", "signature": f"sig1=:{first}:", "signature-input": f"sig1=({second})"},
    ):
        with pytest.raises(SignatureRejected):
            http_signatures.read(Received("GET", "/", headers, b"", HOME), NOW)


# draft-cavage-http-signatures-12, appendix C
CAVAGE_KEY = """-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDCFENGw33yGihy92pDjZQhl0C3
6rPJj+CvfSC8+q28hxA161QFNUd13wuCTUcq0Qd2qsBe/2hFyc2DCJJg0h1L78+6
Z4UMR7EOcpfdUE9Hf3m/hs+FUR45uBJeDK1HSFHD8bHKD6kv8FPGfJTotc+2xjJw
oYi+1hqp1fIekaxsyQIDAQAB
-----END PUBLIC KEY-----"""
CAVAGE_REQUEST = Received(
    "POST",
    "/foo?param=value&pet=dog",
    {
        "host": "example.com",
        "date": "Sun, 05 Jan 2014 21:31:40 GMT",
        "content-type": "application/json",
        "digest": "SHA-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
        "content-length": "18",
    },
    b'{"hello": "world"}',
    "https://example.com",
)


@pytest.mark.parametrize(
    ("covered", "signature", "is_enough"),
    [
        (
            "date",
            (
                "SjWJWbWN7i0wzBvtPl8rbASWz5xQW6mcJmn+ibttBqtifLN7Sazz6m79cNfwwb8DMJ5cou1s7uEGKKCs+FLEEaDV5lp7q25WqS+lavg7T8hc0GppauB"
                "6hbgEKTwblDHYGEtbGmtdHgVCk9SuS13F0hZ8FD0k/5OxEPXe5WozsbM="
            ),
            False,
        ),
        (
            "(request-target) host date",
            (
                "qdx+H7PHHDZgy4y/Ahn9Tny9V3GP6YgBPyUXMmoxWtLbHpUnXS2mg2+SbrQDMCJypxBLSPQR2aAjn7ndmw2iicw3HMbe8VfEdKFYRqzic+efkb3nndiv"
                "/x1xSHDJWeSWkx3ButlYSuBskLu6kd9Fswtemr3lgdDEmn04swr2Os0="
            ),
            False,
        ),
        (
            "(request-target) host date content-type digest content-length",
            (
                "vSdrb+dS3EceC9bcwHSo4MlyKS59iFIrhgYkz8+oVLEEzmYZZvRs8rgOp+63LEM3v+MFHB32NfpB2bEKBIvB1q52LaEUHFv120V01IL+TAD48XaERZFu"
                "kWgHoBTLMhYS2Gb51gWxpeIq8knRmPnYePbF5MOkR0Zkly4zKH7s1dE="
            ),
            True,
        ),
    ],
    ids=["default", "basic", "all headers"],
)
def test_the_examples_of_the_draft(covered: str, signature: str, is_enough: bool) -> None:  # noqa: FBT001 - a table
    """The key is too short for us, and has no URI: so its signatures are checked past our own doors."""
    key = load_pem_public_key(CAVAGE_KEY.encode())
    assert isinstance(key, RSAPublicKey)
    message = cavage.signing_string(CAVAGE_REQUEST, covered.split(), {})
    key.verify(base64.b64decode(signature), message.encode(), PKCS1v15(), SHA256())
    header = (
        f'keyId="https://a.example/#Test",algorithm="rsa-sha256",headers="{covered}",signature="{signature}"'
    )
    request = with_header(CAVAGE_REQUEST, "signature", header)
    then = datetime(2014, 1, 5, 21, 31, 40, tzinfo=UTC)
    if is_enough:
        claim = http_signatures.read(request, then)
        key.verify(claim._signature, claim._messages[0], PKCS1v15(), SHA256())
    else:
        with pytest.raises(SignatureRejected):
            http_signatures.read(request, then)


# RFC 9421, appendix B: the keys, the request, and what is signed
RFC_RSA = """-----BEGIN RSA PUBLIC KEY-----
MIIBCgKCAQEAhAKYdtoeoy8zcAcR874L8cnZxKzAGwd7v36APp7Pv6Q2jdsPBRrw
WEBnez6d0UDKDwGbc6nxfEXAy5mbhgajzrw3MOEt8uA5txSKobBpKDeBLOsdJKFq
MGmXCQvEG7YemcxDTRPxAleIAgYYRjTSd/QBwVW9OwNFhekro3RtlinV0a75jfZg
kne/YiktSvLG34lw2zqXBDTC5NHROUqGTlML4PlNZS5Ri2U4aCNx2rUPRcKIlE0P
uKxI4T+HIaFpv8+rdV6eUgOrB2xeI1dSFFn/nnv5OoZJEIB+VmuKn3DCUcCZSFlQ
PSXSfBDiUGhwOw76WuSSsf1D4b/vLoJ10wIDAQAB
-----END RSA PUBLIC KEY-----"""
RFC_REQUEST = Received(
    "POST",
    "/foo?param=Value&Pet=dog",
    {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
        "content-length": "18",
    },
    b'{"hello": "world"}',
    "https://example.com",
)


def base_of(request: Received, inner: str) -> str:
    members = parse_dictionary(f"x={inner}")["x"]
    assert isinstance(members, InnerList)
    return message_signatures.signature_base(request, members)


def test_the_example_of_the_standard_with_ed25519() -> None:
    """B.2.6"""
    seed = base64url.decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
    public = PublicKey.from_ed25519(base64url.decode("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"))
    inner = '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    base = base_of(RFC_REQUEST, inner)
    assert base == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n'
        f'"@signature-params": {inner}'
    )
    signature = base64.b64decode(
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw=="
    )
    assert public.verifies(signature, base.encode())
    assert PrivateKey(Kind.ED25519, seed).sign(base.encode()) == signature


def test_the_example_of_the_standard_with_rsa() -> None:
    """Section 4.3: the signature of a proxy, which sees another host, and a later date."""
    inner = '("@method" "@authority" "@path" "content-digest" "content-type" "content-length" "forwarded");created=1618884480;keyid="test-key-rsa";alg="rsa-v1_5-sha256";expires=1618884540'
    request = with_header(RFC_REQUEST, "forwarded", "for=192.0.2.123;host=example.com;proto=https")
    base = base_of(replace(request, origin="https://origin.host.internal.example"), inner)
    signature = base64.b64decode(
        "S6ZzPXSdAMOPjN/6KXfXWNO/f7V6cHm7BXYUh3YD/fRad4BCaRZxP+JH+8XY1I6+8Cy+CM5g92iHgxtRPz+MjniOaYmdkDcnL9cCpXJleXsOckpURl49"
        "GwiyUpZ10KHgOEe11sx3G2gxI8S0jnxQB+Pu68U9vVcasqOWAEObtNKKZd8tSFu7LB5YAv0RAGhB8tmpv7sFnIm9y+7X5kXQfi8NMaZaA8i2ZHwpBdg7"
        "a6CMfwnnrtflzvZdXAsD3LH2TwevU+/PBPv0B6NMNk93wUs/vfJvye+YuI87HU38lZHowtznbLVdp770I6VHR6WfgS9ddzirrswsE1w5o0LV/g=="
    )
    assert PublicKey.from_pem(RFC_RSA).verifies(signature, base.encode())


@pytest.mark.parametrize(
    ("target", "component", "value"),
    [
        ("/path?param=value&foo=bar&baz=bat%2Dman", '"@query"', "?param=value&foo=bar&baz=bat%2Dman"),
        ("/path?queryString", '"@query"', "?queryString"),
        ("/path", '"@query"', "?"),
        ("/path?param=value", '"@request-target"', "/path?param=value"),
        ("/path?param=value", '"@path"', "/path"),
        ("/path?param=value", '"@target-uri"', "https://www.example.com/path?param=value"),
        ("/path", '"@authority"', "www.example.com"),
        ("/path", '"@scheme"', "https"),
        ("/path?param=value&foo=bar&baz=batman&qux=", '"@query-param";name="baz"', "batman"),
        ("/path?param=value&foo=bar&baz=batman&qux=", '"@query-param";name="qux"', ""),
        ("/parameters?var=this%20is%20a%20big%0Amultiline%20value", '"@query-param";name="var"', "this%20is%20a%20big%0Amultiline%20value"),
        ("/parameters?bar=with+plus+whitespace", '"@query-param";name="bar"', "with%20plus%20whitespace"),
        ("/parameters?fa%C3%A7ade%22%3A%20=something", '"@query-param";name="fa%C3%A7ade%22%3A%20"', "something"),
    ],
)  # fmt: skip
def test_components_as_the_standard_derives_them(target: str, component: str, value: str) -> None:
    request = Received("GET", target, {}, b"", "https://WWW.Example.com:443")
    line, _ = base_of(request, f"({component})").split("\n")
    assert line == f"{component}: {value}"

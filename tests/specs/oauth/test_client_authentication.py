"""How clients say who they are (7.04): one way at a time, and assertions for us alone."""

import base64
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.encoding import create_json
from specs.errors import ProtocolError
from specs.jose import Algorithm, PublicJwk, parse_public_jwk, prepare_jws, sign_with
from specs.oauth import InvalidClient, MalformedParameter, RepeatedParameter
from specs.oauth.client_authentication import (
    CLIENT_ASSERTION_TYPE,
    METHOD_NAMES,
    ClientAssertion,
    ClientAuthentication,
    ClientSecretBasic,
    ClientSecretPost,
    InvalidClientAssertion,
    PublicClient,
    SeveralAuthentications,
    VerifiedClientAssertion,
    parse_client_authentication,
    prepare_client_assertion,
    verify_client_assertion,
)
from tests.specs.jose.material import private_key, public_key
from tests.specs.oauth.strategies import fields_with

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ISSUER = "https://verifier.example/openid"
TOKEN_ENDPOINT = f"{ISSUER}/token"
LEEWAY = timedelta(seconds=30)
SHOP = ("client_id", "shop")


def basic(client_id: str, secret: str) -> list[str]:
    return ["Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()]


def assertion_fields(text: str) -> list[tuple[str, str]]:
    return [("client_assertion", text), ("client_assertion_type", CLIENT_ASSERTION_TYPE)]


def signed(algorithm: Algorithm = Algorithm.ES256, *, number: int = 0, **changed: Any) -> str:
    claims = {"iss": "shop", "sub": "shop", "aud": ISSUER, "jti": "1", "exp": NOW.timestamp() + 60} | changed
    header = claims.pop("header", {})
    present = {name: value for name, value in claims.items() if value is not None}
    prepared = prepare_jws({"alg": algorithm} | header, create_json(present))
    return prepared.attach(sign_with(private_key(algorithm, number), algorithm, prepared.data))


def verified(
    text: str, *keys: PublicJwk, client_id: str = "shop", now: datetime = NOW
) -> VerifiedClientAssertion:
    return verify_client_assertion(
        ClientAssertion(client_id, text),
        keys or [public_key(Algorithm.ES256)],
        audiences=(ISSUER, TOKEN_ENDPOINT),
        now=now,
        leeway=LEEWAY,
    )


@pytest.mark.parametrize(
    ("authorization", "fields", "expected"),
    [
        (basic("shop", "s3cret"), [], ClientSecretBasic("shop", "s3cret")),
        (basic("shop", "s3cret"), [SHOP], ClientSecretBasic("shop", "s3cret")),
        ([basic("shop", "s")[0].replace("Basic", "bAsIc")], [], ClientSecretBasic("shop", "s")),
        (basic("shop", ""), [], ClientSecretBasic("shop", "")),
        (basic("shop", "a:b"), [], ClientSecretBasic("shop", "a:b")),
        ([], [SHOP, ("client_secret", "s3cret")], ClientSecretPost("shop", "s3cret")),
        ([], [SHOP], PublicClient("shop")),
        ([], [SHOP, ("client_secret", "")], PublicClient("shop")),
        ([], [SHOP, *assertion_fields("a.b.c")], ClientAssertion("shop", "a.b.c")),
    ],
)
def test_7_04_each_way(
    authorization: list[str], fields: list[tuple[str, str]], expected: ClientAuthentication
) -> None:
    assert parse_client_authentication(authorization, fields) == expected


def test_7_04_the_names_of_the_ways_are_the_registered_ones() -> None:
    names = {"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}
    assert set(METHOD_NAMES.values()) == names


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), min_size=1), st.text())
def test_7_04_header_credentials_are_form_encoded_first(client_id: str, secret: str) -> None:
    """RFC 6749 section 2.3.1, which many clients forget."""
    encoded = basic(quote_plus(client_id), quote_plus(secret, errors="surrogatepass"))
    with contextlib.suppress(UnicodeEncodeError):
        secret.encode()
        assert parse_client_authentication(encoded, []) == ClientSecretBasic(client_id, secret)


def test_7_04_an_id_with_a_stray_percent_sign_is_taken_as_it_is() -> None:
    assert parse_client_authentication(basic("100%", "50%"), []) == ClientSecretBasic("100%", "50%")


def test_7_04_the_client_of_an_assertion_is_its_subject_when_nobody_else_names_it() -> None:
    text = signed()
    assert parse_client_authentication([], assertion_fields(text)) == ClientAssertion("shop", text)


@pytest.mark.parametrize(
    ("authorization", "fields"),
    [
        (basic("shop", "s"), [("client_secret", "s")]),
        (basic("shop", "s"), [SHOP, ("client_secret", "s")]),
        (basic("shop", "s"), assertion_fields("a.b.c")),
        ([], [SHOP, ("client_secret", "s"), *assertion_fields("a.b.c")]),
        ([], [SHOP, ("client_secret", "s"), ("client_assertion_type", CLIENT_ASSERTION_TYPE)]),
        (["Bearer x"], [SHOP, ("client_secret", "s")]),
    ],
)
def test_7_04_two_ways_at_once_are_an_invalid_request(
    authorization: list[str], fields: list[tuple[str, str]]
) -> None:
    with pytest.raises(SeveralAuthentications) as refused:
        parse_client_authentication(authorization, fields)
    assert refused.value.code == "invalid_request"


@pytest.mark.parametrize(
    ("authorization", "fields"),
    [
        ([], []),
        ([], [("client_secret", "s")]),
        (["Bearer abc"], []),
        (["Basic"], []),
        (["Basic !!!"], []),
        (["Basic " + base64.b64encode(b"shop").decode()], []),
        (["Basic " + base64.b64encode(b":s").decode()], []),
        (["Basic " + base64.b64encode(b"\xff:s").decode()], []),
        (["Basic " + base64.b64encode(b"sh\x00op:s").decode()], []),
        (["Basic " + "A" * 5000], []),
        ([*basic("shop", "s"), *basic("shop", "s")], []),
        (basic("shop", "s"), [("client_id", "other")]),
        ([], [SHOP, ("client_assertion", "a.b.c")]),
        ([], [SHOP, ("client_assertion_type", CLIENT_ASSERTION_TYPE)]),
        ([], [("client_assertion", "a.b.c"), ("client_assertion_type", "urn:saml2-bearer")]),
        ([], assertion_fields("a.b.c")),
        ([], assertion_fields(signed(sub=None))),
        ([], assertion_fields(signed(sub=""))),
    ],
)
def test_7_04_no_client_that_could_be_told(authorization: list[str], fields: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidClient) as refused:
        parse_client_authentication(authorization, fields)
    assert refused.value.code == "invalid_client"


def test_repeated_and_malformed_fields_are_invalid_requests() -> None:
    with pytest.raises(RepeatedParameter):
        parse_client_authentication([], [SHOP, SHOP])
    with pytest.raises(MalformedParameter):
        parse_client_authentication([], [("client_id", "a\u00a0")])


def test_secrets_are_not_shown() -> None:
    for found in (
        ClientSecretBasic("shop", "planted"),
        ClientSecretPost("shop", "planted"),
        ClientAssertion("shop", "planted"),
    ):
        assert "planted" not in repr(found)


@given(fields_with("client_id", "client_secret", "client_assertion", "client_assertion_type"), st.text())
def test_whatever_is_sent_is_read_or_refused(fields: list[tuple[str, str]], header: str) -> None:
    for authorization in ([], [header], [f"Basic {header}"]):
        with contextlib.suppress(ProtocolError):
            parse_client_authentication(authorization, fields)


@pytest.mark.parametrize("algorithm", [Algorithm.ES256, Algorithm.RS256, Algorithm.PS256, Algorithm.EDDSA])
@pytest.mark.parametrize("audience", [ISSUER, TOKEN_ENDPOINT])
def test_7_04_the_clients_own_assertion(algorithm: Algorithm, audience: str) -> None:
    key = public_key(algorithm)
    prepared = prepare_client_assertion(
        "shop", audience=audience, key=key, jti="1", issued_at=NOW, expires_at=NOW + timedelta(minutes=1)
    )
    text = prepared.attach(sign_with(private_key(algorithm), algorithm, prepared.data))
    found = verified(text, key)
    assert found.client_id == "shop"
    assert found.replay_until == NOW + timedelta(minutes=1) + LEEWAY


def test_7_04_an_assertion_is_known_again_and_no_other_is_taken_for_it() -> None:
    first = verified(signed())
    assert verified(signed(exp=NOW.timestamp() + 90)).replay_key == first.replay_key
    assert verified(signed(jti="2")).replay_key != first.replay_key
    other = verified(signed(iss="shop 1", sub="shop 1", jti="1"), client_id="shop 1")
    assert other.replay_key != verified(signed(jti="1 1")).replay_key


def named(algorithm: Algorithm, number: int, kid: str) -> PublicJwk:
    members = dict(public_key(algorithm, number).members)
    return parse_public_jwk(members | {"kid": kid})


def test_7_04_the_key_is_found_by_its_name_or_by_trying() -> None:
    keys = [named(Algorithm.ES256, 0, "old"), named(Algorithm.ES256, 1, "new")]
    for number, kid in enumerate(("old", "new")):
        assert verified(signed(number=number, header={"kid": kid}), *keys)
        assert verified(signed(number=number), *keys)
        assert verified(signed(number=number, header={"kid": "renamed"}), *keys)
    with pytest.raises(InvalidClientAssertion):
        verified(signed(number=0, header={"kid": "new"}), *keys)


@pytest.mark.parametrize(
    "text",
    [
        signed(aud="https://other.example"),
        signed(aud=[ISSUER, "https://other.example"]),
        signed(aud=[]),
        signed(aud=None),
        signed(aud=f"{ISSUER}/"),
        signed(iss="other"),
        signed(sub="other"),
        signed(iss=None),
        signed(exp=None),
        signed(exp=NOW.timestamp() - 30),
        signed(exp=NOW.timestamp() + 3600 + 31),
        signed(exp="soon"),
        signed(nbf=NOW.timestamp() + 31),
        signed(iat=NOW.timestamp() + 31),
        signed(jti=None),
        signed(jti=""),
        signed(jti=7),
        signed(jti="j" * 513),
        signed(number=1),
        signed(Algorithm.RS256),
        "a.b.c",
        "",
        ".".join(["eyJhbGciOiJub25lIn0", signed().split(".")[1], ""]),
    ],
    ids=[
        *("another-audience", "two-audiences", "no-audiences", "no-audience", "another-spelling"),
        *("another-issuer", "another-subject", "no-issuer", "no-end", "over", "too-long", "end-as-text"),
        *("not-yet", "from-the-future", "no-id", "empty-id", "number-as-id", "long-id", "another-key"),
        *("key-of-another-algorithm", "no-token", "empty", "unsigned"),
    ],
)
def test_7_04_assertions_that_prove_nothing(text: str) -> None:
    with pytest.raises(InvalidClientAssertion) as refused:
        verified(text)
    assert refused.value.code == "invalid_client"


def test_7_04_the_clocks_may_differ_by_the_leeway() -> None:
    assert verified(signed(exp=NOW.timestamp() - 29))
    assert verified(signed(iat=NOW.timestamp() + 30, nbf=NOW.timestamp() + 30))


def test_7_04_an_assertion_of_one_client_is_not_anothers() -> None:
    with pytest.raises(InvalidClientAssertion):
        verified(signed(), client_id="other")

"""What every key provider does, whatever holds the keys (requirements 6.08, 7.07)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from keys.certificates import CertificateSubject, create_authority, create_leaf, create_request
from keys.errors import PrivateKeyMissing
from keys.provider import KeyProvider
from keys.providers.file import FileProvider
from keys.providers.memory import MemoryProvider
from specs.jose import (
    Algorithm,
    InvalidSignature,
    PublicJwk,
    create_x5c,
    public_jwk_of,
    trust_anchors,
    verify_chain,
    verify_signature,
)
from tests.keys.rings import ISSUER, NOW

PROVIDERS: dict[str, Callable[[Path], KeyProvider]] = {
    "memory": lambda _: MemoryProvider(),
    "file": FileProvider,
}
ALGORITHMS = [one for one in Algorithm if one is not Algorithm.PS256]
SUBJECT = CertificateSubject("Trillium credential", ("localhost",), (ISSUER,))


@pytest.fixture(params=PROVIDERS)
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> KeyProvider:
    return PROVIDERS[request.param](tmp_path / "ring")


@pytest.mark.parametrize("algorithm", list(Algorithm))
async def test_a_signature_is_in_jws_form_and_verifies_with_the_public_key(
    provider: KeyProvider, algorithm: Algorithm
) -> None:
    jwk = provider.create_signing_key(algorithm)
    signer = provider.open_signer(jwk, ())

    signature = await signer.sign(b"data")

    assert signer.algorithm is jwk.algorithm is algorithm
    verify_signature(signer.public_jwk, signature, b"data")
    with pytest.raises(InvalidSignature):
        verify_signature(signer.public_jwk, signature, b"Data")


async def test_an_es256_signature_is_r_and_s_side_by_side(provider: KeyProvider) -> None:
    signer = provider.open_signer(provider.create_signing_key(Algorithm.ES256), ())

    assert {len(await signer.sign(bytes([i]))) for i in range(20)} == {64}


def test_the_key_id_is_the_thumbprint_and_the_chain_is_kept(provider: KeyProvider) -> None:
    jwk = provider.create_signing_key(Algorithm.ES256)
    signer = provider.open_signer(jwk, ("leaf", "intermediate"))

    assert signer.key_id == jwk.thumbprint == signer.public_jwk.thumbprint
    assert signer.certificate_chain == ("leaf", "intermediate")


def test_two_keys_are_never_the_same(provider: KeyProvider) -> None:
    made = {provider.create_signing_key(Algorithm.ES256).thumbprint for _ in range(10)}

    assert len(made) == 10


async def test_a_key_opened_twice_is_one_key(provider: KeyProvider) -> None:
    jwk = provider.create_signing_key(Algorithm.ES256)

    verify_signature(jwk, await provider.open_signer(jwk, ()).sign(b"1"), b"1")
    verify_signature(jwk, await provider.open_signer(jwk, ()).sign(b"2"), b"2")


async def test_agreement_gives_both_sides_one_secret(provider: KeyProvider) -> None:
    agreement = provider.open_agreement(provider.create_agreement_key())
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    ours = agreement.public_jwk.key
    assert isinstance(ours, ec.EllipticCurvePublicKey)

    shared = await agreement.agree(public_jwk_of(ephemeral.public_key()))

    assert shared == ephemeral.exchange(ec.ECDH(), ours)
    assert len(shared) == 32


@pytest.mark.parametrize("algorithm", [Algorithm.ES384, Algorithm.EDDSA])
async def test_agreement_refuses_a_key_on_another_curve(provider: KeyProvider, algorithm: Algorithm) -> None:
    agreement = provider.open_agreement(provider.create_agreement_key())

    with pytest.raises(ValueError, match="another curve"):
        await agreement.agree(MemoryProvider().create_signing_key(algorithm))


def test_a_secret_is_the_same_each_time_it_is_opened_and_different_from_others(
    provider: KeyProvider,
) -> None:
    provider.create_secret("nonce-1")
    provider.create_secret("nonce-2")
    first, again, other = (provider.open_secret(f"nonce-{n}", n) for n in (1, 1, 2))

    assert first.mac(b"x") == again.mac(b"x") != other.mac(b"x")
    assert first.derive("x") == again.derive("x") != other.derive("x")
    assert (first.version, other.version) == (1, 2)


def test_a_secret_is_never_overwritten(provider: KeyProvider) -> None:
    provider.create_secret("pairwise_subject-1")
    before = provider.open_secret("pairwise_subject-1", 1).mac(b"person")

    provider.create_secret("pairwise_subject-1")

    assert provider.open_secret("pairwise_subject-1", 1).mac(b"person") == before


def test_what_is_not_held_is_missing(provider: KeyProvider) -> None:
    stranger = MemoryProvider().create_signing_key(Algorithm.ES256)

    assert not provider.holds(stranger.thumbprint)
    assert not provider.holds("nonce-1")
    with pytest.raises(PrivateKeyMissing, match=stranger.thumbprint):
        provider.open_signer(stranger, ())
    with pytest.raises(PrivateKeyMissing):
        provider.open_agreement(stranger)
    with pytest.raises(PrivateKeyMissing):
        provider.open_secret("nonce-1", 1)
    with pytest.raises(PrivateKeyMissing):
        provider.sign_request(stranger.thumbprint, create_request(SUBJECT))


def test_destroyed_is_gone_and_destroying_twice_is_harmless(provider: KeyProvider) -> None:
    jwk = provider.create_signing_key(Algorithm.ES256)
    provider.create_secret("nonce-1")
    assert provider.holds(jwk.thumbprint)
    assert provider.holds("nonce-1")

    for key_id in (jwk.thumbprint, "nonce-1", "nonce-1"):
        provider.destroy(key_id)

    assert not provider.holds(jwk.thumbprint)
    assert not provider.holds("nonce-1")
    with pytest.raises(PrivateKeyMissing):
        provider.open_signer(jwk, ())


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_development_chain_verifies_whatever_the_algorithm_of_the_leaf(
    provider: KeyProvider, algorithm: Algorithm
) -> None:
    authority = make_authority(provider)
    leaf = provider.create_signing_key(algorithm)
    builder = create_leaf(leaf.key, SUBJECT, authority, serial=2, now=NOW)
    certificate = provider.sign_certificate(authority_key(authority).thumbprint, builder)

    chain = verify_chain([certificate], trust_anchors([authority]), now=NOW)

    assert chain.key == leaf
    assert chain.san_uris == (ISSUER,)
    assert len(create_x5c([certificate])) == 1


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_request_is_signed_by_its_own_key(provider: KeyProvider, algorithm: Algorithm) -> None:
    jwk = provider.create_signing_key(algorithm)

    request = provider.sign_request(jwk.thumbprint, create_request(SUBJECT))

    assert request.is_signature_valid
    assert public_jwk_of(request.public_key()) == jwk


def make_authority(provider: KeyProvider) -> x509.Certificate:
    key = provider.create_signing_key(Algorithm.ES256)
    builder = create_authority(key.key, label="test", serial=1, now=NOW - timedelta(days=1))
    return provider.sign_certificate(key.thumbprint, builder)


def authority_key(certificate: x509.Certificate) -> PublicJwk:
    return public_jwk_of(certificate.public_key())

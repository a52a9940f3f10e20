"""What each key is for (decisions: Keys; requirement 7.07)."""

from keys.purposes import ALIASES, RULES, KeyKind, KeyPurpose


def of_kind(kind: KeyKind) -> set[KeyPurpose]:
    return {purpose for purpose, rules in RULES.items() if rules.kind is kind}


def test_every_purpose_has_rules() -> None:
    assert set(RULES) == set(KeyPurpose)


def test_secrets_and_agreement_keys_are_told_from_signing_keys() -> None:
    assert of_kind(KeyKind.AGREEMENT) == {KeyPurpose.REQUEST_DECRYPTION}
    assert of_kind(KeyKind.SECRET) == {
        KeyPurpose.AUDIT,
        KeyPurpose.WRAPPING,
        KeyPurpose.SESSION,
        KeyPurpose.NONCE,
        KeyPurpose.INDEX_PERMUTATION,
        KeyPurpose.PAIRWISE_SUBJECT,
    }


def test_keys_whose_chain_travels_with_the_signature_need_one() -> None:
    """6.08, 3.05, 6.03, 4.27: credentials, lists, metadata, request objects, wallet attestations."""
    assert {purpose for purpose, rules in RULES.items() if rules.certificate} == {
        KeyPurpose.CREDENTIAL,
        KeyPurpose.STATUS_LIST,
        KeyPurpose.METADATA,
        KeyPurpose.REQUEST_OBJECT,
        KeyPurpose.WALLET_ATTESTATION,
    }


def test_two_secrets_never_rotate() -> None:
    """A new one would change every `sub` and every index."""
    assert {purpose for purpose, rules in RULES.items() if not rules.rotates} == {
        KeyPurpose.INDEX_PERMUTATION,
        KeyPurpose.PAIRWISE_SUBJECT,
    }


def test_only_status_lists_have_a_stand_in() -> None:
    assert dict(ALIASES) == {KeyPurpose.STATUS_LIST: KeyPurpose.CREDENTIAL}


def test_a_key_that_is_fetched_is_published_longer_before_its_use_than_one_that_travels() -> None:
    """7.07: new key published before first use."""
    for rules in RULES.values():
        assert rules.lead.total_seconds() >= 10
        if rules.kind is not KeyKind.SECRET and not rules.certificate:
            assert rules.lead.total_seconds() >= 600


def test_receipts_can_be_checked_years_later() -> None:
    assert RULES[KeyPurpose.RECEIPT].retention.days >= 3650

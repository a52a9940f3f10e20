"""Who of a list of trusted entities can stand in a list of ours, and why the others cannot."""

from collections.abc import Mapping
from typing import Any

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from specs.encoding import create_json
from tests.specs.jose.certificates import CA, LEAF, Wish, self_signed
from tests.specs.oauth.strategies import VALUES
from tests.trillium.trust_list.lotes import (
    DAY,
    NOTIFIED,
    PID,
    PID_REVOCATION,
    PUB_EAA,
    PUB_EAA_LIST,
    WITHDRAWN,
    WRPAC,
    WRPAC_LIST,
    around,
    document,
    entity,
    moment,
    service,
    words,
)
from tests.verifier.issuing import ISSUER, NOW, authority
from trillium.runtime.trust_list import (
    LoteChoice,
    ServiceKind,
    TrustListError,
    choose,
    create_draft,
    parse_lote,
)
from trillium.runtime.trust_list.errors import BadDraft, NothingToImport, UndecidedLote

OTHER = "https://other.example/cards"
CERTIFICATE = authority("issuer").certificate


def chosen(
    members: Mapping[str, Any],
    *,
    kind: ServiceKind | None = None,
    identifiers: Mapping[str, str] | None = None,
) -> LoteChoice:
    lote = parse_lote(create_json(dict(members)))
    return choose(lote, kind=kind, identifiers=identifiers or {}, now=NOW)


def reasons(choice: LoteChoice) -> list[str]:
    return [one.reason for one in choice.left_out]


def certificate(wish: Wish = CA, name: str = "An authority", **changed: Any) -> x509.Certificate:
    return self_signed(around(wish.but(name=name)).but(**changed)).certificate


def test_an_issuer_that_is_granted() -> None:
    choice = chosen(document())
    [one] = choice.taken
    assert (one.issuer, one.names) == (ISSUER, {"en-CA": "Ministry", "fr-CA": "Ministère"})
    assert one.anchors == (CERTIFICATE,)
    assert (choice.kind, choice.left_out) == (ServiceKind.PID, ())


@pytest.mark.parametrize(
    ("kind", "list_type", "status", "reason"),
    [
        (PID, None, None, "no_status"),
        (PID, PUB_EAA_LIST, None, "no_status"),
        (PUB_EAA, PUB_EAA_LIST, None, "no_status"),
        (PUB_EAA, PUB_EAA_LIST, WITHDRAWN, "not_granted"),
        (PUB_EAA, PUB_EAA_LIST, NOTIFIED + "x", "not_granted"),
        (PUB_EAA, PUB_EAA_LIST, NOTIFIED.upper(), "not_granted"),
        (PID_REVOCATION, ..., None, "status_list_service"),
        ("http://uri.etsi.org/19602/SvcType/WalletSolution/Issuance", ..., None, "unknown_service_type"),
        (PID + "/", ..., None, "unknown_service_type"),
        (None, ..., None, "unknown_service_type"),
    ],
)
def test_a_service_that_is_not_granted(
    kind: str | None, list_type: Any, status: str | None, reason: str
) -> None:
    changes: dict[str, Any] = (
        {} if list_type is ... else {"LoTEType": ... if list_type is None else list_type}
    )
    listed = entity(service(ServiceTypeIdentifier=kind, ServiceStatus=status))
    choice = chosen(document(listed, **changes))
    assert (choice.taken, reasons(choice)) == ((), [reason])
    [left] = choice.left_out
    assert left.entity == "Ministry"
    assert left.what == (kind or "?")


def test_a_status_that_has_not_begun() -> None:
    for begins, granted in ((NOW, True), (NOW + DAY, False)):
        listed = service(PUB_EAA, ServiceStatus=NOTIFIED, StatusStartingTime=moment(begins))
        choice = chosen(document(entity(listed), LoTEType=PUB_EAA_LIST))
        assert bool(choice.taken) is granted
        assert reasons(choice) == ([] if granted else ["not_granted_yet"])


def test_a_certificate_that_was_withdrawn_comes_back_by_no_other_entry() -> None:
    good = certificate()
    withdrawn = entity(service(PUB_EAA, CERTIFICATE, ServiceStatus=WITHDRAWN), name="Gone")
    again = entity(service(PUB_EAA, CERTIFICATE, good, ServiceStatus=NOTIFIED), name="There")
    choice = chosen(document(withdrawn, again, LoTEType=PUB_EAA_LIST))
    assert [one.anchors for one in choice.taken] == [(good,)]
    assert reasons(choice) == ["not_granted", "refused_elsewhere"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (certificate(LEAF), "not_an_authority"),
        (certificate(key_usage=None), "not_an_authority"),
        (certificate(constraints=None), "not_an_authority"),
        (certificate(not_before=NOW - 9 * DAY, not_after=NOW - DAY), "expired"),
        (certificate(not_before=NOW + DAY), "not_valid_yet"),
        (
            certificate(more=((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b""), True),)),
            "unusable_authority",
        ),
    ],
    ids=["leaf", "no-usage", "no-constraints", "expired", "not-begun", "critical-extension"],
)
def test_a_certificate_that_cannot_stand_above_others(bad: x509.Certificate, reason: str) -> None:
    choice = chosen(document(entity(service(PID, bad, CERTIFICATE))))
    assert [one.anchors for one in choice.taken] == [(CERTIFICATE,)]
    [left] = choice.left_out
    assert (left.what, left.reason) == ("certificate", reason)
    assert left.detail.startswith("CN=An authority, until 20")
    alone = chosen(document(entity(service(PID, bad))))
    assert (alone.taken, reasons(alone)) == ((), [reason, "no_authority_left"])


@pytest.mark.parametrize("text", ["AAAA", "!", "MII=", "x" * 9000])
def test_what_is_no_certificate(text: str) -> None:
    listed = service(ServiceDigitalIdentity={"X509Certificates": [{"val": text}]})
    choice = chosen(document(entity(listed)))
    assert (choice.taken, reasons(choice)) == ((), ["no_certificate", "no_authority_left"])
    for identity in ({}, {"X509SubjectNames": ["CN=x"]}):
        without = chosen(document(entity(service(ServiceDigitalIdentity=identity))))
        assert reasons(without) == ["no_authority_left"]


def test_services_of_one_entity_are_one_issuer() -> None:
    second = certificate()
    choice = chosen(document(entity(service(), service(PID, second, CERTIFICATE, ServiceSupplyPoints=None))))
    [one] = choice.taken
    assert one.anchors == (CERTIFICATE, second)


def test_more_authorities_than_a_list_of_ours_holds() -> None:
    many = [certificate(name=str(number)) for number in range(33)]
    listed = entity(service(PID, *many[:20]), service(PID, *many[20:]))
    choice = chosen(document(listed))
    assert (choice.taken, reasons(choice)) == ((), ["too_many_authorities"])


def test_several_kinds_are_for_the_operator_to_decide() -> None:
    mixed = document(
        entity(service(PID), service(PUB_EAA, certificate(), ServiceStatus=NOTIFIED)),
        entity(service(WRPAC), name="Access"),
    )
    with pytest.raises(UndecidedLote):
        chosen(mixed)
    choice = chosen(mixed, kind=ServiceKind.PUB_EAA)
    assert len(choice.taken) == 1
    assert reasons(choice) == ["other_kind", "other_kind"]


def test_authorities_of_verifiers_need_no_identifier() -> None:
    listed = entity(service(WRPAC, ServiceSupplyPoints=None))
    [one] = chosen(document(listed, LoTEType=WRPAC_LIST)).taken
    assert (one.issuer, one.anchors) == (None, (CERTIFICATE,))


@pytest.mark.parametrize(
    ("points", "said", "expected", "reason"),
    [
        ([ISSUER], {}, ISSUER, None),
        ([ISSUER], {"Ministry": OTHER}, OTHER, None),
        ([], {"Ministère": OTHER}, OTHER, None),
        ([], {}, None, "no_identifier"),
        ([], {"ministry": OTHER}, None, "no_identifier"),
        ([ISSUER, OTHER], {}, None, "several_identifiers"),
        ([], {"Ministry": ISSUER, "Ministère": OTHER}, None, "several_identifiers"),
        (["http://issuer.example"], {}, None, "no_identifier"),
        (["https://issuer.example?x=1"], {}, None, "no_identifier"),
        (["urn:issuer"], {}, None, "no_identifier"),
    ],
)
def test_what_an_issuer_is_called(
    points: list[str], said: dict[str, str], expected: str | None, reason: str | None
) -> None:
    listed = service(ServiceSupplyPoints=[{"uriValue": one} for one in points])
    choice = chosen(document(entity(listed)), identifiers=said)
    assert [one.issuer for one in choice.taken] == ([expected] if expected else [])
    assert reasons(choice) == ([reason] if reason else [])


def test_two_under_one_identifier_are_neither() -> None:
    """Nobody says which of them the credentials are of."""
    second = entity(service(PID, certificate()), name="Another", TEName=[words("Another")])
    choice = chosen(document(entity(), second))
    assert (choice.taken, reasons(choice)) == ((), ["identifier_twice"] * 2)


def test_two_of_the_same_name_are_not_told_apart_by_it() -> None:
    nameless: dict[str, Any] = {"ServiceSupplyPoints": None}
    pair = (entity(service(**nameless)), entity(service(PID, certificate(), **nameless)))
    choice = chosen(document(*pair), identifiers={"Ministry": ISSUER})
    assert (choice.taken, reasons(choice)) == ((), ["name_twice"] * 2)
    # Not even when one of them is out already: it may be the one that was meant.
    gone = entity(service(PID, certificate(LEAF)), name="Ministère")
    choice = chosen(
        document(gone, entity(service(), TEName=[words("Ministère")])), identifiers={"Ministère": ISSUER}
    )
    assert (choice.taken, reasons(choice)[-1]) == ((), "name_twice")


def test_names_that_would_do_something_on_a_screen() -> None:
    hostile = [
        words("Mini\x1b[31mstry\u202e\n", "en-GB"),
        words("Second", "en"),
        words("x" * 2000, "de"),
        words("Nobody", "<b>"),
        words("\u200b", "es"),
    ]
    choice = chosen(document(entity(TEName=hostile)))
    [one] = choice.taken
    assert set(one.names) == {"en-CA", "de"}
    assert one.names["en-CA"] == "Mini[31mstry"
    assert len(one.names["de"]) == 200


def draft_of(members: Mapping[str, Any], **changed: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "list_id": "urn:test:list",
        "types": ["photo-card", "licence/2", "photo-card"],
        "vct_base": "https://types.example",
        "ends": NOW + 30 * DAY,
        "now": NOW,
    } | changed
    return create_draft(chosen(members), **arguments)


def test_the_draft_ends_with_the_list_that_it_was_taken_from() -> None:
    draft = draft_of(document())
    until = (NOW + 30 * DAY).isoformat()
    assert (draft["id"], draft["valid_days"]) == ("urn:test:list", 30)
    [one] = draft["issuers"]
    assert one["types"] == [{"type": name, "valid_until": until} for name in ("photo-card", "licence/2")]
    assert (one["issuer"], one["mechanism"], one["status"]) == (ISSUER, "x5c", "granted")
    assert x509.load_pem_x509_certificates(one["anchors"].encode()) == [CERTIFICATE]
    assert draft_of(document(), ends=NOW + 800 * DAY)["valid_days"] == 90
    assert draft_of(document(), ends=NOW + DAY / 2)["valid_days"] == 1
    listed = document(entity(service(WRPAC)), LoTEType=WRPAC_LIST)
    [verifier] = draft_of(listed, types=[])["verifiers"]
    assert verifier["valid_until"] == until


def test_a_draft_of_nobody_is_none() -> None:
    with pytest.raises(NothingToImport):
        draft_of(document(LoTEType=...))
    with pytest.raises(BadDraft):
        draft_of(document(), vct_base="")


def test_a_subject_that_looks_like_a_certificate_adds_none_to_the_draft() -> None:
    listed = certificate(name="x\n-----BEGIN CERTIFICATE-----\nMIIB")
    [one] = draft_of(document(entity(service(PID, listed))))["issuers"]
    assert x509.load_pem_x509_certificates(one["anchors"].encode()) == [listed]


@settings(max_examples=200)
@given(st.data())
def test_whatever_stands_in_a_service_nothing_else_is_raised(data: st.DataObject) -> None:
    listed = service()
    about = listed["ServiceInformation"]
    about[data.draw(st.sampled_from(sorted(about)))] = data.draw(VALUES | st.text())
    try:
        chosen(document(entity(listed)))
    except TrustListError:
        return

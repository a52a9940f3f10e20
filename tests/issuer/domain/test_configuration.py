"""Requirement 2.28: the files of a credential type agree, and what is served is what was checked."""

import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime

import pytest

from issuer.domain.configuration import CredentialConfiguration, build_configurations
from issuer.domain.offer import ConfigurationId
from issuer.domain.problems import BadCredentialTypes
from specs.sd_jwt_vc import TypeReference, create_integrity, resolve_type_metadata, verify_integrity
from tests.issuer.domain.type_folders import (
    VCT_BASE,
    Files,
    Members,
    changed,
    claim,
    duplicate,
    shipped,
    shipped_folders,
    without,
)

PHOTO_CARD = ConfigurationId("photo-card")


def problems(folders: dict[str, Files]) -> list[str]:
    with pytest.raises(BadCredentialTypes) as caught:
        build_configurations(folders, vct_base=VCT_BASE).require_all()
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def photo_card() -> CredentialConfiguration:
    return shipped()[PHOTO_CARD]


def test_2_28_vct_is_base_type_and_version(photo_card: CredentialConfiguration) -> None:
    assert photo_card.vct == f"{VCT_BASE}/photo-card/1"
    assert photo_card.metadata.vct == photo_card.vct


def test_2_28_integrity_is_that_of_the_octets_served(photo_card: CredentialConfiguration) -> None:
    verify_integrity(photo_card.type_metadata, photo_card.vct_integrity)
    assert photo_card.vct_integrity == create_integrity(photo_card.type_metadata)
    reference = TypeReference(photo_card.vct, photo_card.vct_integrity)
    served = resolve_type_metadata(reference, {photo_card.vct: photo_card.type_metadata})
    assert served == photo_card.metadata


def test_2_28_the_octets_served_are_the_same_at_every_start() -> None:
    first, second = shipped(), shipped()

    assert [one.type_metadata for one in first.values()] == [one.type_metadata for one in second.values()]


def test_2_28_the_document_served_is_the_file_with_vct_and_pictures_put_in(
    photo_card: CredentialConfiguration,
) -> None:
    files = shipped_folders()["photo-card"]
    served = json.loads(photo_card.type_metadata)

    for display in served["display"]:
        rendering = display["rendering"]
        for picture in (rendering["simple"]["logo"], *rendering["svg_templates"]):
            data = b64decode(picture["uri"].partition(";base64,")[2])
            assert picture.pop("uri#integrity") == create_integrity(data)
            picture["uri"] = next(name for name, octets in files.items() if octets == data)
    assert served == {"vct": photo_card.vct, **json.loads(files["type-metadata.json"])}


def test_2_28_another_deployment_has_another_vct_and_integrity(photo_card: CredentialConfiguration) -> None:
    other = build_configurations(shipped_folders(), vct_base="https://other.example/types").require_all()[
        PHOTO_CARD
    ]

    assert other.vct == "https://other.example/types/photo-card/1"
    assert other.vct_integrity != photo_card.vct_integrity


def test_2_02_a_new_version_is_a_new_vct() -> None:
    folders = changed("photo-card", "type.json", lambda members: members.update(version="2"))

    assert (
        build_configurations(folders, vct_base=VCT_BASE)
        .require_all()[PHOTO_CARD]
        .vct.endswith("/photo-card/2")
    )


def test_times_are_whole_days(photo_card: CredentialConfiguration) -> None:
    period = photo_card.validity_at(datetime(2026, 11, 22, 15, 30, tzinfo=UTC))

    assert period.issued_at == datetime(2026, 11, 22, tzinfo=UTC)
    assert period.expires_at == datetime(2027, 5, 22, tzinfo=UTC)


def test_claims_are_looked_for_where_nothing_is_below_them(photo_card: CredentialConfiguration) -> None:
    assert ("address", "locality") in photo_card.claim_paths
    assert ("address",) not in photo_card.claim_paths
    assert len(photo_card.claim_paths) == 25


def test_a_configuration_does_not_change(photo_card: CredentialConfiguration) -> None:
    with pytest.raises(FrozenInstanceError):
        photo_card.vct = "other"  # type: ignore[misc]


def test_a_new_folder_is_a_new_type() -> None:
    folders = {**shipped_folders(), "library-card": shipped_folders()["proof-of-age"]}
    files = json.loads(folders["library-card"]["type.json"])
    folders["library-card"] = {
        **folders["library-card"],
        "type.json": json.dumps({**files, "scope": "library-card"}).encode(),
    }

    assert "library-card" in build_configurations(folders, vct_base=VCT_BASE).require_all()


Change = Callable[[Members], object]


def bad_type(member: str, value: object) -> Change:
    return lambda members: members.update({member: value})


TYPE_DEFECTS: list[tuple[str, Change]] = [
    ("version: String should match", bad_type("version", "1.0")),
    ("version: Input should be a valid string", bad_type("version", 1)),
    ("scope: String should match", bad_type("scope", "photo card")),
    ("scope: Field required", lambda members: members.pop("scope")),
    ("identity: Input should be a valid boolean", bad_type("identity", "yes")),
    ("validity_days: Input should be greater", bad_type("validity_days", 0)),
    ("batch_size: Input should be a valid integer", bad_type("batch_size", 10.5)),
    ("status_bits: must be 1, 2, 4 or 8", bad_type("status_bits", 3)),
    ("issuer_key: Input should be 'x5c' or 'kid'", bad_type("issuer_key", "did")),
    ("haip: HAIP requires x5c", bad_type("issuer_key", "kid")),
    ("offline: a credential for QR codes has no room", bad_type("offline", True)),
    ("disclosure: Extra inputs are not permitted", bad_type("disclosure", [])),
    (
        "holder_key.proof_algorithms[0]: Input should be",
        lambda m: m["holder_key"].update(proof_algorithms=["HS256"]),
    ),
    (
        "holder_key.proof_algorithms: Tuple should have at least",
        lambda m: m["holder_key"].update(proof_algorithms=[]),
    ),
    (
        "disclosable: given_name is missing; it is sd: always",
        lambda m: m["disclosable"].remove(["given_name"]),
    ),
    ("disclosable: issuing_country is sd: never", lambda m: m["disclosable"].append(["issuing_country"])),
    ("disclosable: nickname is not in", lambda m: m["disclosable"].append(["nickname"])),
    ("disclosable: names a path twice", lambda m: m["disclosable"].append(["sex"])),
    ("disclosable[21][1]: Input should be a valid string", lambda m: m["disclosable"].append(["a", 1])),
    ("decoys: the top level has optional claims and needs a total of at least 7", bad_type("decoys", [])),
    ("decoys: the top level can have 7 digests of its own", lambda m: m["decoys"][0].update(digests=6)),
    (
        "decoys: sex has nothing that can be withheld",
        lambda m: m["decoys"].append({"path": ["sex"], "digests": 2}),
    ),
    ("decoys: names a path twice", lambda m: m["decoys"].append({"path": [], "digests": 9})),
    ("decoys[0].digests: Input should be greater", lambda m: m["decoys"][0].update(digests=0)),
    (
        "fixed_claims.issuing_country: does not fit",
        lambda m: m["fixed_claims"].update(issuing_country="Canada"),
    ),
    ("fixed_claims.motto: is not in", lambda m: m["fixed_claims"].update(motto="x")),
    ("document_number_prefix: goes together", bad_type("document_number_prefix", None)),
]


@pytest.mark.parametrize(("expected", "change"), TYPE_DEFECTS, ids=[text for text, _ in TYPE_DEFECTS])
def test_2_28_a_defect_in_type_json_is_named(expected: str, change: Change) -> None:
    found = problems(changed("photo-card", "type.json", change))

    assert any(problem.startswith(f"photo-card/type.json: {expected}") for problem in found), found


METADATA_DEFECTS: list[tuple[str, Change]] = [
    ("vct: leave it out", bad_type("vct", "https://example.com")),
    ("extends: a type of ours stands alone", bad_type("extends", "https://example.com")),
    ("display: needs one entry for fr-CA", lambda m: m["display"].pop()),
    ("display: needs one entry for en-CA", lambda m: duplicate(m["display"])),
    ("display: de is not one of", lambda m: duplicate(m["display"], locale="de")),
    ("display[0].description: is missing", lambda m: m["display"][0].pop("description")),
    ("display[1].name is missing", lambda m: m["display"][1].update(name="")),
    ("claims[0].display: needs one entry for fr-CA", lambda m: m["claims"][0]["display"].pop()),
    (
        "claims[0].display[1].description: is missing",
        lambda m: m["claims"][0]["display"][1].pop("description"),
    ),
    ("claims[0].sd: say always or never", lambda m: m["claims"][0].pop("sd")),
    ("claims[0].sd: say always or never", lambda m: m["claims"][0].update(sd="allowed")),
    ("claims[0].sd is none of always", lambda m: m["claims"][0].update(sd="perhaps")),
    ("claims[0].path: not a non-empty array", lambda m: m["claims"][0].update(path=[])),
    ("claims[28].path: use names and null", lambda m: duplicate(m["claims"], path=["sex", 0])),
    ("claims[28].path: nothing provides nickname", lambda m: duplicate(m["claims"], path=["nickname"])),
    ("claims[28].path: has a name that SD-JWT reserves", lambda m: duplicate(m["claims"], path=["_sd"])),
    ("two entries for the path family_name", lambda m: duplicate(m["claims"])),
]
NEVER_DISCLOSABLE = ["iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "aka_vcts", "status"]


@pytest.mark.parametrize(("expected", "change"), METADATA_DEFECTS, ids=[text for text, _ in METADATA_DEFECTS])
def test_2_28_a_defect_in_type_metadata_json_is_named(expected: str, change: Change) -> None:
    found = problems(changed("photo-card", "type-metadata.json", change))

    assert any(problem.startswith(f"photo-card/type-metadata.json: {expected}") for problem in found), found


@pytest.mark.parametrize("name", NEVER_DISCLOSABLE)
def test_2_03_a_type_that_describes_a_claim_which_is_never_disclosable_is_refused(name: str) -> None:
    found = problems(
        changed("photo-card", "type-metadata.json", lambda m: duplicate(m["claims"], path=[name]))
    )

    assert f"photo-card/type-metadata.json: claims[28].path: {name} is not for a type to describe" in found


SCHEMA_DEFECTS: list[tuple[str, Change]] = [
    ("$schema: must be https://json-schema.org/draft/2020-12/schema", lambda m: m.pop("$schema")),
    ("$.properties.sex.enum: 'F' is not of type 'array'", lambda m: m["properties"]["sex"].update(enum="F")),
    ("type: must be object", bad_type("type", "array")),
    ("additionalProperties: an object must say", lambda m: m.pop("additionalProperties")),
    ("address: an object must say", lambda m: m["properties"]["address"].pop("additionalProperties")),
    ("sex: write the schema out instead of", lambda m: m["properties"].update(sex={"$ref": "#/$defs/sex"})),
    ("sex: write the schema out as an object", lambda m: m["properties"].update(sex=True)),
    ("nickname: is not in type-metadata.json", lambda m: m["properties"].update(nickname={"type": "string"})),
    ("sex: is in type-metadata.json and not here", lambda m: m["properties"].pop("sex")),
    ("sex: is required here and not mandatory", lambda m: m["required"].append("sex")),
    ("birthdate: is mandatory in type-metadata.json and not", lambda m: m["required"].remove("birthdate")),
]


@pytest.mark.parametrize(("expected", "change"), SCHEMA_DEFECTS, ids=[text for text, _ in SCHEMA_DEFECTS])
def test_2_28_a_defect_in_the_schema_is_named(expected: str, change: Change) -> None:
    found = problems(changed("photo-card", "claims.schema.json", change))

    assert any(problem.startswith(f"photo-card/claims.schema.json: {expected}") for problem in found), found


def test_2_28_mandatory_claims_of_the_metadata_are_required_by_the_schema() -> None:
    found = problems(
        changed("photo-card", "type-metadata.json", lambda m: claim(m, "sex").update(mandatory=True))
    )

    assert found == [
        "photo-card/claims.schema.json: sex: is mandatory in type-metadata.json and not always required here"
    ]


def test_2_28_a_part_that_is_required_of_an_optional_claim_is_not_mandatory() -> None:
    """Mandatory would mean that everybody has an address (SD-JWT VC section 5.6.3)."""
    folders = changed(
        "photo-card", "claims.schema.json", lambda m: m["properties"]["address"].update(required=["country"])
    )

    assert build_configurations(folders, vct_base=VCT_BASE).require_all()


def test_2_28_a_claim_that_the_metadata_forgets_is_missed_everywhere() -> None:
    found = problems(changed("photo-card", "type-metadata.json", lambda m: without(m, "sex")))

    assert found == [
        "photo-card/type.json: disclosable: sex is not in type-metadata.json",
        "photo-card/claims.schema.json: sex: is not in type-metadata.json",
    ]


@pytest.mark.parametrize("file", ["type.json", "type-metadata.json", "claims.schema.json"])
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"{", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b'{"a":1,"a":2}', "two members of one name"),
        (b"[]", "not an object"),
        (b" " * 300_000, "too large"),
    ],
    ids=["not closed", "not UTF-8", "duplicate member", "array", "too large"],
)
def test_2_28_a_file_that_is_no_json_object_is_named(file: str, data: bytes, why: str) -> None:
    folders = {"photo-card": {**shipped_folders()["photo-card"], file: data}}

    (found,) = problems(folders)
    assert found.startswith(f"photo-card/{file}: ")
    assert why in found


def test_2_28_missing_files_are_named_and_other_files_left_alone() -> None:
    files = {**shipped_folders()["photo-card"], "notes.txt": b"x"}
    assert build_configurations({"photo-card": files}, vct_base=VCT_BASE).require_all()
    del files["type.json"], files["claims.schema.json"]

    assert problems({"photo-card": files}) == [
        "photo-card/type.json: the file is missing",
        "photo-card/claims.schema.json: the file is missing",
    ]


@pytest.mark.parametrize(
    "name", ["Photo-Card", "photo card", "-photo", "photo-", "1card", "../card", "photo/card", ""]
)
def test_2_28_a_folder_whose_name_does_not_fit_into_a_url_is_refused(name: str) -> None:
    (found,) = problems({name: shipped_folders()["photo-card"]})

    assert found.endswith("the name of the folder is not of lower-case words and hyphens")


def test_4_06_two_types_cannot_share_a_scope() -> None:
    """The type that is called like the scope keeps it, whatever the other one is called."""
    folders = {**shipped_folders(), "copy": shipped_folders()["photo-card"]}

    assert problems(folders) == ["copy/type.json: scope: is the scope of photo-card already"]
    assert "photo-card" in build_configurations(folders, vct_base=VCT_BASE).good


def test_a_type_that_is_wrong_stops_that_type_and_no_other() -> None:
    folders = {**shipped_folders(), **changed("photo-card", "type.json", lambda m: m.pop("scope"))}
    built = build_configurations(folders, vct_base=VCT_BASE)

    assert "photo-card" not in built.good
    assert "proof-of-age" in built.good
    assert [problem.type_name for problem in built.problems] == ["photo-card"]
    assert built.problems_of("photo-card") == built.problems
    assert built.problems_of("proof-of-age") == ()


def test_2_28_all_problems_of_all_folders_are_reported_at_once() -> None:
    folders = {
        **changed("photo-card", "type.json", lambda m: (m.update(version="x"), m.update(batch_size=0))),
        **changed("proof-of-age", "type-metadata.json", lambda m: m["display"].pop()),
        "empty": {},
    }

    found = problems(folders)
    assert [problem.partition(":")[0] for problem in found] == [
        "empty/type.json",
        "empty/type-metadata.json",
        "empty/claims.schema.json",
        "photo-card/type.json",
        "photo-card/type.json",
        "proof-of-age/type-metadata.json",
    ]


def test_without_types_there_is_nothing_to_issue() -> None:
    assert problems({}) == ["there is no credential type"]


@pytest.mark.parametrize("vct_base", ["", "https://issuer.example.com/types/"])
def test_a_base_that_would_make_another_vct_is_our_own_mistake(vct_base: str) -> None:
    with pytest.raises(ValueError, match="slash"):
        build_configurations(shipped_folders(), vct_base=vct_base)

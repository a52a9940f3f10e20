"""A preset with everything that a page may have to say: alternatives, a wish, retention, evidence."""

import json
from pathlib import Path
from typing import Any, Final

ID: Final = "everything"
TEXT: Final = {
    "en-CA": "Rent a <b>canoe</b> until Sunday.",
    "fr-CA": "Louer un <b>canot</b> jusqu’à dimanche.",
}
AGREEMENT: Final = {"type": "ca.on.trillium.consent", "text": TEXT}
_CLAIMS: Final = {
    "name": ["given_name"],
    "family": ["family_name"],
    "street": ["address", "street_address"],
    "region": ["address", "region"],
    "own": ["com.example.canoe", "colour"],
}


def _credential(name: str, vct: str, *claims: str) -> dict[str, Any]:
    return {
        "id": name,
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [vct]},
        "claims": [
            {"id": claim, "path": _CLAIMS[claim]} | ({"values": ["ON", "QC"]} if claim == "region" else {})
            for claim in claims
        ],
    }


def _texts(english: str, french: str) -> dict[str, str]:
    return {"en-CA": english, "fr-CA": french}


def write_long_preset(folder: Path) -> Path:
    """The folder of presets that has only this one."""
    card = _credential("photo_card", "photo-card", "name", "family", "street", "region", "own")
    card["claim_sets"] = [["name", "family", "street", "own"], ["name", "family", "region"]]
    age = _credential("proof_of_age", "proof-of-age")
    age["claims"] = [{"path": ["age_equal_or_over", "19"], "values": [True]}]
    colour = {"path": _CLAIMS["own"], "purposes": _texts("The canoe", "Le canot")}
    preset = {
        "names": _texts("Everything", "Tout"),
        "purposes": _texts("To rent you a canoe.", "Vous louer un canot, l'été."),
        "subject_mode": "ephemeral",
        "status_max_age": {"sandbox": 0, "production": 60},
        "needs": ["name", "address", "age", colour],
        "retention": {"days": 30, "purposes": _texts("To find the canoe again.", "Retrouver le canot.")},
        "evidence": {"days": 1, "purposes": _texts("In case of a dispute.", "En cas de litige.")},
        "query": {
            "credentials": [card, age],
            "credential_sets": [
                {"options": [["photo_card"]]},
                {"options": [["proof_of_age"]], "required": False},
            ],
        },
    }
    folder.mkdir(parents=True)
    (folder / f"{ID}.json").write_text(json.dumps(preset))
    return folder

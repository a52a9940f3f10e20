"""What claims and credentials are called on a page: in English and in French, never a value.

The names are those of Ontario's types; a claim that is not here is shown by its path, so that nothing that is
asked for stays out of sight.
"""

from collections.abc import Mapping, Sequence
from typing import Final

PathPart = str | int | None

_CLAIMS: Final[Mapping[str, tuple[str, str]]] = {
    "family_name": ("Family name", "Nom de famille"),
    "given_name": ("Given name", "Prénom"),
    "birth_family_name": ("Family name at birth", "Nom de famille à la naissance"),
    "birthdate": ("Date of birth", "Date de naissance"),
    "sex": ("Sex", "Sexe"),
    "portrait": ("Portrait", "Portrait"),
    "portrait_digest": ("Portrait digest", "Empreinte du portrait"),
    "nationalities": ("Nationalities", "Nationalités"),
    "place_of_birth": ("Place of birth", "Lieu de naissance"),
    "place_of_birth.locality": ("City or town of birth", "Ville ou village de naissance"),
    "place_of_birth.region": ("Province of birth", "Province de naissance"),
    "place_of_birth.country": ("Country of birth", "Pays de naissance"),
    "address": ("Address", "Adresse"),
    "address.street_address": ("Street address", "Adresse municipale"),
    "address.locality": ("City or town", "Ville ou village"),
    "address.region": ("Province or territory", "Province ou territoire"),
    "address.postal_code": ("Postal code", "Code postal"),
    "address.country": ("Country", "Pays"),
    "document_number": ("Document number", "Numéro du document"),
    "issuing_authority": ("Issued by", "Délivré par"),
    "issuing_country": ("Issuing country", "Pays de délivrance"),
    "issuing_jurisdiction": ("Issuing province", "Province de délivrance"),
    "personal_administrative_number": ("Personal administrative number", "Numéro administratif personnel"),
    "age_equal_or_over": ("Age", "Âge"),
    "ca.on.postal_prefix": ("Postal area", "Zone postale"),
    "ca.on.holder_role": ("Who holds the card", "Qui détient la carte"),
    "ca.on.guardian": ("Guardian", "Personne qui a la garde"),
    "ca.on.parents": ("Parents", "Parents"),
    "ca.on.licence_number": ("Licence number", "Numéro de permis"),
    "ca.on.licence_class": ("Licence classes", "Catégories de permis"),
    "ca.on.licence_conditions": ("Licence conditions", "Conditions du permis"),
    "ca.on.licence_issued_on": ("Licence issued on", "Permis délivré le"),
    "ca.on.licence_expires_on": ("Licence expires on", "Permis valide jusqu’au"),
    "ca.on.health_number": ("Health number", "Numéro de carte Santé"),
    "ca.on.health_card_version": ("Health card version code", "Code de version de la carte Santé"),
    "ca.on.business_number": ("Business registration number", "Numéro d’enregistrement de l’entreprise"),
    "ca.on.business_name": ("Business name", "Nom de l’entreprise"),
    "ca.on.business_name.en": ("Business name in English", "Nom anglais de l’entreprise"),
    "ca.on.business_name.fr": ("Business name in French", "Nom français de l’entreprise"),
    "ca.on.business_type": ("Legal form of the business", "Forme juridique de l’entreprise"),
    "ca.on.business_registered_on": ("Business registered on", "Entreprise inscrite le"),
    "ca.on.position": ("Position in the business", "Fonction dans l’entreprise"),
    "ca.on.signing": ("Signing authority", "Pouvoir de signer"),
    "ca.on.directors": ("Directors and officers", "Direction"),
}

_CREDENTIALS: Final[Mapping[str, tuple[str, str]]] = {
    "photo-card": ("Ontario Photo Card", "Carte-photo de l’Ontario"),
    "drivers-licence": ("Driver’s licence", "Permis de conduire"),
    "health-card": ("Health card", "Carte Santé"),
    "birth-certificate": ("Birth certificate", "Certificat de naissance"),
    "proof-of-age": ("Proof of age", "Preuve d’âge"),
    "proof-of-residence": ("Proof of residence", "Preuve de résidence"),
    "business-registration": ("Business registration", "Enregistrement d’entreprise"),
    "business-authority": ("Authority to act for a business", "Pouvoir d’agir pour une entreprise"),
}


def claim_word(path: Sequence[PathPart], *, french: bool) -> str:
    """The name of the claim at ``path`` (OpenID4VP section 7)."""
    parts = [str(part) for part in path if part is not None]
    if parts[0] == "age_equal_or_over" and len(parts) == 2:
        return f"{parts[1]} ans ou plus" if french else f"{parts[1]} or over"
    if parts[0] == "ca.on.licence_class" and len(parts) == 2:
        return f"Permis de catégorie {parts[1]}" if french else f"Licence class {parts[1]}"
    # The nearest known claim above names what is below it, which is then said as well.
    for length in range(len(parts), 0, -1):
        found = _CLAIMS.get(".".join(parts[:length]))
        if found is not None:
            rest = ".".join(parts[length:])
            return f"{found[french]} ({rest})" if rest else found[french]
    return ".".join(parts)


def credential_word(vct: str, *, french: bool) -> str:
    """The name of the credential type: by the short name that is the last but one part of its ``vct``."""
    name = next((part for part in reversed(vct.split("/")) if part in _CREDENTIALS), None)
    return vct if name is None else _CREDENTIALS[name][french]

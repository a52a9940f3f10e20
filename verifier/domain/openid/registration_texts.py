"""What can be wrong with the registration of an OpenID client, in both languages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from verifier.domain.verdict import Texts


class ProblemKind(StrEnum):
    """Everything that is looked at beside the form of the message."""

    MALFORMED = "malformed"
    NAMES = "names"
    PURPOSES = "purposes"
    NO_PRESET = "no_preset"
    UNKNOWN_PRESET = "unknown_preset"
    DEFAULT_PRESET = "default_preset"
    NO_NEEDS = "no_needs"
    UNKNOWN_NEED = "unknown_need"
    REDIRECT_MALFORMED = "redirect_malformed"
    REDIRECT_HTTP = "redirect_http"
    REDIRECT_WILDCARD = "redirect_wildcard"
    REDIRECT_APP = "redirect_app"
    REDIRECT_PARAMETER = "redirect_parameter"
    NOT_CALLABLE = "not_callable"
    METHOD = "method"
    NO_KEYS = "no_keys"
    ALGORITHM = "algorithm"
    SUBJECT_TYPE = "subject_type"
    PKCE = "pkce"
    NOT_SUPPORTED = "not_supported"
    SEVERAL_HOSTS = "several_hosts"
    SECTOR_LIST = "sector_list"
    RECOGNISES = "recognises"
    RECOGNISES_NOBODY = "recognises_nobody"
    WRONG_SECRET = "wrong_secret"


PROBLEM_TEXTS: Final[Mapping[ProblemKind, Texts]] = {
    ProblemKind.MALFORMED: Texts("The value is missing or malformed.", "La valeur manque ou est mal formée."),
    ProblemKind.NAMES: Texts(
        "The name is needed in English (client_name#en-CA) and in French (client_name#fr-CA).",
        "Le nom est nécessaire en anglais (client_name#en-CA) et en français (client_name#fr-CA).",
    ),
    ProblemKind.PURPOSES: Texts(
        "Say why people sign in, in English (purpose#en-CA) and in French (purpose#fr-CA).",
        "Dites pourquoi les gens se connectent, en anglais (purpose#en-CA) et en français (purpose#fr-CA).",
    ),
    ProblemKind.NO_PRESET: Texts(
        "Name at least one preset, in presets or in scope.",
        "Nommez au moins un préréglage, dans presets ou dans scope.",
    ),
    ProblemKind.UNKNOWN_PRESET: Texts("There is no such preset.", "Ce préréglage n'existe pas."),
    ProblemKind.DEFAULT_PRESET: Texts(
        "The default must be one of the presets that are asked for.",
        "Le préréglage par défaut doit être de ceux qui sont demandés.",
    ),
    ProblemKind.NO_NEEDS: Texts(
        "Say what you have to know, in the registered words.",
        "Dites ce que vous devez savoir, avec les mots enregistrés.",
    ),
    ProblemKind.UNKNOWN_NEED: Texts(
        "This is none of the registered words for what can be needed.",
        "Ce n'est aucun des mots enregistrés pour ce qui peut être nécessaire.",
    ),
    ProblemKind.REDIRECT_MALFORMED: Texts(
        "A redirect URI must be an absolute address without fragment and user information.",
        "Une adresse de retour doit être absolue, sans fragment ni information d'utilisateur.",
    ),
    ProblemKind.REDIRECT_HTTP: Texts(
        "A redirect URI must begin with https. Only in the sandbox may one lead to your own machine by http.",
        "Une adresse de retour doit commencer par https. Seul le bac à sable permet http, vers l'appareil.",
    ),
    ProblemKind.REDIRECT_WILDCARD: Texts(
        "Redirect URIs are compared character by character: there are no wildcards.",
        "Les adresses de retour sont comparées caractère par caractère : il n'y a pas de jokers.",
    ),
    ProblemKind.REDIRECT_APP: Texts(
        "An app's own scheme is for apps without a secret, and is a domain name backwards: ca.example.app:",
        "Un schéma propre à une application est pour une application sans secret, et est un nom de domaine "
        "à l'envers : ca.example.app:",
    ),
    ProblemKind.REDIRECT_PARAMETER: Texts(
        "A redirect URI must not have a parameter of the answer itself: code, state, iss, error.",
        "Une adresse de retour ne doit pas avoir un paramètre de la réponse : code, state, iss, error.",
    ),
    ProblemKind.METHOD: Texts(
        "Clients authenticate with client_secret_basic, client_secret_post, private_key_jwt or none.",
        "Les clients s'authentifient par client_secret_basic, client_secret_post, private_key_jwt ou none.",
    ),
    ProblemKind.NO_KEYS: Texts(
        "private_key_jwt needs jwks or jwks_uri, with a public key of P-256, Ed25519 or RSA.",
        "private_key_jwt exige jwks ou jwks_uri, avec une clé publique P-256, Ed25519 ou RSA.",
    ),
    ProblemKind.ALGORITHM: Texts(
        "ID tokens are signed with RS256 or ES256.", "Les jetons d'identité sont signés avec RS256 ou ES256."
    ),
    ProblemKind.SUBJECT_TYPE: Texts(
        "Subjects are pairwise: no two services know one person by the same identifier.",
        "Les identifiants sont propres à chaque service (pairwise) : deux services n'en partagent aucun.",
    ),
    ProblemKind.PKCE: Texts(
        "Only a client with a secret or a key may do without PKCE.",
        "Seul un client qui a un secret ou une clé peut se passer de PKCE.",
    ),
    ProblemKind.NOT_CALLABLE: Texts(
        "We cannot call this address: it has to be https, at a public host that is not ours.",
        "Nous ne pouvons pas appeler cette adresse : il la faut en https, chez un hôte public autre que "
        "nous.",
    ),
    ProblemKind.NOT_SUPPORTED: Texts(
        "This cannot be registered here; leave it out.", "Ceci ne peut pas être inscrit ici; retirez-le."
    ),
    ProblemKind.SEVERAL_HOSTS: Texts(
        "The redirect URIs have several hosts, so a sector_identifier_uri is needed.",
        "Les adresses de retour ont plusieurs hôtes; il faut donc un sector_identifier_uri.",
    ),
    ProblemKind.SECTOR_LIST: Texts(
        "The list at sector_identifier_uri could not be read, or it lacks one of the redirect URIs.",
        "La liste à sector_identifier_uri n'a pas pu être lue, ou il y manque une adresse de retour.",
    ),
    ProblemKind.RECOGNISES: Texts(
        "The preset recognizes people when they come back. Choose that (subject_mode), or another preset.",
        "Le préréglage reconnaît les personnes qui reviennent. Choisissez cela (subject_mode), ou un autre "
        "préréglage.",
    ),
    ProblemKind.RECOGNISES_NOBODY: Texts(
        "None of the presets recognizes people, so subject_mode can only be ephemeral.",
        "Aucun des préréglages ne reconnaît les personnes; subject_mode ne peut donc être que ephemeral.",
    ),
    ProblemKind.WRONG_SECRET: Texts(
        "This is not the secret of the client.", "Ce n'est pas le secret du client."
    ),
}

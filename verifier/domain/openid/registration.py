"""What a relying service asks to be registered as, and what speaks against it (RFC 7591, RFC 8252, 5.19).

Everything that is wrong is told at once, each with what to do instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from specs.jose import ALLOWED, Algorithm, Use
from specs.oauth import has_app_scheme, is_loopback
from specs.oauth.client_registration import (
    ClientMetadata,
    parse_client_metadata,
    parse_client_update,
    parse_localized,
)
from specs.oauth.errors import OAuthError
from verifier.domain.callable_addresses import CallableAddresses
from verifier.domain.needs import NEEDS, RECOGNITION, STABLE_SUBJECT_CLAIM, is_nameable
from verifier.domain.openid.client import AuthMethod
from verifier.domain.openid.registration_texts import PROBLEM_TEXTS, ProblemKind
from verifier.domain.over_asking import OverAskingFinding, RegisteredNeeds
from verifier.domain.over_asking_texts import FindingKind
from verifier.domain.preset import LANGUAGES, Preset, SubjectMode
from verifier.domain.verdict import Texts
from verifier.openid_errors import RegistrationRefused

MAX_NAME: Final = 100
MAX_PURPOSE: Final = 500
MAX_LISTED: Final = 32
ID_TOKEN_ALGORITHMS: Final = (Algorithm.RS256, Algorithm.ES256)
_ANSWERED: Final = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})
_TAGS: Final = {"en-CA": ("en-ca", "en", ""), "fr-CA": ("fr-ca", "fr")}


@dataclass(frozen=True, slots=True)
class RegistrationProblem:
    """One thing that is wrong, and what to do about it."""

    place: str
    """The member, or preset and claim."""
    text: Texts
    is_redirect: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A registration in the right form; what it asks for may still be too much."""

    metadata: ClientMetadata
    names: Mapping[str, str]
    """By language tag, as far as they were given."""
    purposes: Mapping[str, str]
    presets: tuple[str, ...]
    default_preset: str | None = None
    needs: tuple[str, ...] = ()
    subject_mode: SubjectMode = SubjectMode.EPHEMERAL
    require_pkce: bool = True


@dataclass(frozen=True, slots=True)
class RegistrationRules:
    """``acr``: what an acr value begins with, before the id of a preset.

    ``sandbox``: http on one's own machine may be registered.
    """

    presets: Mapping[str, Preset]
    acr: str
    sandbox: bool
    callable_ones: CallableAddresses
    """What we can be made to call: keys, logouts, sector lists."""


def problem(kind: ProblemKind, place: str) -> RegistrationProblem:
    """A problem in registered words."""
    return RegistrationProblem(place, PROBLEM_TEXTS[kind], kind.value.startswith("redirect_"))


def parse_registration(members: Mapping[str, Any], rules: RegistrationRules) -> Registration:
    """The registration in a parsed JSON object; members that are not known are ignored (RFC 7591 section 2).

    Raises:
        RegistrationRefused: a member is malformed.
        OAuthError: a software statement.
    """
    try:
        metadata = parse_client_metadata(members, insecure_allow_http=rules.sandbox)
        names = _in_languages(parse_localized(members, "client_name", max_length=MAX_NAME))
        purposes = _in_languages(parse_localized(members, "purpose", max_length=MAX_PURPOSE))
    except OAuthError as error:
        raise _as_problem(error) from error
    named = [part for part in metadata.scope if part in rules.presets]
    presets = _texts(members, "presets") or tuple(named)
    needs, subject_mode = _needs(members)
    return Registration(
        metadata=metadata,
        names=names,
        purposes=purposes,
        presets=tuple(dict.fromkeys(presets)),
        default_preset=_default(members, metadata, rules),
        needs=needs,
        subject_mode=subject_mode,
        require_pkce=_flag(members, "require_pkce", usual=True),
    )


def parse_registration_update(
    members: Mapping[str, Any], client_id: str, rules: RegistrationRules
) -> tuple[Registration, str | None]:
    """What a client is to be from now on, and the secret that it takes for its own (RFC 7592 section 2.2).

    Raises what parse_registration raises.
    """
    try:
        update = parse_client_update(members, client_id=client_id, insecure_allow_http=rules.sandbox)
    except OAuthError as error:
        raise _as_problem(error) from error
    return parse_registration(members, rules), update.client_secret


def with_presets_words(members: Mapping[str, Any], presets: Mapping[str, Preset]) -> dict[str, Any]:
    """For an operator, who has made the presets: what they need and are for goes without saying."""
    named = members.get("presets")
    texts = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    known = [presets[one] for one in texts if one in presets]
    if not known:
        return dict(members)
    needs = list(dict.fromkeys(word for preset in known for word in preset.needs))
    if any(name.partition("#")[0] == "purpose" for name in members):
        return {"needs": needs, **members}
    said = {f"purpose#{tag}": text for tag, text in known[0].purposes.items()}
    return {"needs": needs, **said, **members}


def problems_of(asked: Registration, rules: RegistrationRules) -> tuple[RegistrationProblem, ...]:
    """Everything that speaks against a registration, but what others have to be asked about."""
    return (
        *_texts_missing(asked),
        *_about_redirects(asked.metadata, rules),
        *_about_calls(asked.metadata, rules.callable_ones),
        *_about_method(asked),
        *_about_metadata(asked.metadata),
        *_about_presets(asked, rules),
        *lint_client(asked, rules.presets),
    )


def lint_client(asked: Registration, presets: Mapping[str, Preset]) -> Iterator[RegistrationProblem]:
    """Does any of the presets ask for more than the service says that it has to know? (5.19)"""
    known = [presets[one] for one in asked.presets if one in presets]
    needs = RegisteredNeeds(tuple(word for word in asked.needs if word in NEEDS))
    paths = []
    for preset in known:
        for credential in preset.query.credentials:
            for claim in credential.claims or ():
                paths.append(claim.path)
                # What no registered word covers, the preset itself has had to explain.
                lintable = claim.path[0] != STABLE_SUBJECT_CLAIM and is_nameable(claim.path)
                if lintable and not needs.allow(claim.path):
                    finding = OverAskingFinding(FindingKind.BEYOND_PURPOSE, credential.id, claim.path)
                    yield _found(f"{preset.id}: {finding.place}", finding)
        if preset.subject_mode is not SubjectMode.EPHEMERAL and asked.subject_mode is SubjectMode.EPHEMERAL:
            yield problem(ProblemKind.RECOGNISES, preset.id)
    if asked.needs and known:
        for path in needs.unused(paths):
            yield _found(str(path[0]), OverAskingFinding(FindingKind.UNUSED_NEED, None, path))
    told = (*asked.names.values(), *asked.purposes.values())
    for word in needs.exceed_an_age(told):
        yield _found(word, OverAskingFinding(FindingKind.AGE_IS_ENOUGH, None, (word,)))
    modes = {preset.subject_mode for preset in known}
    if known and asked.subject_mode is not SubjectMode.EPHEMERAL and modes == {SubjectMode.EPHEMERAL}:
        yield problem(ProblemKind.RECOGNISES_NOBODY, "subject_mode")


def _found(place: str, finding: OverAskingFinding) -> RegistrationProblem:
    said, better = finding.text, finding.suggestion
    both = Texts(f"{said.english} {better.english}", f"{said.french} {better.french}")
    return RegistrationProblem(place, both)


def _texts_missing(asked: Registration) -> Iterator[RegistrationProblem]:
    for kind, place, texts in (
        (ProblemKind.NAMES, "client_name", asked.names),
        (ProblemKind.PURPOSES, "purpose", asked.purposes),
    ):
        if any(tag not in texts for tag in LANGUAGES):
            yield problem(kind, place)


def _about_redirects(metadata: ClientMetadata, rules: RegistrationRules) -> Iterator[RegistrationProblem]:
    public = metadata.token_endpoint_auth_method == AuthMethod.NONE
    for uri in metadata.redirect_uris:
        kind = _against_redirect(uri, public=public, sandbox=rules.sandbox)
        if kind is None and not _ANSWERED.isdisjoint(name for name, _ in parse_qsl(urlsplit(uri).query)):
            # Whoever reads the answer would have two of them.
            kind = ProblemKind.REDIRECT_PARAMETER
        if kind is not None:
            yield problem(kind, "redirect_uris")
    for uri in metadata.post_logout_redirect_uris:
        kind = _against_redirect(uri, public=public, sandbox=rules.sandbox)
        if kind is not None:
            yield problem(kind, "post_logout_redirect_uris")


def _about_calls(metadata: ClientMetadata, callable_ones: CallableAddresses) -> Iterator[RegistrationProblem]:
    called = {
        "jwks_uri": metadata.jwks_uri,
        "sector_identifier_uri": metadata.sector_identifier_uri,
        "backchannel_logout_uri": metadata.backchannel_logout_uri,
    }
    for name, url in called.items():
        if url is not None and callable_ones.fault_of(url):
            yield problem(ProblemKind.NOT_CALLABLE, name)


def _against_redirect(uri: str, *, public: bool, sandbox: bool) -> ProblemKind | None:
    if "*" in uri:
        return ProblemKind.REDIRECT_WILDCARD
    if has_app_scheme(uri):
        # RFC 8252 section 7.1: a domain name backwards, which its owner alone has a right to. Any app may
        # still take it, so that nothing is secret there.
        labels = urlsplit(uri).scheme.split(".")
        return None if public and len(labels) > 1 and all(labels) else ProblemKind.REDIRECT_APP
    if urlsplit(uri).scheme == "http" and not (sandbox and is_loopback(uri)):
        return ProblemKind.REDIRECT_HTTP
    return None


def _about_method(asked: Registration) -> Iterator[RegistrationProblem]:
    metadata = asked.metadata
    try:
        method = AuthMethod(metadata.token_endpoint_auth_method)
    except ValueError:
        yield problem(ProblemKind.METHOD, "token_endpoint_auth_method")
        return
    usable = ALLOWED[Use.CLIENT_ASSERTION]
    by_value = any(key.algorithm in usable for key in metadata.jwks or ())
    if method is AuthMethod.PRIVATE_KEY_JWT and not by_value and metadata.jwks_uri is None:
        yield problem(ProblemKind.NO_KEYS, "jwks")
    if not asked.require_pkce and not method.is_confidential:
        yield problem(ProblemKind.PKCE, "require_pkce")


def _about_metadata(metadata: ClientMetadata) -> Iterator[RegistrationProblem]:
    if metadata.id_token_signed_response_alg not in ID_TOKEN_ALGORITHMS:
        yield problem(ProblemKind.ALGORITHM, "id_token_signed_response_alg")
    if metadata.subject_type not in (None, "pairwise"):
        yield problem(ProblemKind.SUBJECT_TYPE, "subject_type")
    promised = {
        "default_max_age": metadata.default_max_age is not None,
        "require_auth_time": metadata.require_auth_time,
        "dpop_bound_access_tokens": metadata.dpop_bound_access_tokens,
    }
    # Taken without a word, these would promise what nobody does.
    yield from (problem(ProblemKind.NOT_SUPPORTED, name) for name, wanted in promised.items() if wanted)


def _about_presets(asked: Registration, rules: RegistrationRules) -> Iterator[RegistrationProblem]:
    if not asked.presets:
        yield problem(ProblemKind.NO_PRESET, "presets")
    if any(one not in rules.presets for one in asked.presets):
        yield problem(ProblemKind.UNKNOWN_PRESET, "presets")
    if asked.default_preset is not None and asked.default_preset not in asked.presets:
        yield problem(ProblemKind.DEFAULT_PRESET, "default_preset")
    if not asked.needs:
        yield problem(ProblemKind.NO_NEEDS, "needs")
    if any(word not in NEEDS for word in asked.needs):
        yield problem(ProblemKind.UNKNOWN_NEED, "needs")


def _default(members: Mapping[str, Any], metadata: ClientMetadata, rules: RegistrationRules) -> str | None:
    """The member, else the first of ``default_acr_values`` (OpenID Connect Registration section 2)."""
    given = members.get("default_preset")
    if given is None and metadata.default_acr_values:
        return metadata.default_acr_values[0].removeprefix(rules.acr)
    if given is not None and not isinstance(given, str):
        raise _malformed("default_preset")
    return given


def _texts(members: Mapping[str, Any], name: str) -> tuple[str, ...]:
    given = members.get(name)
    if given is None:
        return ()
    if not isinstance(given, Sequence) or isinstance(given, str) or len(given) > MAX_LISTED:
        raise _malformed(name)
    if any(not isinstance(one, str) for one in given):
        raise _malformed(name)
    return tuple(given)


def _needs(members: Mapping[str, Any]) -> tuple[tuple[str, ...], SubjectMode]:
    """What has to be known, and what people are recognized by: to say one of the two is to say both."""
    needs, given = _texts(members, "needs"), members.get("subject_mode")
    try:
        mode = None if given is None else SubjectMode(given)
    except ValueError as error:
        raise _malformed("subject_mode") from error
    if mode is None:
        mode = SubjectMode.STABLE if RECOGNITION in needs else SubjectMode.EPHEMERAL
    also = () if mode is SubjectMode.EPHEMERAL else (RECOGNITION,)
    return tuple(dict.fromkeys((*needs, *also))), mode


def _flag(members: Mapping[str, Any], name: str, *, usual: bool) -> bool:
    given = members.get(name)
    if given is None:
        return usual
    if not isinstance(given, bool):
        raise _malformed(name)
    return given


def _in_languages(found: Mapping[str, str]) -> dict[str, str]:
    """By our own two tags, the nearest of those that were given."""
    chosen = {tag: next((found[one] for one in near if one in found), None) for tag, near in _TAGS.items()}
    return {tag: text for tag, text in chosen.items() if text is not None}


def _malformed(place: str) -> RegistrationRefused:
    return RegistrationRefused(place, (problem(ProblemKind.MALFORMED, place),))


def _as_problem(error: OAuthError) -> OAuthError | RegistrationRefused:
    if error.code == "invalid_redirect_uri":
        refused = problem(ProblemKind.REDIRECT_MALFORMED, "redirect_uris")
    elif error.code == "invalid_client_metadata":
        # Its detail begins with the member, in printable characters.
        refused = problem(ProblemKind.MALFORMED, error.detail.partition(" ")[0].rstrip(":")[:64])
    else:
        return error
    return RegistrationRefused(error.detail, (refused,))

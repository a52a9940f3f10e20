"""Which of its presets a client asks for (7.14): by scope, by ``acr``, or by saying nothing.

The request comes through the person's browser, which can change it. So a client compares the claim ``preset``
of the ID token with what it wanted (7.16), and here nothing is chosen that is not the client's.
"""

from collections.abc import Collection, Iterable

from specs.oauth import InvalidScope
from specs.openid_connect import AuthenticationRequest, UnmetAuthenticationRequirements
from verifier.domain.openid.client import RegisteredClient


def acr_of(issuer: str, preset: str) -> str:
    """The authentication context class of a preset. ``issuer``: the provider's."""
    return f"{issuer}/acr/{preset}"


def choose_preset(
    request: AuthenticationRequest, client: RegisteredClient, known: Collection[str], issuer: str
) -> str:
    """One of the client's presets. ``known``: every preset there is.

    What the scope names counts; then the ``acr`` values, of which one has to do when they are essential; then
    the client's own default.

    Raises:
        InvalidScope: a preset that is not the client's, several, or none is named where none goes by itself.
        UnmetAuthenticationRequirements: an essential ``acr`` that is not one of the client's.
    """
    named = _named(request.scope, client, known)
    wanted, is_essential = _wanted(request)
    fitting = [preset for preset in _presets_of(wanted, client, issuer) if named in (None, preset)]
    if is_essential and wanted and not fitting:
        # OpenID Connect Core section 5.5.1.1: answered with an error, never with another one.
        raise UnmetAuthenticationRequirements
    preset = named or next(iter(fitting), None) or _by_itself(client)
    if preset is None:
        raise InvalidScope("no preset is named")
    return preset


def _named(scope: Iterable[str], client: RegisteredClient, known: Collection[str]) -> str | None:
    # Other words are ignored, as Core section 3.1.2.1 says of what is not understood.
    named = [word for word in dict.fromkeys(scope) if word in known or word in client.service.presets]
    if len(named) > 1 or any(word not in client.service.presets for word in named):
        raise InvalidScope("several presets, or one that is not the client's")
    return named[0] if named else None


def _wanted(request: AuthenticationRequest) -> tuple[tuple[object, ...], bool]:
    wish = request.claims.acr
    if wish is not None and wish.accepted:
        return wish.accepted, wish.essential
    return request.acr_values, False


def _presets_of(values: Iterable[object], client: RegisteredClient, issuer: str) -> list[str]:
    by_acr = {acr_of(issuer, preset): preset for preset in client.service.presets}
    return [by_acr[value] for value in values if isinstance(value, str) and value in by_acr]


def _by_itself(client: RegisteredClient) -> str | None:
    presets = client.service.presets
    default = client.openid.default_preset
    if default in presets:
        return default
    return presets[0] if len(presets) == 1 else None

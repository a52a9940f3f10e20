"""What surrounds an application, in one fixed order. Pure ASGI throughout."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI

from trillium.runtime.asgi import Predicate
from trillium.runtime.cors import CrossOrigin, CrossOriginAccess
from trillium.runtime.errors import ErrorBoundary, ErrorRenderer
from trillium.runtime.i18n import DefaultLanguage, Language
from trillium.runtime.metrics import RequestMetrics
from trillium.runtime.rate_limit import RateLimit, TokenBuckets
from trillium.runtime.request_body import DEFAULT_LIMIT, BodyLimit
from trillium.runtime.request_log import RequestLog
from trillium.runtime.security_headers import SecurityHeaders


@dataclass(frozen=True, kw_only=True)
class MiddlewareOptions:
    """What differs between applications. Paths are below the application's own root."""

    https: bool
    """Whether the public URL is https: then browsers are told to stay there."""
    default_language: Language = Language.ENGLISH
    """Of answers to callers that name none of ours."""
    body_limits: Mapping[str, int] = field(default_factory=dict)
    """Bytes by path prefix."""
    default_body_limit: int = DEFAULT_LIMIT
    cross_origin: Sequence[CrossOrigin] = ()
    buckets: TokenBuckets | None = None
    """None switches the rate limit off."""
    route_class: Callable[[str], str | None] = lambda path: None
    """Which rate a path is under."""
    quiet: Predicate = lambda path: False
    """Paths whose requests are not logged: status lists, health."""
    metrics: RequestMetrics | None = None


def install_middleware(app: FastAPI, renderer: ErrorRenderer, options: MiddlewareOptions) -> None:
    """From the outside in: request log, language, security headers, cross-origin, errors, rate, body.

    Within all of them, where `openapi.add_hot_routes` was called before: the short way to hot routes.
    """
    # The framework puts what is added last outermost.
    app.add_middleware(BodyLimit, limits=options.body_limits, default_limit=options.default_body_limit)
    if options.buckets is not None:
        app.add_middleware(RateLimit, buckets=options.buckets, classify=options.route_class)
    app.add_middleware(ErrorBoundary, renderer=renderer)
    if options.cross_origin:
        app.add_middleware(CrossOriginAccess, rules=options.cross_origin)
    app.add_middleware(SecurityHeaders, https=options.https)
    app.add_middleware(DefaultLanguage, language=options.default_language)
    app.add_middleware(RequestLog, quiet=options.quiet, metrics=options.metrics)

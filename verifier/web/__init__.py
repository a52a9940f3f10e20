"""The verifier over HTTP. Everything that is not listed here refuses a stranger."""

PUBLIC_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/request-objects/{request_id}"),
        ("POST", "/request-objects/{request_id}"),
        ("POST", "/responses/{request_id}"),
        ("GET", "/jwks"),
        ("GET", "/openapi.json"),
        ("GET", "/health"),
        ("GET", "/readyz"),
    }
)

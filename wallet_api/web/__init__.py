"""The wallet over HTTP. Everything that is not listed here refuses a stranger."""

PUBLIC_ROUTES: frozenset[tuple[str, str]] = frozenset(
    {
        ("GET", "/openapi.json"),
        ("GET", "/health"),
        ("GET", "/readyz"),
        # What the page for an address where nothing is looks like.
        ("GET", "/static/runtime/{path:path}"),
    }
)

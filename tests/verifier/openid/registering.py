"""A registration that nothing speaks against, to be spoilt by tests."""

from typing import Any

BACK = "https://shop.example/back"


def members(**changed: Any) -> dict[str, Any]:
    """A service that checks ages; ``None`` leaves a member out."""
    usual = {
        "client_name#en-CA": "Corner shop",
        "client_name#fr-CA": "Dépanneur",
        "purpose#en-CA": "We sell wine.",
        "purpose#fr-CA": "Nous vendons du vin.",
        "redirect_uris": [BACK],
        "presets": ["age-19-or-over"],
        "needs": ["age"],
    }
    return {name: value for name, value in (usual | changed).items() if value is not None}

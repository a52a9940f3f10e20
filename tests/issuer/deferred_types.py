"""Credential types as the tests of this package need them: copies of shipped ones with another policy."""

import json
import shutil
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[2] / "issuer" / "credential_types"


def types_with(folder: Path, **changes: dict[str, Any]) -> Path:
    """A folder with ``photo-card`` and ``proof-of-age``, with changed members in ``type.json``.

    ``photo_card={"batch_size": 3}`` changes ``photo-card``.
    """
    target = folder / "credential_types"
    for name in ("photo-card", "proof-of-age"):
        shutil.copytree(SHIPPED / name, target / name)
        file = target / name / "type.json"
        members = json.loads(file.read_text()) | changes.get(name.replace("-", "_"), {})
        file.write_text(json.dumps(members))
    return target


DEFERRED = {"deferred": {"reason": "registry_review"}}

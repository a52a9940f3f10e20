"""Type Metadata from a folder: what the verifier knows of credential types without asking anybody.

With it presets are checked for claims that a type does not have, and types that extend another one answer for
it (5.18). Files are the documents as they are published at the types' ``vct``, under any name.
"""

from collections.abc import Mapping
from pathlib import Path

from specs.errors import ProtocolError
from specs.sd_jwt_vc import EffectiveTypeMetadata, TypeReference, parse_type_metadata, resolve_type_metadata
from verifier.errors import BadTypeDescription


def read_type_descriptions(folder: Path | None) -> tuple[EffectiveTypeMetadata, ...]:
    """Every type that is described in a folder, together with what it extends; ``None``: no type.

    Raises:
        BadTypeDescription: a document cannot be read, is there twice, or extends one that is not there.
    """
    if folder is None:
        return ()
    documents = _documents(folder)
    try:
        return tuple(resolve_type_metadata(TypeReference(vct, None), documents) for vct in documents)
    except ProtocolError as error:
        raise BadTypeDescription(f"{type(error).__name__} {error.detail}") from error


def _documents(folder: Path) -> Mapping[str, bytes]:
    documents: dict[str, bytes] = {}
    try:
        files = sorted(folder.iterdir())
        for file in files:
            if file.suffix != ".json":
                continue
            data = file.read_bytes()
            vct = parse_type_metadata(data).vct
            if vct in documents:
                raise BadTypeDescription(f"{file.name}: described twice")
            documents[vct] = data
    except OSError as error:
        raise BadTypeDescription(f"{folder.name}: {type(error).__name__}") from error
    except ProtocolError as error:
        raise BadTypeDescription(f"{file.name}: {type(error).__name__} {error.detail}") from error
    return documents

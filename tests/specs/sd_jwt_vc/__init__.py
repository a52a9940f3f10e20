"""SD-JWT VC: Type Metadata, integrity, rendering and issuer metadata."""

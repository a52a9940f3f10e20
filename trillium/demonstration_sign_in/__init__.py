"""A sign-in for demonstrations: an OpenID provider at which anybody signs in as any fictional resident.

It has no passwords. `make run` switches it on, production refuses it, and the issuer talks to it as to any
other provider, over HTTP and by the standards alone (OpenID Connect Core and Discovery, RFC 7636, RFC 9207).
"""

from trillium.demonstration_sign_in.app import create_demonstration_sign_in
from trillium.demonstration_sign_in.people import People, Person

__all__ = ["People", "Person", "create_demonstration_sign_in"]

"""The management API about where residents want to be written to."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from issuer.domain.event import SubjectRef
from issuer.domain.transaction_code_message import MAX_MAIL_ADDRESS
from issuer.services.keep_contact import KeepContact
from issuer.web.management_messages import Identifier, Message


class ContactRequest(Message):
    """Where transaction codes go; nothing: nowhere any more. It is never given back."""

    mail_address: Annotated[str, Field(min_length=3, max_length=MAX_MAIL_ADDRESS)] | None


def add_contact_routes(router: APIRouter, keep: KeepContact) -> None:
    """``/residents/{subject_ref}/contact`` below ``/management``."""

    @router.put(
        "/residents/{subject_ref}/contact",
        status_code=204,
        summary="Where a resident gets transaction codes",
    )
    async def put_contact(subject_ref: Identifier, request: ContactRequest) -> None:
        await keep(SubjectRef(subject_ref), request.mail_address)

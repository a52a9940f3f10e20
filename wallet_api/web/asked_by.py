"""Who asks, for JSON."""

from wallet_api.domain.agreement import Agreement
from wallet_api.domain.history import AskedBy
from wallet_api.domain.registration import Keeping, Registration, Words
from wallet_api.web.messages import KeepingAnswer, RegistrationAnswer, TextAnswer, VerifierAnswer


def verifier_answer(asked: AskedBy) -> VerifierAnswer:
    """What is known of it."""
    return VerifierAnswer(
        client_id=asked.client_id, origin=asked.origin, name=asked.name, trusted=asked.trusted
    )


def registration_answer(registration: Registration | None) -> RegistrationAnswer | None:
    """What it says of itself; None when it says nothing."""
    if registration is None:
        return None
    evidence = registration.evidence
    return RegistrationAnswer(
        service=text_answer(registration.service.names),
        purpose=text_answer(registration.purposes),
        retention=_keeping(registration.retention),
        evidence=None if evidence is None else _keeping(evidence),
    )


def text_answer(words: Words | Agreement) -> TextAnswer:
    """Both languages."""
    return TextAnswer(english=words.english, french=words.french)


def _keeping(keeping: Keeping) -> KeepingAnswer:
    purpose = None if keeping.purposes is None else text_answer(keeping.purposes)
    return KeepingAnswer(days=keeping.days, purpose=purpose)

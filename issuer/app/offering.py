"""Offers and the ways of their transaction codes, wired."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from issuer.app.outside import Outside
from issuer.clients.mail_channel import MailChannel, parse_smtp_url
from issuer.clients.terminal_channel import TerminalChannel
from issuer.domain.configuration import CredentialConfiguration
from issuer.domain.offer import ConfigurationId
from issuer.ports import ContactDirectory, ContactRegister, SubjectDirectory, TransactionCodeChannel
from issuer.services.create_offer import CreateOffer
from issuer.services.deliver_transaction_code import DeliverTransactionCode
from issuer.services.issuer_keys import IssuerKeys
from issuer.services.keep_contact import KeepContact
from issuer.services.secrets_of_offers import OfferSecrets
from issuer.settings import Settings, TransactionCodeChannelName
from trillium.runtime.settings import Check, Refusal


def build_offers(
    settings: Settings,
    keys: IssuerKeys,
    outside: Outside,
    configurations: Mapping[ConfigurationId, CredentialConfiguration],
) -> CreateOffer:
    """Raises ValueError for a mail server or a sender that cannot be one."""
    identity_types = (one.id for one in configurations.values() if one.is_identity)
    return CreateOffer(
        outside.stores.offers,
        outside.directory,
        OfferSecrets(keys.session_secret),
        outside.clock,
        configurations,
        outside.randomness,
        DeliverTransactionCode(open_channel(settings), contacts_in(outside.directory)),
        frozenset(identity_types if settings.is_production else ()),
        timedelta(minutes=settings.offer_minutes),
    )


def keep_contact(outside: Outside) -> KeepContact:
    """For the back office and the command line."""
    directory = outside.directory
    return KeepContact(directory, directory if isinstance(directory, ContactRegister) else None)


def contacts_in(directory: SubjectDirectory) -> ContactDirectory | None:
    """The register's addresses, where it has them."""
    return directory if isinstance(directory, ContactDirectory) else None


def open_channel(settings: Settings) -> TransactionCodeChannel | None:
    """The configured way to residents; ``None``: the clerk hands codes over.

    Raises ValueError naming the setting that is missing or wrong, without its value.
    """
    if settings.tx_code_channel is TransactionCodeChannelName.CLERK:
        return None
    if settings.tx_code_channel is TransactionCodeChannelName.TERMINAL:
        return TerminalChannel()
    try:
        server = parse_smtp_url(settings.smtp_url)
    except ValueError as error:
        raise ValueError(f"{settings.setting_name('smtp_url')}: {error}") from None
    try:
        return MailChannel(
            server,
            settings.smtp_sender,
            sandbox=not settings.is_production,
            ca_file=settings.outgoing_ca_file,
            plain_allowed=settings.insecure_smtp_without_tls,
        )
    except ValueError as error:
        raise ValueError(f"{settings.setting_name('smtp_sender')}: {error}") from None


def check_offering(settings: Settings) -> Check:
    """Production shows codes on no terminal."""

    def check() -> Iterable[Refusal]:
        if settings.tx_code_channel is TransactionCodeChannelName.TERMINAL:
            yield Refusal(settings.setting_name("tx_code_channel"), "must be mail or clerk")

    return check

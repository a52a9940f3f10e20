"""What can be wrong with a status reference, a Status List or a Status List Token, one class each.

Every one of them means the same to a consumer: no statement about the credential can be made (section 8.3).
"""

from typing import ClassVar

from specs.errors import ProtocolError


class StatusListError(ProtocolError):
    """A status list, or a reference to one, that must not be used."""

    code: ClassVar[str] = "invalid_status_list"
    text: ClassVar[str] = "The status list cannot be used."
    section: ClassVar[str] = "Token Status List section 8.3"


# The reference inside the credential


class InvalidStatusReference(StatusListError):
    code = "invalid_status_reference"
    text = "The status claim of the credential is not valid."
    section = "Token Status List section 6.2"


class UnsupportedStatusMechanism(InvalidStatusReference):
    code = "unsupported_status_mechanism"
    text = "The credential names no status list, only a status mechanism that is not supported."
    section = "Token Status List section 6.1"


# The list


class MalformedStatusList(StatusListError):
    code = "malformed_status_list"
    text = "The status list does not have the required members."
    section = "Token Status List section 4.2"


class InvalidBits(MalformedStatusList):
    code = "invalid_status_list_bits"
    text = "The number of bits for each status is not 1, 2, 4 or 8."
    section = "Token Status List section 4.1"


class InvalidCompression(MalformedStatusList):
    """Not zlib, damaged, cut short, a wrong checksum, or something after the end."""

    code = "invalid_status_list_compression"
    text = "The status list is not a complete zlib stream."
    section = "Token Status List section 4.1"


class StatusListTooLarge(StatusListError):
    code = "status_list_too_large"
    text = "The status list is larger than this service accepts."
    section = "Token Status List section 11.5"


class IndexOutOfRange(StatusListError):
    code = "status_index_out_of_range"
    text = "The credential points past the end of the status list."
    section = "Token Status List section 8.3"


# The token


class InvalidStatusListToken(StatusListError):
    """A required claim is absent or has the wrong type."""

    code = "invalid_status_list_token"
    text = "A required claim of the status list token is missing or malformed."
    section = "Token Status List section 5.1"


class WrongStatusListSubject(StatusListError):
    code = "wrong_status_list_subject"
    text = "The status list token is about another list."
    section = "Token Status List section 8.3"


class TimeNotCovered(StatusListError):
    code = "status_time_not_covered"
    text = "The status list token does not cover the time asked about."
    section = "Token Status List section 8.4"


class InvalidAggregation(StatusListError):
    code = "invalid_status_list_aggregation"
    text = "The list of status lists is not valid."
    section = "Token Status List section 9"

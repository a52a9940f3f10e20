"""What can be wrong with a cell of a register's file: where and why, never what stands there."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_CELL: Final = 200
"""Characters; the longest names on record in the province are well below."""


class BadReason(StrEnum):
    """Why a cell or a row was refused; stable codes."""

    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    DUPLICATE_COLUMN = "duplicate_column"
    WRONG_NUMBER_OF_CELLS = "wrong_number_of_cells"
    BROKEN_QUOTING = "broken_quoting"
    NOT_UTF8 = "not_utf8"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    FORBIDDEN_CHARACTER = "forbidden_character"
    SURROUNDING_SPACE = "surrounding_space"
    WRONG_FORM = "wrong_form"
    NO_SUCH_DATE = "no_such_date"
    DATE_IN_THE_FUTURE = "date_in_the_future"
    DATE_TOO_EARLY = "date_too_early"
    UNKNOWN_VALUE = "unknown_value"
    DUPLICATE_REGISTER_NUMBER = "duplicate_register_number"
    UNKNOWN_GUARDIAN = "unknown_guardian"
    OWN_GUARDIAN = "own_guardian"
    INCOMPLETE = "incomplete"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    NAMED_TWICE = "named_twice"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    NO_NAME = "no_name"
    UNKNOWN_PERSON = "unknown_person"


REASON_TEXTS: Mapping[BadReason, str] = {
    BadReason.MISSING_COLUMN: "this column is missing",
    BadReason.UNKNOWN_COLUMN: "there is no such column",
    BadReason.DUPLICATE_COLUMN: "this column is there twice",
    BadReason.WRONG_NUMBER_OF_CELLS: "the row has more or fewer cells than the header",
    BadReason.BROKEN_QUOTING: "the quotation marks of this row do not match",
    BadReason.NOT_UTF8: "this is not UTF-8",
    BadReason.EMPTY: "a value is needed here",
    BadReason.TOO_LONG: f"longer than {MAX_CELL} characters",
    BadReason.FORBIDDEN_CHARACTER: "holds a control character or one that changes the direction of writing",
    BadReason.SURROUNDING_SPACE: "begins or ends with white space",
    BadReason.WRONG_FORM: "does not have the form that this column needs",
    BadReason.NO_SUCH_DATE: "there is no such date",
    BadReason.DATE_IN_THE_FUTURE: "lies in the future",
    BadReason.DATE_TOO_EARLY: "lies before 1900",
    BadReason.UNKNOWN_VALUE: "is not one of the values of this column",
    BadReason.DUPLICATE_REGISTER_NUMBER: "an earlier row has the same number",
    BadReason.UNKNOWN_GUARDIAN: "neither this file nor the register has this person",
    BadReason.OWN_GUARDIAN: "nobody is their own guardian",
    BadReason.INCOMPLETE: "other cells of this row need a value here",
    BadReason.DATES_OUT_OF_ORDER: "lies before the date it has to follow",
    BadReason.NAMED_TWICE: "names the same thing twice",
    BadReason.WRONG_CHECK_DIGIT: "its last digit does not check the others",
    BadReason.NO_NAME: "a business has a name in English, in French or in both",
    BadReason.UNKNOWN_PERSON: "the register of residents has no such person",
}


@dataclass(frozen=True, slots=True)
class BadCell:
    """Where and why; never what stands there, which may be a person's data."""

    line: int
    """Line of the file where the row begins, from 1."""
    column: str
    """Column name; empty when the whole row is meant."""
    reason: BadReason

    @property
    def text(self) -> str:
        """One English sentence for the operator."""
        return REASON_TEXTS[self.reason]

"""What an import of a register answers."""

from issuer.services.import_file import ImportReport
from issuer.web.management_messages import BadCellAnswer, ImportAnswer


def answer_import(report: ImportReport) -> ImportAnswer:
    """Counts and bad cells: where and why, never what stands there."""
    return ImportAnswer(
        imported=report.counts.imported,
        updated=report.counts.updated,
        unchanged=report.counts.unchanged,
        bad=[
            BadCellAnswer(line=cell.line, column=cell.column, reason_code=cell.reason.value, reason=cell.text)
            for cell in report.bad
        ],
    )

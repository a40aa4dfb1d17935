"""Why an archive is not taken. Each has a `code`, which is what its owner is told by."""

from martlet.model.errors import InvalidInput


class ArchiveRefused(InvalidInput):
    """It is not opened any further."""

    code = "archive_refused"

    def __init__(self, message: str = "The file cannot be read as an archive.") -> None:
        super().__init__(message, "file")


class NotAnArchive(ArchiveRefused):
    code = "not_an_archive"

    def __init__(self) -> None:
        super().__init__("The file is neither a zip nor a tar.gz archive with an outbox in it.")


class ArchiveTooLarge(ArchiveRefused):
    code = "archive_too_large"

    def __init__(self, what: str) -> None:
        super().__init__(f"The archive has too many {what}.")


class ArchiveUnsafe(ArchiveRefused):
    """It holds what no honest archive does: links, names that lead elsewhere, entries that overlap."""

    code = "archive_unsafe"

    def __init__(self, what: str) -> None:
        super().__init__(f"The archive has {what}.")


class BundleRefused(InvalidInput):
    """A file that is no bundle, or is damaged, or was made to harm: it is not opened any further."""

    code = "bundle_refused"

    def __init__(self, message: str = "The file is damaged, or is no bundle.") -> None:
        super().__init__(message, "file")


class BundleTooLarge(BundleRefused):
    code = "bundle_too_large"

    def __init__(self, what: str) -> None:
        super().__init__(f"The bundle has too many {what}.")

"""Where the bytes of documents lie: a folder, addressed by keys that the server made."""

from pathlib import Path

from catalogue.errors import NotFound


class DocumentStorage:
    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def path(self, storage_key: str) -> Path:
        """The file behind a key. Raises NotFound when it is gone or the key leads out of the folder."""
        path = (self._folder / storage_key).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            raise NotFound("the content of this document is not in the storage")
        return path

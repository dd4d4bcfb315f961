"""The folder that keeps what a local service holds: one SQLite file, written twice a second, whole at any moment."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from pathlib import Path
from types import TracebackType

from dev.local import state

NAME = "signalbox.sqlite3"
_FORMAT = b"1"
_SECONDS_BETWEEN = 0.5
_NOTES = "notes"
_logger = logging.getLogger("signalbox")


class Unusable(Exception):
    """The folder cannot be used; the text says why and what to do."""


class Folder:
    """A folder; while it is open it is this process's alone."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it. Raises Unusable."""
        self._file = path / NAME
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))  # it holds what integrations keep secret
            self._base = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False, timeout=0)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise self.unusable(error) from error

    def _prepare(self) -> None:
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
            self._base.execute(f"PRAGMA {setting}")
        columns = "resource TEXT, name TEXT, content BLOB, PRIMARY KEY (resource, name)"
        self._base.execute(f"CREATE TABLE IF NOT EXISTS held ({columns})")
        (verdict,) = self._base.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        if self.noted("format") is None:
            self.write(note("format", _FORMAT))
        if self.noted("format") != _FORMAT:
            raise Unusable(f"{self._file} was written by another version of Signalbox")

    def unusable(self, error: Exception) -> Unusable:
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Unusable(f"{self._file} is in use: another Signalbox runs on it")
        return Unusable(f"{self._file} cannot be used: {error}; move it away to start afresh")

    def noted(self, name: str) -> bytes | None:
        """The content of a note."""
        query = "SELECT content FROM held WHERE resource = ? AND name = ?"
        found = self._base.execute(query, (_NOTES, name)).fetchone()
        return None if found is None else bytes(found[0])

    def read(self) -> None:
        """Put back what it holds into the local AWS. Raises Unusable."""
        rows = self._base.execute("SELECT resource, name, content FROM held WHERE resource <> ?", (_NOTES,))
        try:
            state.put_back(((resource, name), content) for resource, name, content in rows)
        except (state.Unknown, sqlite3.Error, ValueError, LookupError, TypeError, AttributeError) as error:
            raise self.unusable(error) from error

    def write(self, rows: state.Rows) -> None:
        """Keep rows, all or none; forget those that are None. Raises sqlite3.Error."""
        self._base.execute("BEGIN")
        try:
            for (resource, name), content in rows.items():
                if content is None:
                    self._base.execute("DELETE FROM held WHERE resource = ? AND name = ?", (resource, name))
                else:
                    self._base.execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", (resource, name, content))
            self._base.execute("COMMIT")
        except sqlite3.Error:
            self._base.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._base.close()


def note(name: str, content: bytes) -> state.Rows:
    """The row of a note about what a folder holds."""
    return {(_NOTES, name): content}


class Keeper:
    """Keeps what changes in a folder, as long as its context lasts, and the last of it at the end."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._changes = state.Changes()
        self._unwritten: state.Rows = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write_often, daemon=True)

    def note(self, name: str, content: bytes) -> None:
        """Keep a note, at the same moment as what changed before it."""
        with self._lock:
            self._unwritten |= note(name, content)

    def __enter__(self) -> Keeper:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Raises Unusable when the last changes could not be written."""
        self._stop.set()
        self._thread.join()
        try:
            self._write()
        except sqlite3.Error as failure:
            raise self.folder.unusable(failure) from failure
        finally:
            self.folder.close()

    def _write_often(self) -> None:
        while not self._stop.wait(_SECONDS_BETWEEN):
            try:
                self._write()
            except sqlite3.Error as error:
                _logger.error("%s; what changed since is kept in memory only", self.folder.unusable(error))

    def _write(self) -> None:
        with self._lock:
            self._unwritten |= self._changes.take()
            if self._unwritten:
                self.folder.write(self._unwritten)
                self._unwritten = {}

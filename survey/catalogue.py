"""The catalogue of record: what was accepted, when, and the sha-256 of every stored file.

The audit table is the book: an append-only chain in which every entry holds the digest of the one before it.
The other tables are its index, so each of their rows can be proved from the book (:mod:`survey.audit`).
SQLite does the keeping (WAL, ``synchronous=FULL``, one short ``BEGIN IMMEDIATE`` a write); the tables are
plain SQL and also stand on PostgreSQL. After a write the catalogue file is *sealed*: its own sha-256 is kept
beside it, because half of the bits of an SQLite file can be flipped without SQLite noticing.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    TextClause,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.pool import NullPool

from survey.catalogue_tables import audit, files, metadata, schema_version
from survey.durable import PRIVATE, canonical_json, flush, link_in_place, replace_file, sha256_of, staging
from survey.messages import Refusal, finding

SCHEMA_VERSION = 1
BUSY_MILLISECONDS = 60_000
BUSY_WHILE_SEALING = 3_000
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of the store: path below the root with ``/``, sha-256 and size in bytes."""

    path: str
    sha256: str
    bytes: int


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Catalogue:
    """The catalogue of one store.

    Attributes
    ----------
    root : Path
        Folder of the store; the catalogue is ``catalogue.sqlite`` in it, its seal ``catalogue.seal``.
    clock : callable
        Gives the time that new rows carry.
    """

    root: Path
    clock: Callable[[], datetime] = utc_now

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self.root / "catalogue.sqlite"

    @property
    def seal_path(self) -> Path:
        """The file that holds the sha-256 of the SQLite file and the head of the book at that moment."""
        return self.root / "catalogue.seal"

    @property
    def aside(self) -> Path:
        """Folder for what is not finished."""
        return self.root / "tmp"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state; a new store is created on the way."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give the only writing connection; what is added is durable when the block ends, or never was."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection
        self.seal()

    def add(
        self, connection: Connection, table: Table, row: Mapping[str, Any], written: Sequence[StoredFile]
    ) -> None:
        """Add a row with its files, and enter both into the book."""
        kept = [asdict(one) for one in written]
        connection.execute(insert(table).values(dict(row)))
        if kept:
            connection.execute(insert(files), kept)
        facts = json.dumps({"row": dict(row), "files": kept}, ensure_ascii=False, sort_keys=True)
        entry = {
            "number": next_number(connection, audit),
            "at": self.stamp(),
            "subject": table.name,
            "facts": facts,
            "previous": head(connection),
        }
        connection.execute(insert(audit).values(**entry, digest=entry_digest(entry)))

    def rows(self, table: Table, **where: str) -> list[dict[str, Any]]:
        """Rows of a table in the order of their keys, those only that agree with `where`."""
        wanted = select(table).order_by(*table.primary_key.columns)
        for column, value in where.items():
            wanted = wanted.where(table.c[column] == value)
        with self.reading() as connection:
            return [dict(row) for row in connection.execute(wanted).mappings()]

    def stamp(self) -> str:
        """Return the time of the clock as UTC text."""
        return self.clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def seal(self) -> None:
        """Keep the sha-256 of the catalogue file; left to the next writer when it cannot be done now."""
        with suppress(Refusal, OSError), self.held_still() as last:
            if last not in (None, self.sealed().get("head")):
                content = _seal_bytes(last, sha256_of(self.path))
                replace_file(self.seal_path, content, aside=self.aside)

    def sealed(self) -> dict[str, str]:
        """Return the seal: ``head`` and ``sha256``; empty when there is none or it cannot be read."""
        try:
            written = self.seal_path.read_bytes()
            seal: dict[str, str] = json.loads(written)
        except (OSError, ValueError):
            return {}
        return seal if written == _seal_bytes(seal.get("head"), seal.get("sha256")) else {}

    @contextmanager
    def held_still(self) -> Iterator[str | None]:
        """Keep everyone from changing the catalogue file; give the head of the book, None when too busy."""
        with self._connected() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_WHILE_SEALING}")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            log = self.path.with_name(self.path.name + "-wal")
            still = not busy and not (log.exists() and log.stat().st_size)
            yield head(connection) if still else None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with self._connected() as connection:
            connection.exec_driver_sql(begin)
            yield connection
            connection.exec_driver_sql("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except IntegrityError:
            raise
        except DatabaseError as problem:
            raise _refusal(problem, self.root) from problem

    @cached_property
    def _engine(self) -> Engine:
        """The engine on the catalogue, created when new; another schema version is refused."""
        if not self.path.exists():
            self._create()
        engine = _engine(self.path)
        with engine.connect() as connection:
            version = connection.execute(select(schema_version.c.version)).scalar_one()
        if version != SCHEMA_VERSION:
            facts = {"found": version, "expected": SCHEMA_VERSION}
            raise Refusal(finding("store_other_version", file=str(self.root), facts=facts))
        self._add_tables(engine)
        return engine

    def _add_tables(self, engine: Engine) -> None:
        """Give a store of earlier software the tables it lacks; what it holds stays as it is.

        The seal of a whole catalogue file is put away, because its bytes change; the next write seals again.
        """
        if set(metadata.tables) <= set(inspect(engine).get_table_names()):
            return
        whole = self.sealed().get("sha256") == sha256_of(self.path)
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            present = set(inspect(connection).get_table_names())
            lacking = [table for table in metadata.sorted_tables if table.name not in present]
            metadata.create_all(connection, tables=lacking)
            for rule in _rules_against_changes(lacking):
                connection.execute(rule)
            connection.exec_driver_sql("COMMIT")
        if whole:
            self.seal_path.unlink(missing_ok=True)

    def _create(self) -> None:
        """Make an empty catalogue aside and link it in: of several processes one wins, none sees a half."""
        self.root.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        with staging(self.aside) as place:
            draft = place / self.path.name
            with _engine(draft).connect() as connection:
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                metadata.create_all(connection)
                for rule in _rules_against_changes(metadata.sorted_tables):
                    connection.execute(rule)
                connection.execute(insert(schema_version).values(version=SCHEMA_VERSION))
                connection.exec_driver_sql("COMMIT")
            flush(place)
            link_in_place(draft, self.path)


def next_number(connection: Connection, table: Table) -> int:
    """Return the number after the last one of a table."""
    return last_number(connection, table) + 1


def last_number(connection: Connection, table: Table) -> int:
    """Return the last number of a table, 0 for an empty one."""
    last = connection.execute(select(table.c.number).order_by(table.c.number.desc()).limit(1)).scalar()
    return int(last or 0)


def head(connection: Connection) -> str:
    """Digest of the last entry of the book: whoever keeps it elsewhere can prove the book whole."""
    last = select(audit.c.digest).order_by(audit.c.number.desc()).limit(1)
    return str(connection.execute(last).scalar() or GENESIS)


def entry_digest(entry: Mapping[str, Any]) -> str:
    """Sha-256 over an entry of the book and the digest of the one before it."""
    told = "\n".join(str(entry[name]) for name in ("number", "at", "subject", "facts", "previous"))
    return hashlib.sha256(told.encode()).hexdigest()


def _seal_bytes(last: str | None, sha256: str | None) -> bytes:
    return canonical_json({"head": last, "sha256": sha256}).encode()


def _rules_against_changes(tables: Sequence[Table]) -> list[TextClause]:
    return [
        text(
            f"CREATE TRIGGER {table.name}_no_{verb} BEFORE {verb} ON {table.name} "
            f"BEGIN SELECT RAISE(ABORT, 'rows of {table.name} never change'); END"
        )
        for table in tables
        for verb in ("update", "delete")
    ]


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, isolation_level="AUTOCOMMIT")

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:  # noqa: ANN401 - the driver's own types
        connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine


def _refusal(problem: DatabaseError, root: Path) -> Refusal:
    words = str(problem.orig)
    code = "store_busy" if "locked" in words else "store_unusable"
    return Refusal(finding(code, file=str(root), value=words))

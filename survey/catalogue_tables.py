"""What the catalogue of record holds: one declaration a table; rows are added and never changed.

Plain SQL, so that the tables also stand on PostgreSQL. :mod:`survey.catalogue` keeps them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()
schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))
waves = Table(
    "waves",
    metadata,
    Column("wave", String(60), primary_key=True),
    Column("form_id", String(120), nullable=False),
    Column("form_version", String(60), nullable=False),
    Column("definition", String(120), nullable=False),
    Column("geography", String(120), nullable=False),
    Column("synthetic", Boolean, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("created", String(32), nullable=False),
)
uploads = Table(
    "uploads",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("upload_id", String(64), nullable=False, unique=True),
    Column("wave", String(60), ForeignKey("waves.wave"), nullable=False),
    Column("file", Text, nullable=False),
    Column("source", String(60), nullable=False),
    Column("accepted", String(32), nullable=False),
)
forms = Table(
    "forms",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("form_id", String(120), nullable=False),
    Column("version", String(60), nullable=False),
    Column("title", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("created", String(32), nullable=False),
    UniqueConstraint("form_id", "version"),
)
releases = Table(
    "releases",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("release_id", String(120), nullable=False, unique=True),
    Column("wave", String(60), ForeignKey("waves.wave"), nullable=False),
    Column("created", String(32), nullable=False),
)
corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wave", String(60), ForeignKey("waves.wave"), nullable=False),
    Column("submission", String(200), nullable=False),
    Column("repeat", String(120), nullable=False),
    Column("position", Integer, nullable=False),
    Column("variable", String(120), nullable=False),
    Column("old", Text, nullable=False),
    Column("new", Text, nullable=False),
    Column("who", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("withdraws", Integer, nullable=False),
    Column("created", String(32), nullable=False),
)
decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wave", String(60), ForeignKey("waves.wave"), nullable=False),
    Column("household", String(200), nullable=False),
    Column("kept", String(200), nullable=False),
    Column("among", Text, nullable=False),
    Column("who", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("created", String(32), nullable=False),
)
target_reports = Table(
    "target_reports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("record", Integer, nullable=False),
    Column("target", String(60), nullable=False),
    Column("day", String(10), nullable=False),
    Column("numerator", BigInteger, nullable=False),
    Column("denominator", BigInteger),
    Column("document", String(120), nullable=False),
    Column("document_date", String(10), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("unit", String(200), nullable=False),
    Column("action", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("who", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("created", String(32), nullable=False),
)
publications = Table(
    "publications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("release_id", String(120), ForeignKey("releases.release_id"), nullable=False),
    Column("action", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("embargo", String(32), nullable=False),
    Column("successor", String(120), nullable=False),
    Column("who", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("created", String(32), nullable=False),
)
roles = Table(
    "roles",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("email", String(254), nullable=False),
    Column("role", String(20), nullable=False),
    Column("district", String(60), nullable=False),
    Column("code", String(40), nullable=False),
    Column("who", String(40), nullable=False),
    Column("why", Text, nullable=False),
    Column("created", String(32), nullable=False),
)
files = Table(
    "files",
    metadata,
    Column("path", String(400), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
)
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False),
    Column("subject", String(30), nullable=False),
    Column("facts", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
)

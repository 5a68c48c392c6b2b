"""Writes the ``.csdb`` of CSPro: the tables of SCHEMA_VERSION 3 in SQLite.

The statements follow ``SQLiteRepository.cpp`` and ``SQLiteDictionarySchemaGenerator.cpp`` of CSPro 8
(github.com/csprousers/cspro): item names in small letters, ``occ`` only where a record may occur more than
once, an item with occurrences as ``name(1)``, numbers as they are, special values as 1e50 and the like.
"""

import sqlite3
from contextlib import closing

FIXED = """
CREATE TABLE meta (schema_version INTEGER NOT NULL,cspro_version TEXT NOT NULL,dictionary TEXT NOT NULL,
  dictionary_structure TEXT NOT NULL,dictionary_timestamp INT NOT NULL);
CREATE TABLE file_revisions (id INTEGER NOT NULL PRIMARY KEY,device_id TEXT NOT NULL,
  timestamp INTEGER NOT NULL default (strftime('%s','now')));
CREATE TABLE sync_history (id INTEGER NOT NULL PRIMARY KEY,file_revision INTEGER NOT NULL,
  device_id TEXT NOT NULL,device_name TEXT,user_name TEXT,
  timestamp INTEGER NOT NULL default (strftime('%s','now')),universe TEXT NULL,direction INTEGER NULL,
  server_revision TEXT NULL,partial INTEGER default 0,last_id TEXT NULL default NULL);
CREATE TABLE cases (id TEXT NOT NULL,`key` TEXT NOT NULL,label TEXT,questionnaire TEXT NOT NULL,
  last_modified_revision INTEGER NOT NULL,deleted INTEGER NOT NULL DEFAULT 0,file_order REAL NOT NULL UNIQUE,
  verified INTEGER NOT NULL DEFAULT 0,partial_save_mode TEXT NULL,partial_save_field_name TEXT NULL,
  partial_save_level_key TEXT NULL,partial_save_record_occurrence INTEGER NULL,
  partial_save_item_occurrence INTEGER NULL,partial_save_subitem_occurrence INTEGER NULL,
  FOREIGN KEY(last_modified_revision) REFERENCES file_revisions(id));
CREATE TABLE vector_clock (case_id TEXT,device TEXT,revision INTEGER,
  FOREIGN KEY(case_id) REFERENCES cases(id));
CREATE TABLE notes (case_id TEXT NOT NULL,field_name TEXT NOT NULL,level_key TEXT NOT NULL,
  record_occurrence INTEGER NOT NULL,item_occurrence INTEGER NOT NULL,subitem_occurrence INTEGER NOT NULL,
  content TEXT NOT NULL,operator_id TEXT NOT NULL,modified_time INTEGER NOT NULL,
  FOREIGN KEY(case_id) REFERENCES cases(id));
CREATE INDEX `notes-case-id` ON notes(case_id);
CREATE TABLE `binary-data` (`signature` TEXT PRIMARY KEY NOT NULL,`data` BLOB,
  `last_modified_revision` INTEGER,FOREIGN KEY(`last_modified_revision`) REFERENCES `file_revisions`(`id`));
CREATE TABLE `case-binary-data` (`id` INTEGER PRIMARY KEY NOT NULL,`case-id` TEXT,
  `binary-data-signature` TEXT,FOREIGN KEY(`case-id`) REFERENCES `cases`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `cases-id` ON cases(id);
CREATE INDEX `cases-deleted-key-file-order` on cases(deleted, key, file_order);
CREATE INDEX `cases-last-modified-revision-key` on cases(last_modified_revision, key);
INSERT INTO meta VALUES (3, '8.0.1', '{"software":"CSPro"}', '0', 0);
"""


def write_csdb(path, cases, *, ids, records, extra=""):
    """Write a data file.

    Parameters
    ----------
    cases : list of dict
        ``id``, values of the id items, record name -> list of dict of items; optional ``deleted``,
        ``verified``, ``partial``, ``saved`` (seconds since 1970).
    ids : list of str
        Id items.
    records : dict
        Record -> (items, may occur more than once).
    extra : str
        Statements carried out at the end.
    """
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as db:
        db.executescript(FIXED)
        db.execute(
            "CREATE TABLE `level-1` (`level-1-id` INTEGER PRIMARY KEY NOT NULL,`case-id` TEXT NOT NULL"
            + "".join(f",`{item}` TEXT" for item in ids) + ")"
        )  # fmt: skip
        db.execute("CREATE UNIQUE INDEX `level-1-case-id` ON `level-1`(`case-id`)")
        for name, (items, many) in records.items():
            occurrence = ",`occ` INTEGER NOT NULL DEFAULT 1" if many else ""
            columns = "".join(f",`{item}`" for item in items)
            db.execute(
                f"CREATE TABLE `{name}` (`{name}-id` INTEGER PRIMARY KEY NOT NULL,"
                f"`level-1-id` INTEGER NOT NULL{occurrence}{columns},"
                "FOREIGN KEY(`level-1-id`) REFERENCES `level-1`(`level-1-id`) ON DELETE CASCADE)"
            )
        for number, case in enumerate(cases, start=1):
            _insert(db, number, case, ids, records)
        db.executescript(extra)
        db.commit()
    return path


def _insert(db, number, case, ids, records):
    db.execute("INSERT INTO file_revisions VALUES (?,?,?)", (number, "tablet", case.get("saved", 0)))
    key = "".join(str(case[item]) for item in ids)
    db.execute(
        "INSERT INTO cases(id,key,label,questionnaire,last_modified_revision,deleted,file_order,verified,"
        "partial_save_mode) VALUES (?,?,?,'',?,?,?,?,?)",
        (case["id"], key, "", number, case.get("deleted", 0), float(number), case.get("verified", 0),
         case.get("partial")),
    )  # fmt: skip
    marks = ",".join("?" * (2 + len(ids)))
    db.execute(f"INSERT INTO `level-1` VALUES ({marks})", (number, case["id"], *(case[item] for item in ids)))
    for name, (items, many) in records.items():
        for occurrence, row in enumerate(case.get(name, ()), start=1):
            columns = ["level-1-id", *(["occ"] if many else []), *items]
            values = [number, *([occurrence] if many else []), *(row.get(item) for item in items)]
            named = ",".join(f"`{column}`" for column in columns)
            db.execute(f"INSERT INTO `{name}`({named}) VALUES ({','.join('?' * len(values))})", values)

import SQLite

/// The tables of a workspace file.
///
/// Everything the workspace itself keeps has the prefix `cargo_`; the rows of a model are in
/// `datasets_<dataset>__models_<model>` (`cargo-platform.md` §7.1), and the SQL of users reaches those
/// alone.
enum Schema {
  /// "Cargo" as SQLite's `application_id`: tells a workspace from any other SQLite file.
  static let applicationID: Int64 = 0x4361_7267
  /// The newest version this program knows.
  static let version = Int64(migrations.count)

  /// Brings a file up to date, step by step, in one transaction.
  static func migrate(_ connection: Connection) throws {
    try connection.transaction {
      let current = try connection.userVersion()
      guard current < version else { return }
      for migration in migrations[Int(current)...] { try connection.executeScript(migration) }
      try connection.execute("PRAGMA user_version = \(version)")
      try connection.execute("PRAGMA application_id = \(applicationID)")
    }
  }

  private static let migrations = [first, second, third]

  /// Graphs: which run and node of it a group's batch belongs to, and the nodes that a batch runs.
  private static let third = """
    ALTER TABLE cargo_batches ADD COLUMN parent_run INTEGER;
    ALTER TABLE cargo_batches ADD COLUMN parent_node TEXT;
    ALTER TABLE cargo_batches ADD COLUMN nodes TEXT;
    CREATE INDEX cargo_batches_of_run ON cargo_batches (parent_run) WHERE parent_run IS NOT NULL;
    """

  private static let second = """
    CREATE TABLE cargo_relationships (
      uuid TEXT PRIMARY KEY, dataset_uuid TEXT NOT NULL, position INTEGER NOT NULL,
      from_model TEXT NOT NULL, from_column TEXT NOT NULL, to_model TEXT NOT NULL,
      to_column TEXT NOT NULL, relation TEXT NOT NULL
    );
    """

  private static let first = """
    CREATE TABLE cargo_settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE cargo_datasets (
      uuid TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, connector_uuid TEXT,
      created_at INTEGER NOT NULL
    );
    CREATE TABLE cargo_models (
      uuid TEXT PRIMARY KEY, dataset_uuid TEXT NOT NULL REFERENCES cargo_datasets(uuid),
      slug TEXT NOT NULL, name TEXT NOT NULL, extractor_slug TEXT NOT NULL,
      id_column TEXT NOT NULL, title_column TEXT, time_column TEXT,
      config TEXT NOT NULL, schedule TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
      UNIQUE (dataset_uuid, slug)
    );
    CREATE TABLE cargo_columns (
      model_uuid TEXT NOT NULL REFERENCES cargo_models(uuid) ON DELETE CASCADE,
      slug TEXT NOT NULL, position INTEGER NOT NULL, type TEXT NOT NULL, label TEXT NOT NULL,
      kind TEXT NOT NULL, definition TEXT,
      PRIMARY KEY (model_uuid, slug)
    ) WITHOUT ROWID;
    CREATE TABLE cargo_segments (
      uuid TEXT PRIMARY KEY, model_uuid TEXT NOT NULL, slug TEXT NOT NULL, name TEXT NOT NULL,
      filter TEXT NOT NULL, sort TEXT, row_limit INTEGER, tracking TEXT,
      from_play INTEGER NOT NULL DEFAULT 0,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
    );
    CREATE TABLE cargo_integrations (
      slug TEXT PRIMARY KEY, position INTEGER NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE cargo_connectors (
      uuid TEXT PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
      integration_slug TEXT NOT NULL, rate_unit TEXT, rate_max INTEGER, cache_ttl INTEGER,
      use_credits INTEGER NOT NULL, config TEXT,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
    );
    CREATE TABLE cargo_rate_uses (
      connector_uuid TEXT NOT NULL, free_at INTEGER NOT NULL, uses INTEGER NOT NULL,
      PRIMARY KEY (connector_uuid, free_at)
    ) WITHOUT ROWID;
    CREATE TABLE cargo_batches (
      id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, status INTEGER NOT NULL,
      workflow_uuid TEXT, release_uuid TEXT, action TEXT, data TEXT NOT NULL, error TEXT,
      runs INTEGER NOT NULL, executed INTEGER, failed INTEGER, microcredits INTEGER, owner INTEGER,
      created_at INTEGER NOT NULL, finished_at INTEGER
    );
    CREATE INDEX cargo_batches_unfinished ON cargo_batches (owner) WHERE status < 2;
    CREATE TABLE cargo_runs (
      id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, status INTEGER NOT NULL,
      integration TEXT, action TEXT, connector_uuid TEXT,
      batch_id INTEGER, position INTEGER, workflow_uuid TEXT, release_uuid TEXT,
      record_id TEXT, record_title TEXT,
      input TEXT NOT NULL, output TEXT, configs TEXT, executions TEXT, context TEXT,
      error TEXT, microcredits INTEGER NOT NULL DEFAULT 0, owner INTEGER,
      created_at INTEGER NOT NULL, started_at INTEGER, finished_at INTEGER
    );
    CREATE INDEX cargo_runs_unfinished ON cargo_runs (owner) WHERE status < 2;
    CREATE UNIQUE INDEX cargo_runs_of_batch ON cargo_runs (batch_id, position)
      WHERE batch_id IS NOT NULL;
    CREATE INDEX cargo_runs_of_workflow ON cargo_runs (workflow_uuid, created_at)
      WHERE workflow_uuid IS NOT NULL;
    CREATE TABLE cargo_ledger (
      run_id INTEGER NOT NULL REFERENCES cargo_runs(id), step INTEGER NOT NULL,
      connector_uuid TEXT, integration TEXT NOT NULL, action TEXT NOT NULL,
      microcredits INTEGER NOT NULL, created_at INTEGER NOT NULL,
      PRIMARY KEY (run_id, step)
    ) WITHOUT ROWID;
    CREATE VIEW cargo_charges AS
      SELECT cargo_runs.uuid AS run_uuid, step, cargo_ledger.connector_uuid,
        cargo_ledger.integration, cargo_ledger.action,
        cargo_ledger.microcredits / 1e6 AS credits, cargo_ledger.created_at
      FROM cargo_ledger JOIN cargo_runs ON cargo_runs.id = run_id;
    CREATE TABLE cargo_files (
      name TEXT PRIMARY KEY, title TEXT NOT NULL, content_type TEXT NOT NULL, content BLOB NOT NULL,
      created_at INTEGER NOT NULL
    );
    """
}

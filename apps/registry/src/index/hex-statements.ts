/** Every statement about Hex packages, in the subset that SQLite and PostgreSQL share. */

export const hexTables: readonly string[] = [
  `CREATE TABLE hex_repository (
     name TEXT PRIMARY KEY, revision BIGINT NOT NULL, members TEXT NOT NULL, created_at TEXT NOT NULL)`,
  `CREATE TABLE hex_package (
     repository TEXT NOT NULL, name TEXT NOT NULL, revision BIGINT NOT NULL, owners TEXT NOT NULL, meta TEXT NOT NULL,
     search_text TEXT NOT NULL, created_at TEXT NOT NULL, modified_at TEXT NOT NULL, PRIMARY KEY (repository, name))`,
  `CREATE TABLE hex_release (
     repository TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL, inner_checksum TEXT NOT NULL,
     outer_checksum TEXT NOT NULL, facts TEXT NOT NULL, integrity TEXT NOT NULL, size BIGINT NOT NULL,
     docs_integrity TEXT, docs_size BIGINT, retirement TEXT, published_at TEXT NOT NULL, published_by TEXT NOT NULL,
     PRIMARY KEY (repository, package, version))`,
  `CREATE TABLE hex_removed_release (
     repository TEXT NOT NULL, package TEXT NOT NULL, version TEXT NOT NULL, removed_at TEXT NOT NULL, removed_by TEXT NOT NULL,
     PRIMARY KEY (repository, package, version))`,
  `CREATE TABLE hex_upstream (
     name TEXT PRIMARY KEY, upstream TEXT NOT NULL, found BIGINT NOT NULL, checked_at BIGINT NOT NULL, etag TEXT,
     record TEXT NOT NULL)`,
  `CREATE TABLE hex_upstream_tarball (
     name TEXT NOT NULL, version TEXT NOT NULL, integrity TEXT NOT NULL, size BIGINT NOT NULL, PRIMARY KEY (name, version))`,
]

export const hexStatements = {
  repository: 'SELECT * FROM hex_repository WHERE name = $1',
  repositories: 'SELECT * FROM hex_repository ORDER BY name',
  createRepository: `INSERT INTO hex_repository (name, revision, members, created_at) VALUES ($1, 1, '{}', $2)
    ON CONFLICT (name) DO NOTHING RETURNING name`,
  /** The first statement of a publish: the main repository comes to be by it. */
  takeOrCreateRepository: `INSERT INTO hex_repository (name, revision, members, created_at) VALUES ($1, 1, '{}', $2)
    ON CONFLICT (name) DO UPDATE SET revision = hex_repository.revision + 1 RETURNING revision`,
  takeRepository: 'UPDATE hex_repository SET revision = revision + 1 WHERE name = $1 RETURNING revision, members',
  setMembers: 'UPDATE hex_repository SET members = $2 WHERE name = $1',

  head: 'SELECT * FROM hex_package WHERE repository = $1 AND name = $2',
  packages: 'SELECT name, modified_at FROM hex_package WHERE repository = $1',
  releases: 'SELECT * FROM hex_release WHERE repository = $1 AND package = $2',
  releaseVersions: 'SELECT package, version, retirement FROM hex_release WHERE repository = $1',
  searchable: `SELECT * FROM hex_package WHERE search_text LIKE $1 ESCAPE '~' AND EXISTS (SELECT 1 FROM hex_release
      WHERE hex_release.repository = hex_package.repository AND hex_release.package = hex_package.name)
    ORDER BY name, repository`,
  // Looking through every package takes long: so many at a time, each time up to the name that the first of these gives.
  packageAhead: 'SELECT name FROM hex_package WHERE repository = $1 AND name > $2 ORDER BY name LIMIT 1 OFFSET $3',
  // All releases of a package of which one matches: which of them is the newest is not for the database to say.
  mentioning: `SELECT package, version, facts FROM hex_release WHERE repository = $1 AND package IN (
      SELECT package FROM hex_release WHERE repository = $1 AND package > $2 AND (package <= $3 OR $3 IS NULL)
        AND facts LIKE $4 ESCAPE '~')
    ORDER BY package`,

  ownedBy: "SELECT * FROM hex_package WHERE owners LIKE $1 ESCAPE '~' ORDER BY name, repository",

  createPackage: `INSERT INTO hex_package (repository, name, revision, owners, meta, search_text, created_at, modified_at)
    VALUES ($1, $2, $3, $4, '{}', $2, $5, $5) ON CONFLICT (repository, name) DO NOTHING`,
  describePackage: 'UPDATE hex_package SET meta = $3, search_text = $4 WHERE repository = $1 AND name = $2',
  touchPackage: `UPDATE hex_package SET revision = $3, modified_at = $4 WHERE repository = $1 AND name = $2 RETURNING name`,
  setOwners: 'UPDATE hex_package SET owners = $3 WHERE repository = $1 AND name = $2',
  existingRelease: `SELECT outer_checksum, published_by FROM hex_release
    WHERE repository = $1 AND package = $2 AND version = $3`,
  removedRelease: 'SELECT version FROM hex_removed_release WHERE repository = $1 AND package = $2 AND version = $3',
  insertRelease: `INSERT INTO hex_release (repository, package, version, inner_checksum, outer_checksum, facts, integrity, size,
      published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
  setRetirement: `UPDATE hex_release SET retirement = $4 WHERE repository = $1 AND package = $2 AND version = $3
    RETURNING version`,
  setDocumentation: `UPDATE hex_release SET docs_integrity = $4, docs_size = $5
    WHERE repository = $1 AND package = $2 AND version = $3 RETURNING version`,
  removeRelease: 'DELETE FROM hex_release WHERE repository = $1 AND package = $2 AND version = $3 RETURNING version',
  bury: `INSERT INTO hex_removed_release (repository, package, version, removed_at, removed_by) VALUES ($1, $2, $3, $4, $5)`,
  events: `SELECT at, actor, kind, subject, detail FROM event WHERE subject = $1 OR subject LIKE $2 ESCAPE '~'
    ORDER BY number DESC LIMIT 100`,

  upstream: 'SELECT * FROM hex_upstream WHERE name = $1',
  putUpstream: `INSERT INTO hex_upstream (name, upstream, found, checked_at, etag, record) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (name) DO UPDATE SET upstream = excluded.upstream, found = excluded.found, checked_at = excluded.checked_at,
      etag = excluded.etag, record = excluded.record`,
  upstreamTarball: 'SELECT integrity, size FROM hex_upstream_tarball WHERE name = $1 AND version = $2',
  putUpstreamTarball: `INSERT INTO hex_upstream_tarball (name, version, integrity, size) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name, version) DO UPDATE SET integrity = excluded.integrity, size = excluded.size`,
  forgetUpstream: 'DELETE FROM hex_upstream',
  forgetUpstreamTarballs: 'DELETE FROM hex_upstream_tarball',

  publishedBlobs: 'SELECT repository, package, version, integrity, size, docs_integrity, docs_size FROM hex_release',
  cachedTarballs: 'SELECT name, version, integrity, size FROM hex_upstream_tarball',
} as const

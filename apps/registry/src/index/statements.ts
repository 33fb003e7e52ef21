/** Every statement that the index runs, in the subset that SQLite and PostgreSQL share. */

export const statements = {
  // Packages
  head: 'SELECT name, revision, access, owners, created_at, modified_at FROM package WHERE name = $1',
  package: 'SELECT * FROM package WHERE name = $1',
  versions: 'SELECT version, full_text, abbreviated_text, published_at FROM version WHERE package = $1',
  versionNames: 'SELECT version FROM version WHERE package = $1',
  tags: 'SELECT tag, version FROM tag WHERE package = $1 ORDER BY tag',
  tarball: 'SELECT integrity, size FROM version WHERE package = $1 AND version = $2',
  provenance: 'SELECT media_type, bundle FROM provenance WHERE package = $1 AND version = $2',

  // Publishing. The first statement takes the package's row, so that two publishes of one package follow each other.
  takePackage: `INSERT INTO package (name, revision, access, owners, stars, created_at, modified_at, description, keywords,
      search_text, published_at, published_by)
    VALUES ($1, 1, $2, $3, '[]', $4, $4, '', '[]', $1, $4, $5)
    ON CONFLICT (name) DO UPDATE SET revision = package.revision + 1
    RETURNING revision, owners, modified_at`,
  setModified: 'UPDATE package SET modified_at = $2 WHERE name = $1',
  existingVersion: 'SELECT integrity, published_by FROM version WHERE package = $1 AND version = $2',
  removedVersion: 'SELECT version FROM removed_version WHERE package = $1 AND version = $2',
  insertVersion: `INSERT INTO version (package, version, full_text, abbreviated_text, integrity, size, published_at, published_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
  insertProvenance: 'INSERT INTO provenance (package, version, media_type, bundle) VALUES ($1, $2, $3, $4)',
  setTag: `INSERT INTO tag (package, tag, version) VALUES ($1, $2, $3)
    ON CONFLICT (package, tag) DO UPDATE SET version = excluded.version`,
  describeLatest: `UPDATE package SET latest = $2, description = $3, keywords = $4, search_text = $5, readme = $6, readme_path = $7,
      published_at = $8, published_by = $9 WHERE name = $1`,
  setLatest: 'UPDATE package SET latest = $2 WHERE name = $1',

  // Changing
  touchPackage: 'UPDATE package SET revision = revision + 1 WHERE name = $1 RETURNING revision, modified_at',
  removeTag: 'DELETE FROM tag WHERE package = $1 AND tag = $2',
  removeTagsOf: 'DELETE FROM tag WHERE package = $1 AND version = $2',
  versionTexts: 'SELECT full_text, abbreviated_text FROM version WHERE package = $1 AND version = $2',
  setVersionTexts: 'UPDATE version SET full_text = $3, abbreviated_text = $4 WHERE package = $1 AND version = $2',
  setOwners: 'UPDATE package SET owners = $2 WHERE name = $1',
  setStars: 'UPDATE package SET stars = $2 WHERE name = $1',
  setAccess: 'UPDATE package SET access = $2 WHERE name = $1',
  removeVersion: 'DELETE FROM version WHERE package = $1 AND version = $2',
  removeProvenance: 'DELETE FROM provenance WHERE package = $1 AND version = $2',
  bury: 'INSERT INTO removed_version (package, version, removed_at, removed_by) VALUES ($1, $2, $3, $4)',

  // Events are numbered without gaps: the counter's row is taken by whoever writes one.
  takeTurn: "UPDATE counter SET value = value WHERE name = 'event'",
  nextEvent: "UPDATE counter SET value = value + 1 WHERE name = 'event' RETURNING value",
  events: 'SELECT number, at, actor, kind, subject, detail FROM event WHERE number > $1 ORDER BY number LIMIT $2',
  insertEvent: 'INSERT INTO event (number, at, actor, kind, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)',

  // Looking
  searchable: `SELECT name, latest, description, keywords, published_at, published_by, owners, search_text FROM package
    WHERE latest IS NOT NULL AND (access = 'public' OR $1 = 1) AND search_text LIKE $2 ESCAPE '~'`,
  publishedBlobs: 'SELECT package, version, integrity, size FROM version',
  cachedTarballs: 'SELECT name, version, integrity, size FROM upstream_tarball',
  cachedDocuments: 'SELECT name, documents FROM upstream WHERE found = 1',
  counts: 'SELECT (SELECT COUNT(*) FROM package) AS packages, (SELECT COUNT(*) FROM version) AS versions',

  // Accounts
  account: 'SELECT * FROM account WHERE name = $1',
  accounts: 'SELECT * FROM account ORDER BY name',
  accountCount: 'SELECT COUNT(*) AS accounts FROM account',
  createAccount: `INSERT INTO account (name, email, password, role, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (name) DO NOTHING RETURNING name`,
  changeAccount: `UPDATE account SET email = COALESCE($2, email), password = COALESCE($3, password), role = COALESCE($4, role)
    WHERE name = $1 RETURNING name`,
  token: 'SELECT * FROM token WHERE hash = $1',
  tokensOf: 'SELECT * FROM token WHERE account = $1 ORDER BY created_at, key',
  createToken: `INSERT INTO token (hash, key, account, name, read_only, packages, addresses, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
  removeToken: 'DELETE FROM token WHERE hash = $1 RETURNING hash, account, key',

  // Browsers
  browserSession: 'SELECT * FROM browser_session WHERE hash = $1',
  forgetBrowserSessions: 'DELETE FROM browser_session WHERE expires_at <= $1',
  createBrowserSession: `INSERT INTO browser_session (hash, account, password_digest, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5)`,
  removeBrowserSession: 'DELETE FROM browser_session WHERE hash = $1',
  pendingLogin: 'SELECT * FROM pending_login WHERE page_hash = $1',
  polledLogin: 'SELECT * FROM pending_login WHERE poll_hash = $1',
  forgetPendingLogins: 'DELETE FROM pending_login WHERE expires_at <= $1',
  createPendingLogin: `INSERT INTO pending_login (poll_hash, page_hash, code, agent, address, created_at, expires_at, scope)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
  approveLogin: 'UPDATE pending_login SET account = $2 WHERE page_hash = $1 AND account IS NULL RETURNING page_hash',
  removePendingLogin: 'DELETE FROM pending_login WHERE page_hash = $1',
  takeLogin: 'DELETE FROM pending_login WHERE poll_hash = $1 AND account IS NOT NULL RETURNING *',
  // Looking through every package takes long: so many at a time, each time up to the name that this gives.
  packageAhead: 'SELECT name FROM package WHERE name > $1 ORDER BY name LIMIT 1 OFFSET $2',
  mentioning: `SELECT version.package, version.version, version.abbreviated_text FROM package
    JOIN version ON version.package = package.name AND version.version = package.latest
    WHERE package.name > $1 AND (package.name <= $2 OR $2 IS NULL) AND (package.access = 'public' OR $3 = 1)
      AND version.abbreviated_text LIKE $4 ESCAPE '~' ORDER BY package.name`,

  // Claims
  claims: 'SELECT pattern FROM claim ORDER BY pattern',
  claim: 'INSERT INTO claim (pattern, claimed_at) VALUES ($1, $2) ON CONFLICT (pattern) DO NOTHING',

  // The upstream
  upstream: 'SELECT * FROM upstream WHERE name = $1',
  putUpstream: `INSERT INTO upstream (name, upstream, found, checked_at, etag, last_modified, documents)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name) DO UPDATE SET upstream = excluded.upstream, found = excluded.found, checked_at = excluded.checked_at,
      etag = excluded.etag, last_modified = excluded.last_modified, documents = excluded.documents`,
  forgetUpstream: 'DELETE FROM upstream',
  forgetUpstreamTarballs: 'DELETE FROM upstream_tarball',
  upstreamTarball: 'SELECT integrity, size FROM upstream_tarball WHERE name = $1 AND version = $2',
  putUpstreamTarball: `INSERT INTO upstream_tarball (name, version, integrity, size) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name, version) DO UPDATE SET integrity = excluded.integrity, size = excluded.size`,
} as const

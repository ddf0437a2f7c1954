import Budgets
import Metering

/// Writes and reads keys and tokens, inside a transaction. Confined to the thread that owns the connection.
///
/// Changes are rare, so that statements are prepared for each.
struct AccessStore {
  let connection: OpaquePointer

  func snapshot() throws -> AccessSnapshot { AccessSnapshot(keys: try keys(), tokens: try tokens()) }

  // MARK: Keys

  private static let keyColumns = """
    id, name, digest, agent, workflow, team, providers, models, budgets, may_name, expires_at, previous_digest,
    previous_until, created_at, created_by, rotated_at, rotated_by, revoked_at, revoked_by
    """

  /// Every key, the newest first; those that are revoked last.
  func keys() throws -> [VirtualKey] {
    try keys("ORDER BY revoked_at IS NOT NULL, created_at DESC, id")
  }

  /// The key of this id, or the one in force of this name.
  func key(_ nameOrID: String) throws -> VirtualKey? {
    try keys("WHERE id = ?1 OR (name = ?1 AND revoked_at IS NULL) ORDER BY id = ?1 DESC LIMIT 1", nameOrID).first
  }

  /// The budgets that the calls of each key count in beside those that match, by the key's name; of keys of one name, what the
  /// last of them has.
  func budgetsOfKeys() throws -> [String: [BudgetPattern]] {
    let row = try PreparedStatement(connection, "SELECT name, budgets FROM virtual_keys ORDER BY created_at")
    var budgets: [String: [BudgetPattern]] = [:]
    while try row.step() {
      let names = Self.patterns(row.text(1))
      budgets[row.text(0) ?? ""] = names.isEmpty ? nil : names
    }
    return budgets
  }

  private func keys(_ clause: String, _ value: String? = nil) throws -> [VirtualKey] {
    let statement = try PreparedStatement(connection, "SELECT \(Self.keyColumns) FROM virtual_keys \(clause)")
    if let value { try statement.bind(value, at: 1) }
    var keys: [VirtualKey] = []
    while try statement.step() { keys.append(try Self.key(statement)) }
    return keys
  }

  private static func key(_ row: PreparedStatement) throws -> VirtualKey {
    let name = row.text(1) ?? ""
    guard let digest = CredentialDigest(hexadecimal: row.text(2) ?? "") else {
      throw LedgerError.storage("the digest of the key \(name) cannot be read")
    }
    var grant = KeyGrant()
    grant.agent = row.text(3)
    grant.workflow = row.text(4)
    grant.team = row.text(5)
    grant.providers = patterns(row.text(6))
    grant.models = patterns(row.text(7))
    grant.budgets = patterns(row.text(8))
    grant.mayName = Set(list(row.text(9)).compactMap(NameableField.init(rawValue:)))
    grant.expiresAt = row.optionalInt64(10).map { Timestamp(unixMicroseconds: $0) }
    var key = VirtualKey(
      id: row.text(0) ?? "", name: name, grant: grant, digest: digest,
      created: VirtualKey.Change(at: Timestamp(unixMicroseconds: row.int64(13)), by: row.text(14) ?? ""))
    if let previous = CredentialDigest(hexadecimal: row.text(11) ?? ""), let until = row.optionalInt64(12) {
      key.previous = VirtualKey.PreviousDigest(digest: previous, validUntil: Timestamp(unixMicroseconds: until))
    }
    key.rotated = change(row, 15)
    key.revoked = change(row, 17)
    return key
  }

  /// Writes a key as it is now, in place of what was there under its id.
  func write(_ key: VirtualKey) throws {
    let statement = try PreparedStatement(
      connection,
      "INSERT OR REPLACE INTO virtual_keys (\(Self.keyColumns)) VALUES (\(Self.marks(19)))")
    let grant = key.grant
    let mayName = NameableField.allCases.filter(grant.mayName.contains).map(\.rawValue)
    let texts: [(Int32, String?)] = [
      (1, key.id), (2, key.name), (3, key.digest.hexadecimal), (4, grant.agent), (5, grant.workflow), (6, grant.team),
      (7, Self.text(grant.providers.map(\.text))), (8, Self.text(grant.models.map(\.text))),
      (9, Self.text(grant.budgets.map(\.text))),
      (10, Self.text(mayName)), (12, key.previous?.digest.hexadecimal), (15, key.created.by), (17, key.rotated?.by),
      (19, key.revoked?.by),
    ]
    for (place, text) in texts { try statement.bind(text, at: place) }
    let times: [(Int32, Timestamp?)] = [
      (11, grant.expiresAt), (13, key.previous?.validUntil), (14, key.created.at), (16, key.rotated?.at),
      (18, key.revoked?.at),
    ]
    for (place, time) in times { statement.bind(time?.unixMicroseconds, at: place) }
    try statement.run()
  }

  // MARK: Tokens

  private static let tokenColumns = "id, name, role, digest, created_at, created_by, revoked_at, revoked_by"

  /// Every token, the newest first; those that are revoked last.
  func tokens() throws -> [NamedToken] {
    try tokens("ORDER BY revoked_at IS NOT NULL, created_at DESC, id")
  }

  /// The token of this id, or the one in force of this name.
  func token(_ nameOrID: String) throws -> NamedToken? {
    try tokens("WHERE id = ?1 OR (name = ?1 AND revoked_at IS NULL) ORDER BY id = ?1 DESC LIMIT 1", nameOrID).first
  }

  private func tokens(_ clause: String, _ value: String? = nil) throws -> [NamedToken] {
    let row = try PreparedStatement(connection, "SELECT \(Self.tokenColumns) FROM control_tokens \(clause)")
    if let value { try row.bind(value, at: 1) }
    var tokens: [NamedToken] = []
    while try row.step() {
      let name = row.text(1) ?? ""
      guard let digest = CredentialDigest(hexadecimal: row.text(3) ?? ""),
        let role = ControlRole(rawValue: row.text(2) ?? "")
      else { throw LedgerError.storage("the token \(name) cannot be read") }
      var token = NamedToken(
        id: row.text(0) ?? "", name: name, role: role, digest: digest,
        created: VirtualKey.Change(at: Timestamp(unixMicroseconds: row.int64(4)), by: row.text(5) ?? ""))
      token.revoked = Self.change(row, 6)
      tokens.append(token)
    }
    return tokens
  }

  /// Writes a token as it is now, in place of what was there under its id.
  func write(_ token: NamedToken) throws {
    let statement = try PreparedStatement(
      connection,
      "INSERT OR REPLACE INTO control_tokens (\(Self.tokenColumns)) VALUES (\(Self.marks(8)))")
    let texts: [(Int32, String?)] = [
      (1, token.id), (2, token.name), (3, token.role.rawValue), (4, token.digest.hexadecimal), (6, token.created.by),
      (8, token.revoked?.by),
    ]
    for (place, text) in texts { try statement.bind(text, at: place) }
    statement.bind(token.created.at.unixMicroseconds, at: 5)
    statement.bind(token.revoked?.at.unixMicroseconds, at: 7)
    try statement.run()
  }

  // MARK: Limits

  /// Which credentials are counted.
  enum Table: String {
    case virtualKeys = "virtual_keys"
    case controlTokens = "control_tokens"
  }

  /// Refuses one too many, and forgets what has been revoked longest.
  func makeRoom(in table: Table) throws {
    let live = try queryInt64(connection, "SELECT count(*) FROM \(table.rawValue) WHERE revoked_at IS NULL") ?? 0
    guard live < AccessRules.liveMax else {
      throw LedgerError.refused("there are \(AccessRules.liveMax) already, which is the limit: revoke some")
    }
    try execute(
      connection,
      """
      DELETE FROM \(table.rawValue) WHERE revoked_at IS NOT NULL AND id NOT IN (
        SELECT id FROM \(table.rawValue) WHERE revoked_at IS NOT NULL ORDER BY revoked_at DESC
        LIMIT \(AccessRules.revokedKept))
      """)
  }

  // MARK: Columns

  /// Lists stand in a column with a line each.
  private static func list(_ text: String?) -> [String] { (text ?? "").split(separator: "\n").map(String.init) }

  private static func patterns(_ text: String?) -> [BudgetPattern] { list(text).map { BudgetPattern($0) } }

  private static func text(_ list: [String]) -> String { list.joined(separator: "\n") }

  private static func change(_ row: PreparedStatement, _ column: Int32) -> VirtualKey.Change? {
    row.optionalInt64(column).map {
      VirtualKey.Change(at: Timestamp(unixMicroseconds: $0), by: row.text(column &+ 1) ?? "")
    }
  }

  private static func marks(_ count: Int) -> String { repeatElement("?", count: count).joined(separator: ", ") }
}

import Metering

/// The audit log, inside a transaction of the writer.
extension LedgerStore {
  /// Entries that are kept, however young the older ones are.
  static let auditEntriesMax: Int64 = 100_000
  /// The longest JSON of a state that is kept whole; of a longer one only that there was one. Everything that can be changed has less: a
  /// budget with six lists of 256 patterns of 256 bytes has some 400 kB.
  static let auditStateBytesMax = 1 << 20
  private static let auditNameBytesMax = 200

  /// Writes an entry, and deletes those that are too old or too many.
  ///
  /// Called within the transaction of the change itself, so that neither is there without the other.
  func audit(_ change: AuditedChange, at now: Timestamp) throws {
    let insert = try PreparedStatement(
      connection,
      "INSERT INTO audit (at, actor, action, subject, before, after) VALUES (?, ?, ?, ?, ?, ?) RETURNING id")
    insert.bind(now.unixMicroseconds, at: 1)
    try insert.bind(Self.name(change.actor), at: 2)
    try insert.bind(Self.name(change.action), at: 3)
    try insert.bind(Self.name(change.subject), at: 4)
    try insert.bind(change.before.map(Self.state), at: 5)
    try insert.bind(change.after.map(Self.state), at: 6)
    guard try insert.step() else { return }
    let id = insert.int64(0)
    insert.reset()
    let firstHour = Retention.firstRollupHour(now: now, months: rollupRetentionMonths)
    let delete = try PreparedStatement(connection, "DELETE FROM audit WHERE id <= ? OR (at < ? AND id < ?)")
    delete.bind(id &- Self.auditEntriesMax, at: 1)
    delete.bind(firstHour &* microsecondsPerHour, at: 2)
    delete.bind(id, at: 3)
    try delete.run()
  }

  private static func name(_ text: String) -> String {
    guard text.utf8.count > auditNameBytesMax else { return text }
    var end = text.startIndex
    while text.utf8.distance(from: text.startIndex, to: text.index(after: end)) <= auditNameBytesMax {
      text.formIndex(after: &end)
    }
    return String(text[..<end])
  }

  private static func state(_ json: String) -> String {
    json.utf8.count <= auditStateBytesMax ? json : "{\"too_long\":true}"
  }
}

/// Lists entries of the audit log.
struct AuditQuery {
  private let filter: AuditFilter

  init(_ filter: AuditFilter) { self.filter = filter }

  func run(_ context: ReadContext) throws -> [AuditEntry] {
    let row = try conditions.statement(
      selecting: "id, at, actor, action, subject, before, after", from: "audit", limit: filter.limit, context.connection
    )
    var entries: [AuditEntry] = []
    var bytes = 0
    while bytes < AuditFilter.pageBytesMax, try row.step() {
      entries.append(
        AuditEntry(
          id: row.int64(0), at: Timestamp(unixMicroseconds: row.int64(1)),
          change: AuditedChange(
            actor: row.text(2) ?? "", action: row.text(3) ?? "", subject: row.text(4) ?? "", before: row.text(5),
            after: row.text(6))))
      bytes += entries.last?.stateBytes ?? 0
    }
    return entries
  }

  private var conditions: RowConditions {
    var all = RowConditions()
    all.add("actor = ?", filter.actor.map { .text($0) })
    // The thing alone stands before the point.
    let isWhole = filter.action?.contains(".") ?? true
    all.add(isWhole ? "action = ?" : "substr(action, 1, instr(action, '.') - 1) = ?", filter.action.map { .text($0) })
    all.add("subject = ?", filter.subject.map { .text($0) })
    all.add("at >= ?", filter.from.map { .number($0.unixMicroseconds) })
    all.add("at < ?", filter.to.map { .number($0.unixMicroseconds) })
    all.add("id < ?", filter.before.map { .number($0) })
    return all
  }
}

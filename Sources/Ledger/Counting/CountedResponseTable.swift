import Metering

/// The table of counted responses. Confined to the thread that owns the connection.
///
/// Its key begins with the hour, so that it grows at its end and expires at its beginning; that a response is not there
/// already is what ``CountedResponses`` looks after.
final class CountedResponseTable {
  private let connection: OpaquePointer
  private let digester: ResponseDigester
  private let insert: PreparedStatement

  init(_ connection: OpaquePointer, digester: ResponseDigester) throws(SQLiteFailure) {
    self.connection = connection
    self.digester = digester
    insert = try PreparedStatement(
      connection, "INSERT OR IGNORE INTO counted_responses (hour, high, low) VALUES (?, ?, ?)")
  }

  /// Adds what a call was charged for, in the transaction that writes its row.
  func add(_ record: borrowing CallRecord, _ counted: [ResponseDigest]) throws(SQLiteFailure) {
    let hour = record.startedAt.hour
    if let own = digester.digest(of: record) { try add(own, hour) }
    for digest in counted { try add(digest, hour) }
  }

  private func add(_ digest: ResponseDigest, _ hour: Int64) throws(SQLiteFailure) {
    insert.bind(hour, at: 1)
    insert.bind(Int64(bitPattern: digest.high), at: 2)
    insert.bind(Int64(bitPattern: digest.low), at: 3)
    try insert.run()
  }

  /// Fills the memory with the newest responses. The first time, those of rows of version 1 are added to the table.
  func load(into counted: CountedResponses) throws(SQLiteFailure) {
    if try Facts.value(.responsesAreCounted, connection) == nil { try addRowsOfFirstVersion() }
    let newest = try PreparedStatement(
      connection,
      """
      SELECT high, low FROM
        (SELECT hour, high, low FROM counted_responses ORDER BY hour DESC LIMIT \(CountedResponses.responsesMin))
      ORDER BY hour
      """)
    while try newest.step() {
      counted.insert(
        ResponseDigest(high: UInt64(bitPattern: newest.int64(0)), low: UInt64(bitPattern: newest.int64(1))))
    }
  }

  /// Version 1 looked at the newest 65,536 rows, and so does this.
  private func addRowsOfFirstVersion() throws(SQLiteFailure) {
    let texts = try NameTexts(connection)
    let rows = try PreparedStatement(
      connection,
      """
      SELECT provider, provider_response_id, started_at FROM
        (SELECT id, provider, provider_response_id, usage_source, started_at FROM calls ORDER BY id DESC LIMIT 65536)
      WHERE provider_response_id IS NOT NULL AND usage_source <> \(UsageSource.none.code)
      """)
    while try rows.step() {
      guard let provider = try texts.text(rows.name(0)), let responseID = rows.text(1) else { continue }
      let startedAt = Timestamp(unixMicroseconds: rows.int64(2))
      try add(digester.digest(provider: provider, responseID: responseID), startedAt.hour)
    }
    try Facts.insert(.responsesAreCounted, 1, connection)
  }
}

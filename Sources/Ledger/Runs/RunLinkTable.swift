/// What a process finds that calls of the one before were linked to runs by.
public struct KeptRunLinks: Sendable, Equatable {
  /// The secret that their fingerprints are made with, in two halves: the same for as long as there is the database.
  public var secretLow: UInt64
  public var secretHigh: UInt64
  /// The oldest first.
  public var batches: [[UInt8]]

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    (secretLow, secretHigh) = try Facts.secret(.runKeyLow, .runKeyHigh, connection)
    batches = try RunLinkTable(connection: connection).all()
  }
}

/// What calls are linked to runs by, in batches, the oldest first. Batches are rare, so that statements are prepared for each.
struct RunLinkTable {
  let connection: OpaquePointer

  /// Adds a batch.
  func append(_ batch: [UInt8]) throws(SQLiteFailure) {
    let insert = try PreparedStatement(connection, "INSERT INTO run_links (batch) VALUES (?)")
    try insert.bind(batch, at: 1)
    try insert.run()
  }

  /// Puts a batch in the place of all.
  func replace(with batch: [UInt8]) throws(SQLiteFailure) {
    try execute(connection, "DELETE FROM run_links")
    try append(batch)
  }

  func all() throws(SQLiteFailure) -> [[UInt8]] {
    let rows = try PreparedStatement(connection, "SELECT batch FROM run_links ORDER BY number")
    var batches: [[UInt8]] = []
    while try rows.step() { batches.append(rows.bytes(0)) }
    return batches
  }
}

/// What the rows of a listing have to be: the parts of its filter that are set.
struct RowConditions {
  /// How many rows a page can have; a number outside is taken as the nearest inside.
  private static let limits = 1...1000

  private var all: [(sql: String, value: StoredName)] = []

  /// - Parameter value: nil where the filter does not say it.
  mutating func add(_ sql: String, _ value: StoredName?) {
    if let value { all.append((sql, value)) }
  }

  /// A page of a table's rows, those with the largest ids first unless an order is named.
  ///
  /// - Parameter offset: how many rows are left out at its beginning.
  func statement(
    selecting columns: String, from table: String, orderedBy order: String = "id DESC", limit: Int, offset: Int = 0,
    _ connection: OpaquePointer
  ) throws(SQLiteFailure) -> PreparedStatement {
    let clause = all.isEmpty ? "" : "WHERE " + all.map(\.sql).joined(separator: " AND ")
    let limit = min(max(limit, Self.limits.lowerBound), Self.limits.upperBound)
    let statement = try PreparedStatement(
      connection, "SELECT \(columns) FROM \(table) \(clause) ORDER BY \(order) LIMIT \(limit) OFFSET \(max(0, offset))")
    for (index, condition) in all.enumerated() {
      try statement.bind(condition.value, at: Int32(truncatingIfNeeded: index &+ 1))
    }
    return statement
  }
}

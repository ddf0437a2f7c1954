/// A name as a column holds it.
enum StoredName: Hashable, Sendable {
  /// Its number in the table `names`.
  case number(Int64)
  /// The text itself: it is too long to be worth a number, or the table is full.
  case text(String)
  case none
}

/// What a name must be to get a number in the table `names`.
///
/// The table only grows, so that a name has one form for ever: a number where it got one, else its text. Peers choose
/// names, hence the limits.
enum NameLimits {
  static let namesMax = 65536
  static let nameBytesMax = 200
}

/// The numbers of names, for the writer. Confined to the thread that owns the connection.
final class Names {
  private var numbers: [String: Int64] = [:]
  /// Names that got their number in the transaction under way: forgotten if it is rolled back.
  private var fresh: [String] = []
  /// What was asked last for each column: calls that follow each other are alike, and comparing is cheaper than
  /// hashing.
  private var latest = [(name: String, stored: StoredName)?](repeating: nil, count: CallColumn.allCases.count)
  private let insert: PreparedStatement

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    insert = try PreparedStatement(connection, "INSERT INTO names (name) VALUES (?) RETURNING id")
    let all = try PreparedStatement(connection, "SELECT name, id FROM names")
    while try all.step() { all.text(0).map { numbers[$0] = all.int64(1) } }
  }

  func stored(_ name: String) throws(SQLiteFailure) -> StoredName {
    if let number = numbers[name] { return .number(number) }
    guard numbers.count < NameLimits.namesMax, name.utf8.count <= NameLimits.nameBytesMax else { return .text(name) }
    defer { insert.reset() }
    try insert.bind(name, at: 1)
    guard try insert.step() else { return .text(name) }
    let number = insert.int64(0)
    numbers[name] = number
    fresh.append(name)
    return .number(number)
  }

  /// - Parameter place: the number of the column that the name is for.
  func stored(_ name: String, place: Int) throws(SQLiteFailure) -> StoredName {
    guard latest.indices.contains(place) else { return try stored(name) }
    if let known = latest[place], known.name == name { return known.stored }
    let stored = try stored(name)
    latest[place] = (name, stored)
    return stored
  }

  func transactionEnded(committed: Bool) {
    if !committed {
      for place in latest.indices { latest[place] = nil }
      for name in fresh { numbers[name] = nil }
    }
    fresh.removeAll(keepingCapacity: true)
  }
}

/// The names of numbers, for a reader. Confined to the queue that owns the connection.
final class NameTexts {
  private var texts: [Int64: String] = [:]
  private let byNumber: PreparedStatement
  private let byName: PreparedStatement

  init(_ connection: OpaquePointer) throws(SQLiteFailure) {
    byNumber = try PreparedStatement(connection, "SELECT name FROM names WHERE id = ?")
    byName = try PreparedStatement(connection, "SELECT id FROM names WHERE name = ?")
  }

  func text(_ name: StoredName) throws(SQLiteFailure) -> String? {
    switch name {
    case .none: return nil
    case .text(let text): return text
    case .number(let number):
      if let text = texts[number] { return text }
      defer { byNumber.reset() }
      byNumber.bind(number, at: 1)
      guard try byNumber.step(), let text = byNumber.text(0) else { return nil }
      texts[number] = text
      return text
    }
  }

  /// The form in which a column would hold this name.
  func stored(_ name: String) throws(SQLiteFailure) -> StoredName {
    defer { byName.reset() }
    try byName.bind(name, at: 1)
    return try byName.step() ? .number(byName.int64(0)) : .text(name)
  }
}

/// What was counted of one tool in a run.
public struct ToolMeasures: Sendable, Equatable {
  public var calls: Int64 = 0
  public var results: Int64 = 0
  public var errors: Int64 = 0
  /// Errors since the last result that was none.
  public var errorsInRow: Int64 = 0
  /// From the replies that asked to the requests that answered, as far as both were seen.
  public var timed: Int64 = 0
  public var timeMicroseconds: Int64 = 0
  public var longestMicroseconds: Int64 = 0

  public init() {}

  /// Adds what was counted before.
  mutating func add(_ before: ToolMeasures) {
    calls = calls.saturatingAdd(before.calls)
    results = results.saturatingAdd(before.results)
    errors = errors.saturatingAdd(before.errors)
    timed = timed.saturatingAdd(before.timed)
    timeMicroseconds = timeMicroseconds.saturatingAdd(before.timeMicroseconds)
    longestMicroseconds = max(longestMicroseconds, before.longestMicroseconds)
  }

  mutating func addResult(failed: Bool, took microseconds: Int64?) {
    results &+= 1
    errors &+= failed ? 1 : 0
    errorsInRow = failed ? errorsInRow &+ 1 : 0
    guard let microseconds else { return }
    timed &+= 1
    timeMicroseconds = timeMicroseconds.saturatingAdd(microseconds)
    longestMicroseconds = max(longestMicroseconds, microseconds)
  }
}

/// The tools of a run by their names, the first ones of many; the others share one name.
struct ToolTable: Sendable, Equatable {
  /// How many names are told apart, and how much of a name is kept.
  static let namesMax = 64
  static let nameBytesMax = 128
  /// The name of all others.
  static let other = "other"

  private(set) var names: [String] = []
  private(set) var measures: [ToolMeasures] = []

  /// Bytes of names that stand apart from the list of them.
  private var nameBytes = 0

  var bytes: Int {
    names.capacity &* MemoryLayout<String>.stride &+ measures.capacity &* MemoryLayout<ToolMeasures>.stride &+ nameBytes
  }

  /// The name of a tool by its place.
  func name(at place: Int) -> String { names.indices.contains(place) ? names[place] : Self.other }

  /// A name, or the beginning of one that is longer than what is kept.
  static func bounded(_ name: String) -> String {
    guard name.utf8.count > nameBytesMax else { return name }
    return String(decoding: name.utf8.prefix(nameBytesMax), as: UTF8.self)
  }

  /// The place of a tool, which is kept for it if there is room.
  mutating func place(of name: String) -> Int {
    let name = Self.bounded(name)
    if let place = names.firstIndex(of: name) { return place }
    let kept = names.count < Self.namesMax - 1 ? name : Self.other
    if let place = names.firstIndex(of: kept) { return place }
    names.append(kept)
    measures.append(ToolMeasures())
    nameBytes &+= kept.utf8.count &+ 32
    return names.count - 1
  }

  mutating func update(at place: Int, _ change: (inout ToolMeasures) -> Void) {
    guard measures.indices.contains(place) else { return }
    change(&measures[place])
  }
}

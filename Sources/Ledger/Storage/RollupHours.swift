import Metering

/// Which totals the latest hours have. Peers choose models, agents and workflows: beyond a number of totals an hour, what is
/// new is added up under the name `other`. The rows keep every name.
struct RollupHours {
  /// Totals of one hour at most, but for those named `other`.
  static let totalsPerHourMax = 4096
  /// The name that totals beyond the limit have.
  static let otherName = "other"
  /// Hours that are remembered; calls that ended late belong to earlier ones.
  private static let hoursMax = 8

  private let totalsMax: Int
  private var keys: [Int64: Set<RollupKey>] = [:]
  /// The last hour in which a name was folded.
  private(set) var foldedHour: Int64?

  init(totalsPerHourMax: Int = RollupHours.totalsPerHourMax) { totalsMax = totalsPerHourMax }

  /// The key under which a call is added up.
  ///
  /// - Parameters:
  ///   - load: reads the keys that an hour has on disk.
  ///   - other: the stored form of ``otherName``.
  mutating func admitted(
    _ key: RollupKey, load: (Int64) throws(SQLiteFailure) -> Set<RollupKey>,
    other: () throws(SQLiteFailure) -> StoredName
  ) throws(SQLiteFailure) -> RollupKey {
    if keys[key.hour] == nil {
      if keys.count >= Self.hoursMax, let oldest = keys.keys.min() { keys[oldest] = nil }
      keys[key.hour] = try load(key.hour)
    }
    guard keys[key.hour]?.contains(key) == false else { return key }
    if keys[key.hour].map({ $0.count < totalsMax }) ?? true {
      keys[key.hour]?.insert(key)
      return key
    }
    foldedHour = key.hour
    var folded = key
    folded.model = try other()
    folded.agent = folded.model
    folded.workflow = folded.model
    return folded
  }

  /// Forgets what is on disk, after a transaction that was taken back.
  mutating func forget() { keys.removeAll(keepingCapacity: true) }
}

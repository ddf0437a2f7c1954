public import Metering

/// What the last calls of each model and workflow used: the source of what is expected of the next one.
public struct SpendHistory: ~Copyable, Sendable {
  /// How many calls of a model and workflow are looked back on.
  public static let callsMax = 200
  /// Before so many are known, nothing is said.
  public static let callsMin = 4
  /// Before so many are known, three in four are what is said: nineteen in twenty would be the dearest of them, which usually is
  /// the first, that had its prompt written into a cache.
  public static let callsForPercentile95 = 20
  /// For how long what the last call used says something of the next one: so calls that are all refused for what others before them had
  /// used are not refused for ever.
  public static let microsecondsMax: Int64 = 3_600_000_000
  /// How many pairs of model and workflow are kept; beyond them the one that was used longest ago goes.
  public static let entriesMax = 4_096

  private var entries = Slab<SpendEntry>()
  private var places: [SpendKey: Int] = [:]
  /// The pairs from the one used last to the one used longest ago.
  private var newest = nowhere
  private var oldest = nowhere

  public init() {}

  /// How many pairs are known.
  public var count: Int { entries.count }

  /// Adds what a call used, in all and as output, in pico-dollars and tokens.
  ///
  /// - Parameter time: when it began.
  public mutating func record(
    model: String, workflow: String, picodollars: Int64, tokens: Int64, outputTokens: Int64, at time: Timestamp
  ) {
    let place = place(of: SpendKey(model: model, workflow: workflow))
    if entries.items[place].isOld(at: time) { entries.items[place].amounts = SpendAmounts() }
    entries.items[place].lastAt = max(entries.items[place].lastAt, time)
    entries.items[place].amounts.add(picodollars, tokens, outputTokens)
  }

  /// What nineteen in twenty of the last calls used no more than, each figure for itself; of fewer than 20, three in four. Nil
  /// before ``callsMin`` are known, and where the last one is older than ``microsecondsMax``.
  public mutating func percentile95(model: String, workflow: String, at time: Timestamp) -> SpendPercentiles? {
    guard let place = places[SpendKey(model: model, workflow: workflow)] else { return nil }
    touch(place)
    guard !entries.items[place].isOld(at: time) else { return nil }
    return entries.items[place].amounts.percentiles()
  }

  private mutating func place(of key: SpendKey) -> Int {
    if let known = places[key] {
      touch(known)
      return known
    }
    if entries.count >= Self.entriesMax {
      let leaving = oldest
      unlink(leaving)
      places[entries.items[leaving].key] = nil
      entries.remove(at: leaving, leaving: .none)
    }
    let place = entries.insert(SpendEntry(key: key))
    places[key] = place
    linkFirst(place)
    return place
  }

  private mutating func touch(_ place: Int) {
    guard newest != place else { return }
    unlink(place)
    linkFirst(place)
  }

  private mutating func linkFirst(_ place: Int) {
    entries.items[place].newer = nowhere
    entries.items[place].older = newest
    if newest == nowhere { oldest = place } else { entries.items[newest].newer = place }
    newest = place
  }

  private mutating func unlink(_ place: Int) {
    let (newer, older) = (entries.items[place].newer, entries.items[place].older)
    if newer == nowhere { newest = older } else { entries.items[newer].older = older }
    if older == nowhere { oldest = newer } else { entries.items[older].newer = newer }
  }
}

/// What nineteen in twenty calls use no more than.
public struct SpendPercentiles: Sendable, Hashable {
  public var picodollars: Int64
  public var tokens: Int64
  public var outputTokens: Int64
}

struct SpendKey: Sendable, Hashable {
  var model: String
  var workflow: String
}

/// A pair's last calls, and its neighbours in the order of use.
struct SpendEntry: Sendable {
  var key: SpendKey
  var amounts = SpendAmounts()
  /// When the last of the calls began.
  var lastAt = Timestamp(unixMicroseconds: 0)
  var newer = nowhere
  var older = nowhere

  init(key: SpendKey) { self.key = key }

  func isOld(at time: Timestamp) -> Bool {
    let (age, overflow) = time.unixMicroseconds.subtractingReportingOverflow(lastAt.unixMicroseconds)
    return overflow || age > SpendHistory.microsecondsMax
  }

  static let none = SpendEntry(key: SpendKey(model: "", workflow: ""))
}

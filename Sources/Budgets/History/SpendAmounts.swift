/// The figures of the last calls, each with its 95th percentile.
struct SpendAmounts: Sendable {
  private var picodollars: [Int64] = []
  private var tokens: [Int32] = []
  private var outputTokens: [Int32] = []
  /// Which call is replaced next, once there are as many as are kept.
  private var next = 0
  private var known: SpendPercentiles?

  mutating func add(_ picodollars: Int64, _ tokens: Int64, _ outputTokens: Int64) {
    known = nil
    if self.picodollars.count < SpendHistory.callsMax {
      self.picodollars.append(picodollars)
      self.tokens.append(Int32(clamping: tokens))
      self.outputTokens.append(Int32(clamping: outputTokens))
      return
    }
    self.picodollars[next] = picodollars
    self.tokens[next] = Int32(clamping: tokens)
    self.outputTokens[next] = Int32(clamping: outputTokens)
    next = (next + 1) % SpendHistory.callsMax
  }

  /// Nil before enough calls are known.
  mutating func percentiles() -> SpendPercentiles? {
    if let known { return known }
    guard picodollars.count >= SpendHistory.callsMin else { return nil }
    known = SpendPercentiles(
      picodollars: Self.upper(picodollars), tokens: Int64(Self.upper(tokens)),
      outputTokens: Int64(Self.upper(outputTokens)))
    return known
  }

  /// The least value that is no less than 95 % of all: with 200 the 190th, which is the 11th from the top. Of few values the least
  /// that is no less than 75 %.
  static func upper<Value: FixedWidthInteger>(_ values: [Value]) -> Value {
    let percent = values.count < SpendHistory.callsForPercentile95 ? 75 : 95
    let rank = (values.count * percent + 99) / 100
    let fromTop = min(max(1, values.count - rank + 1), topMax)
    // The greatest seen, in descending order: so few that keeping them in order is cheaper than sorting all.
    var top = InlineArray<11, Value>(repeating: .min)
    for value in values where value > top[fromTop - 1] {
      var place = fromTop - 1
      while place > 0, top[place - 1] < value {
        top[place] = top[place - 1]
        place -= 1
      }
      top[place] = value
    }
    return top[fromTop - 1]
  }

  /// As many as stand above the 95th percentile of the calls that are kept, and itself.
  private static let topMax = 11
}

/// Finds what is wrong with a run while it goes on, each told once until it is over.
struct RunAnomalies: Sendable, Equatable {
  /// How many results in a row must be failures before a tool is said to keep failing.
  static let toolFailuresInRow: Int64 = 5

  private var told: Set<String> = []

  /// Tools that keep failing and were not told yet.
  mutating func find(in tally: RunTally) -> [Anomaly] {
    let failing = tally.failingTools(Self.toolFailuresInRow)
    if failing.isEmpty {
      if !told.isEmpty { told.removeAll() }
      return []
    }
    let names = Set(failing.map(\.name))
    told.formIntersection(names)
    return failing.filter { told.insert($0.name).inserted }.map {
      Anomaly(.toolKeepsFailing, tool: $0.name, value: $0.errors)
    }
  }
}

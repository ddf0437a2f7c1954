public import Dialects

/// How long a tool ran, as the client that ran it says.
public struct ToolDuration: Sendable, Equatable {
  /// Of the tool's name.
  public var name: Fingerprint
  public var microseconds: Int64

  public init(name: Fingerprint, microseconds: Int64) {
    self.name = name
    self.microseconds = microseconds
  }
}

extension [ToolDuration] {
  /// The durations of tools that are answered, by their order; nil where the client measured none.
  ///
  /// A client says what each tool is called and not which call it was, in the order in which they ended. Where it says less of a tool
  /// than there are results, some did not run (a person denied them, say): those that failed come last.
  func assigned(to answers: [(name: Fingerprint, failed: Bool)]) -> [Int64?] {
    var assigned = [Int64?](repeating: nil, count: answers.count)
    guard !isEmpty else { return assigned }
    for name in Set(map(\.name)) {
      let durations = filter { $0.name == name }
      var places = answers.indices.filter { answers[$0].name == name }
      if durations.count < places.count {
        places = places.filter { !answers[$0].failed } + places.filter { answers[$0].failed }
      }
      for (place, duration) in zip(places, durations) { assigned[place] = Swift.max(0, duration.microseconds) }
    }
    return assigned
  }
}

/// Times what is repeated, in rounds, and prints the median: the machine is noisy.
struct Measurement {
  /// How long each round goes on.
  var round = Duration.milliseconds(500)
  var rounds = 5

  /// Prints the time of one call of `work`, and the throughput where it reads bytes.
  ///
  /// - Parameters:
  ///   - bytes: how many bytes one call reads; zero for work that is not measured in bytes.
  ///   - count: how many things one call does; the time printed is of one of them.
  func run(_ name: String, bytes: Int = 0, count: Int = 1, _ work: () throws -> Void) rethrows {
    try work()
    var samples: [Double] = []
    for _ in 0..<rounds { samples.append(try seconds(work) / Double(count)) }
    samples.sort()
    let median = samples[samples.count / 2]
    var line = "\(Self.padded(name, to: 52)) \(Self.shown(median))"
    if bytes > 0 { line += "   \(Self.decimal(Double(bytes) / Double(count) / median / 1e9)) GB/s" }
    print(line)
  }

  /// The time of one call, averaged over a round.
  private func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var calls = 0
    while clock.now - start < round {
      try work()
      calls += 1
    }
    let (seconds, attoseconds) = (clock.now - start).components
    return (Double(seconds) + Double(attoseconds) / 1e18) / Double(calls)
  }

  private static func shown(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-6: "\(decimal(seconds * 1e9)) ns"
    case ..<1e-3: "\(decimal(seconds * 1e6)) us"
    default: "\(decimal(seconds * 1e3)) ms"
    }
  }

  private static func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let fraction = hundredths % 100
    return padded("\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)", to: 9, fromLeft: true)
  }

  private static func padded(_ text: String, to width: Int, fromLeft: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - text.count))
    return fromLeft ? blanks + text : text + blanks
  }
}

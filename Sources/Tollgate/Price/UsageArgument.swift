import Metering

/// `in=N,in.cached=N,out=N`, as `--usage` takes it; time as `in.audio.time=12.5s`.
struct UsageArgument: Sendable, Equatable {
  var usage = Usage()

  init(parsing text: String) throws(MalformedText) {
    var named: Set<String> = []
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw MalformedText("\"\(pair)\" is no count; write in=1000,in.cached=9000,out=500")
      }
      let name = sides[0].trimmed
      guard let cell = UsageCell.allCases.first(where: { $0.meter.description == name }) else {
        let names = UsageCell.allCases.map(\.meter.description)
        let hint = NearestName.hint(for: name, among: names).map { "; did you mean \($0)?" }
        throw MalformedText("\"\(name)\" is no class of usage" + (hint ?? "; known: \(names.joined(separator: ", "))"))
      }
      guard named.insert(name).inserted else { throw MalformedText("\"\(name)\" stands twice") }
      usage[cell] = try cell.countsPerUnit == 1 ? Self.count(sides[1].trimmed, name) : Self.time(sides[1].trimmed, name)
    }
  }

  private static func count(_ text: String, _ name: String) throws(MalformedText) -> Int64 {
    guard let count = Int64(text), count >= 0 else {
      throw MalformedText("\"\(text)\" is no count of \(name); write a whole number, 0 or more")
    }
    return count
  }

  /// Milliseconds of `12.5s`, `12.5` (seconds), `1500ms`, `2m` or `1.5h`.
  private static func time(_ text: String, _ name: String) throws(MalformedText) -> Int64 {
    let unit = units.first { text.hasSuffix($0.suffix) } ?? ("", 1000)
    let number = text.dropLast(unit.suffix.count)
    let sides = number.split(separator: ".", omittingEmptySubsequences: false)
    let decimals = sides.count == 2 ? sides[1] : "0"
    guard 1...2 ~= sides.count, 1...9 ~= sides[0].count, 1...3 ~= decimals.count,
      let whole = UInt32(sides[0]), let part = UInt32(decimals)
    else {
      throw MalformedText("\"\(text)\" is no time of \(name); write 12.5s, 1500ms, 2m or 1.5h")
    }
    let thousandths = Int64(whole) * 1000 + Int64(part) * [100, 10, 1][decimals.count - 1]
    let (milliseconds, rest) = (thousandths * unit.milliseconds).quotientAndRemainder(dividingBy: 1000)
    guard rest == 0 else { throw MalformedText("\"\(text)\" is not a whole number of milliseconds") }
    return milliseconds
  }

  /// `ms` before `s`, which it ends with.
  private static let units: [(suffix: String, milliseconds: Int64)] = [
    ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000),
  ]
}

extension Substring {
  /// Without blanks around it.
  fileprivate var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

import Metering

/// `in=N,in.cached=N,out=N`, as `--usage` takes it.
struct UsageArgument: Sendable, Equatable {
  var usage = Usage()

  init(parsing text: String) throws(MalformedText) {
    var named: Set<String> = []
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard sides.count == 2 else {
        throw MalformedText("\"\(pair)\" is no count; write in=1000,in.cached=9000,out=500")
      }
      let name = String(sides[0])
      guard let cell = UsageCell.allCases.first(where: { $0.meter.description == name }) else {
        let known = UsageCell.allCases.map(\.meter.description).joined(separator: ", ")
        throw MalformedText("\"\(name)\" is no class of usage; known: \(known)")
      }
      guard let count = Int64(sides[1]), count >= 0 else {
        throw MalformedText("\"\(sides[1])\" is no count of \(name); write a whole number, 0 or more")
      }
      guard named.insert(name).inserted else { throw MalformedText("\"\(name)\" stands twice") }
      usage[cell] = count
    }
  }
}

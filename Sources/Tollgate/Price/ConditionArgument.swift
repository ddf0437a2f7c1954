import Metering

/// `key=value`, as `--when` takes it: anything that the price book makes prices depend on.
struct ConditionArgument: Sendable, Equatable {
  var name: String
  var value: String

  init(parsing text: String) throws(MalformedText) {
    let sides = text.split(separator: "=", maxSplits: 1).map(String.init)
    let known = PricingContext.conditionNames
    guard sides.count == 2, known.contains(sides[0]) else {
      let hint = sides.first.flatMap { NearestName.hint(for: $0, among: known) }.map { "; did you mean \($0)?" } ?? ""
      throw MalformedText(
        "\"\(text)\" is no condition; write key=value with a key of \(known.joined(separator: ", "))\(hint)")
    }
    name = sides[0]
    value = sides[1]
  }
}

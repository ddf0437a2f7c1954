import Metering
import Observability

/// `providers.X.discount`: negotiated rates.
extension PriceDiscount {
  static let key = "discount"

  /// Reads `{times: 0.88, from: 2026-09-01, to: 2027-01-01}`, the text `0.88 from 2026-09-01 to 2027-01-01`, or a list of
  /// either.
  static func read(_ section: MappingReader, _ context: inout ReadingContext) -> [PriceDiscount] {
    guard let value = section[key] else { return [] }
    let values = value.isList ? value.list(&context) : [value]
    return values.compactMap { value in
      value.isMapping ? mapping(value, &context) : value.parsed(&context, by: Self.parsed)
    }
  }

  private static func mapping(_ value: ConfigurationValue, _ context: inout ReadingContext) -> PriceDiscount? {
    let section = MappingReader(value, keys: ["times", "from", "to"], context: &context)
    guard let times = section["times"]?.text(&context) else {
      value.report("times is missing: what list prices are multiplied by, such as 0.88", to: &context)
      return nil
    }
    let from = section["from"]?.parsed(&context, by: instant)
    let to = section["to"]?.parsed(&context, by: instant)
    guard let discount = PriceDiscount(times: times, from: from, to: to) else {
      value.report(malformed, to: &context)
      return nil
    }
    return discount
  }

  private static func parsed(_ text: String) throws(MalformedText) -> PriceDiscount {
    let words = text.split(separator: " ").map(String.init)
    guard let times = words.first, words.count % 2 == 1 else { throw MalformedText(malformed) }
    var ends: [String: Timestamp] = [:]
    for index in stride(from: 1, to: words.count, by: 2) {
      guard ["from", "to"].contains(words[index]), ends[words[index]] == nil else { throw MalformedText(malformed) }
      ends[words[index]] = try instant(words[index + 1])
    }
    guard let discount = PriceDiscount(times: times, from: ends["from"], to: ends["to"]) else {
      throw MalformedText(malformed)
    }
    return discount
  }

  private static func instant(_ text: String) throws(MalformedText) -> Timestamp {
    guard let instant = Timestamp(text) else {
      throw MalformedText("\"\(text)\" is no point of time; write 2026-09-01 or 2026-09-01T00:00:00Z")
    }
    return instant
  }

  private static let malformed =
    "a discount is a factor above 0 with, if you like, a beginning and a later end: {times: 0.88, from: 2026-09-01, "
    + "to: 2027-01-01}"

  /// What ``read(_:_:)`` takes.
  var canonicalText: String {
    var text = times
    if let from { text += " from \(from.rfc3339)" }
    if let to { text += " to \(to.rfc3339)" }
    return text
  }
}

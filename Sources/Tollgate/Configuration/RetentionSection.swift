/// `retention`: how long the ledger keeps what it knows.
struct RetentionSection: Sendable, Equatable {
  /// Rows of single calls.
  var callsDays = 90
  /// Hourly sums.
  var rollupsMonths = 25

  static let key = "retention"

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: ["calls", "rollups"], context: &context)
    section.read("calls", into: &callsDays, &context, by: Self.days)
    section.read("rollups", into: &rollupsMonths, &context, by: Self.months)
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) {
      $0.entry("calls", "\(callsDays)d")
      $0.entry("rollups", "\(rollupsMonths) months")
    }
  }

  private static func days(_ text: String) throws(MalformedText) -> Int {
    let (days, rest) = try TimeSpan(parsing: text).milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    guard rest == 0, (1...36_500).contains(days) else {
      throw MalformedText("\"\(text)\" is not a whole number of days from 1d to 36500d")
    }
    return Int(days)
  }

  private static func months(_ text: String) throws(MalformedText) -> Int {
    let fields = text.split(separator: " ")
    guard fields.count == 2, ["month", "months"].contains(fields[1]), let months = Int(fields[0]),
      (1...1200).contains(months)
    else { throw MalformedText("\"\(text)\" is not a number of months from 1 to 1200, such as 25 months") }
    return months
  }
}

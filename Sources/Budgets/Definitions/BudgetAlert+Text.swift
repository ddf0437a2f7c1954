/// How the condition of an alert is written in configuration and in the API.
extension BudgetAlert.Condition: LosslessStringConvertible {
  /// Reads `refusing`, `forecast`, or a whole number of percent from 1 to 1000, such as `80%`.
  public init?(_ text: String) {
    switch text {
    case "refusing": self = .refusing
    case "forecast": self = .forecast
    default:
      guard text.hasSuffix("%"), let percent = Int64(text.dropLast()), 1...1000 ~= percent else { return nil }
      self = .spent(partsPerMillion: percent * 10_000)
    }
  }

  /// What is accepted, for messages.
  public static let accepted = "80%, refusing or forecast"

  /// What ``init(_:)`` reads; of a share that is no whole percent, the percent below it.
  public var description: String {
    switch self {
    case .spent(let partsPerMillion): "\(partsPerMillion / 10_000)%"
    case .refusing: "refusing"
    case .forecast: "forecast"
    }
  }
}

/// How limits and periods are written in configuration, on the command line and in the API.
extension BudgetLimit: LosslessStringConvertible {
  /// Reads `200 USD`, `0.5 USD`, `2M tokens`, `500 calls` or `200 tool_calls`; `k`, `M` and `G` stand for thousands, millions and
  /// thousands of millions. Nil for anything else, for more than twelve digits after the point, and for what does not fit.
  public init?(_ text: String) {
    let parts = text.split(separator: " ", omittingEmptySubsequences: true)
    guard parts.count == 2 else { return nil }
    switch parts[1] {
    case "USD":
      guard let amount = Self.scaled(parts[0], digits: 12) else { return nil }
      self.init(unit: .usd, amount: amount)
    case "tokens", "calls", "tool_calls":
      guard let unit = BudgetUnit(rawValue: String(parts[1])), let amount = Self.count(parts[0]) else { return nil }
      self.init(unit: unit, amount: amount)
    default: return nil
    }
  }

  /// What is accepted, for messages.
  public static let accepted = "200 USD, 2M tokens, 500 calls or 200 tool_calls"

  /// The exact amount with its unit: what ``init(_:)`` reads.
  public var description: String { unit.text(amount) }

  private static func count(_ text: Substring) -> Int64? {
    switch text.utf8.last {
    case UInt8(ascii: "k"): scaled(text.dropLast(), digits: 3)
    case UInt8(ascii: "M"): scaled(text.dropLast(), digits: 6)
    case UInt8(ascii: "G"): scaled(text.dropLast(), digits: 9)
    default: scaled(text, digits: 0)
    }
  }

  /// A decimal number times a power of ten, where that is whole.
  private static func scaled(_ text: Substring, digits: Int) -> Int64? {
    let sides = text.split(separator: ".", omittingEmptySubsequences: false)
    guard 1...2 ~= sides.count, sides.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isDigit) }) else {
      return nil
    }
    let fraction = sides.count == 2 ? sides[1] : ""
    guard fraction.utf8.count <= digits else { return nil }
    return Int64(sides[0] + fraction + String(repeating: "0", count: digits - fraction.utf8.count))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
}

extension BudgetUnit {
  /// An amount of the unit, exactly, as limits are written.
  public func text(_ amount: Int64) -> String {
    guard self == .usd else { return "\(amount) \(rawValue)" }
    let digits = String(amount.magnitude)
    let padded = String(repeating: "0", count: max(0, 13 - digits.utf8.count)) + digits
    var fraction = padded.suffix(12)
    while fraction.last == "0" { fraction = fraction.dropLast() }
    return (amount < 0 ? "-" : "") + padded.dropLast(12) + (fraction.isEmpty ? "" : "." + fraction) + " USD"
  }
}

extension BudgetPeriod: LosslessStringConvertible {
  /// Reads `hour`, `day`, `week`, `month`, `total` or `rolling 24h` (`s`, `m`, `h`, `d`).
  public init?(_ text: String) {
    switch text {
    case "hour": self = .hour
    case "day": self = .day
    case "week": self = .week
    case "month": self = .month
    case "total": self = .total
    default:
      guard text.hasPrefix("rolling "), let seconds = Self.seconds(text.dropFirst(8)) else { return nil }
      self = .rolling(seconds: seconds)
    }
  }

  /// What is accepted, for messages.
  public static let accepted = "hour, day, week, month, total or rolling 24h"

  /// What ``init(_:)`` reads.
  public var description: String {
    switch self {
    case .hour: "hour"
    case .day: "day"
    case .week: "week"
    case .month: "month"
    case .total: "total"
    case .rolling(let seconds):
      if seconds % 86_400 == 0 {
        "rolling \(seconds / 86_400)d"
      } else if seconds % 3600 == 0 {
        "rolling \(seconds / 3600)h"
      } else {
        seconds % 60 == 0 ? "rolling \(seconds / 60)m" : "rolling \(seconds)s"
      }
    }
  }

  private static func seconds(_ text: Substring) -> Int64? {
    let factor: Int64
    switch text.utf8.last {
    case UInt8(ascii: "s"): factor = 1
    case UInt8(ascii: "m"): factor = 60
    case UInt8(ascii: "h"): factor = 3600
    case UInt8(ascii: "d"): factor = 86_400
    default: return nil
    }
    guard let count = Int64(text.dropLast()), count > 0 else { return nil }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: factor)
    return overflow ? nil : seconds
  }
}

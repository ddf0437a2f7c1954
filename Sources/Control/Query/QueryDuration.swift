/// A length of time as queries and the command line write it: a whole number and a unit.
public enum QueryDuration {
  /// What is accepted, for error messages.
  public static let accepted = "a whole number followed by s, m, h or d, such as 90s, 15m, 24h or 7d"

  /// Reads `90s`, `15m`, `24h` or `7d` as seconds; nil for anything else, zero and more than 100 years included.
  public static func seconds(_ text: String) -> Int64? {
    let unitSeconds: Int64
    switch text.utf8.last {
    case UInt8(ascii: "s"): unitSeconds = 1
    case UInt8(ascii: "m"): unitSeconds = 60
    case UInt8(ascii: "h"): unitSeconds = 3_600
    case UInt8(ascii: "d"): unitSeconds = 86_400
    default: return nil
    }
    let digits = text.dropLast()
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits), count > 0 else {
      return nil
    }
    let (seconds, overflow) = count.multipliedReportingOverflow(by: unitSeconds)
    return overflow || seconds > secondsMax ? nil : seconds
  }

  private static let secondsMax: Int64 = 100 * 366 * 86_400
}

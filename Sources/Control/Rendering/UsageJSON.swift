public import Metering
public import Observability

/// The usage of a call: disjoint counts, so that their sum is the total.
public enum UsageJSON {
  /// Writes the object; every class is there, cache writes by time to live only where there are any.
  public static func write(_ usage: Usage, to writer: inout JSONWriter) {
    writer.object { writer in
      for tokenClass in TokenClass.allCases {
        writer.key(tokenClass.rawValue)
        if tokenClass == .cacheWrite {
          writeCacheWrites(usage, to: &writer)
        } else {
          writer.integer(usage.tokens(tokenClass))
        }
      }
    }
  }

  /// Writes what is billed by other units than tokens, by the price book's names: pages, images, calls, characters, and seconds
  /// where the name ends in `time`. Only what there is.
  public static func writeUnits(_ usage: Usage, to writer: inout JSONWriter) {
    writer.object { writer in
      for cell in UsageCell.allCases where !cell.isTokens && usage[cell] > 0 {
        writer.key(cell.meter.description)
        writer.decimal(usage[cell], fractionDigits: cell.countsPerUnit == 1000 ? 3 : 0)
      }
    }
  }

  private static func writeCacheWrites(_ usage: Usage, to writer: inout JSONWriter) {
    let timesToLive: [(String, UsageCell)] = [
      ("5m", .cacheWrite5m), ("30m", .cacheWrite30m), ("1h", .cacheWrite1h), ("12h", .cacheWrite12h),
      ("other", .cacheWrite),
    ]
    writer.object { writer in
      for (name, cell) in timesToLive where usage[cell] > 0 {
        writer.member(name, usage[cell])
      }
    }
  }
}

import Dialects
import Runs

/// Reads `x-claude-code-prev-tool-durations`: `Bash=742;Read=9`, whole milliseconds, an entry for each tool that ran, in the order in
/// which their results came. Names are percent-encoded. Time in which a person was asked, and hooks, are not in it.
///
/// Source: https://code.claude.com/docs/en/llm-gateway-protocol, and what Claude Code 2.1 sends.
enum ToolDurations {
  /// Claude Code sends 32 entries at most; those beyond this are left out.
  static let entriesMax = 256
  /// The longest that is believed: 30 days.
  static let millisecondsMax: Int64 = 30 * 86_400_000

  /// Entries that cannot be read are left out.
  static func read(_ text: String, by key: FingerprintKey) -> [ToolDuration] {
    text.split(separator: ";").prefix(entriesMax).compactMap { entry in
      guard let equals = entry.lastIndex(of: "="), let name = IdentityValue.percentDecoded(String(entry[..<equals])),
        !name.isEmpty, let milliseconds = number(entry[entry.index(after: equals)...])
      else { return nil }
      return ToolDuration(name: key.fingerprint(of: name), microseconds: milliseconds * 1_000)
    }
  }

  private static func number(_ text: Substring) -> Int64? {
    guard let value = Int64(text), (0...millisecondsMax).contains(value) else { return nil }
    return value
  }
}

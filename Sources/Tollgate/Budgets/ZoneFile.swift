import Budgets
import Foundation

/// The system's time zone database: one file a zone, in the format of RFC 9636.
enum ZoneFile {
  private static let directory = "/usr/share/zoneinfo/"
  /// The largest file of the database has some 4 KiB.
  private static let bytesMax = 256 * 1024

  /// The rules of a zone by its name, such as `Europe/Berlin`.
  ///
  /// - Throws: ``MalformedText`` where there is no such zone on this machine.
  static func rules(of name: String) throws(MalformedText) -> TimeZoneRules {
    if name == "UTC" { return .utc }
    let unknown = MalformedText(
      "\"\(name)\" is not a time zone of this machine; use a name such as UTC or Europe/Berlin (\(directory))")
    // The name becomes a path: nothing in it may lead elsewhere.
    let isName =
      !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix(".") && !name.contains("..")
      && name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: "+") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
          || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
      }
    guard isName, let file = FileHandle(forReadingAtPath: directory + name) else { throw unknown }
    defer { try? file.close() }
    guard let bytes = try? file.read(upToCount: bytesMax), let rules = try? TimeZoneRules(file: Array(bytes)) else {
      throw unknown
    }
    return rules
  }
}

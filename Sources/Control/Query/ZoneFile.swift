public import Budgets
internal import Glibc

/// The system's time zone database: one file a zone, in the format of RFC 9636.
public enum ZoneFile {
  /// Where it is.
  public static let directory = "/usr/share/zoneinfo/"
  /// The largest file of the database has some 4 KiB.
  private static let bytesMax = 256 * 1024

  /// The rules of a zone by its name, such as `Europe/Berlin`; nil where there is no such zone on this machine.
  public static func read(_ name: String) -> TimeZoneRules? {
    if name == "UTC" { return .utc }
    // The name becomes a path: nothing in it may lead elsewhere.
    let isName =
      !name.isEmpty && !name.hasPrefix("/") && !name.hasPrefix(".") && !name.contains("..")
      && name.utf8.allSatisfy(isNameByte)
    guard isName, let bytes = contents(directory + name) else { return nil }
    return try? TimeZoneRules(file: bytes)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
      true
    default: false
    }
  }

  private static func contents(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: bytesMax) { buffer, count in
      while count < bytesMax {
        let read = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), bytesMax - count)
        guard read > 0 else { return }
        count += read
      }
    }
  }
}

import Budgets
import Control
import Glibc

extension ZoneFile {
  /// The rules of a zone by its name, such as `Europe/Berlin`.
  ///
  /// - Throws: ``MalformedText`` where there is no such zone on this machine.
  static func rules(of name: String) throws(MalformedText) -> TimeZoneRules {
    guard let rules = read(name) else {
      throw MalformedText(
        "\"\(name)\" is not a time zone of this machine; use a name such as UTC or Europe/Berlin (\(directory))")
    }
    return rules
  }

  /// The name of this machine's own zone: what `TZ` says, or what `/etc/localtime` leads to; UTC where neither names one.
  static var localName: String {
    if let value = getenv("TZ") {
      let name = String(cString: value)
      return name.hasPrefix(":") ? String(name.dropFirst()) : name
    }
    guard let path = realpath("/etc/localtime", nil) else { return "UTC" }
    defer { free(path) }
    let text = String(cString: path)
    return text.hasPrefix(directory) ? String(text.dropFirst(directory.count)) : "UTC"
  }
}

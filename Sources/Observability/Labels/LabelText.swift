/// Labels as the exposition formats write them.
enum LabelText {
  /// `name="value",name="value"`, without braces.
  static func render(_ labels: some LabelSet) -> String {
    render(zip(type(of: labels).labelNames, labels.labelValues).map { ($0.0.description, $0.1) })
  }

  static func render(_ labels: [(name: String, value: String)]) -> String {
    var text = ""
    for (name, value) in labels {
      if !text.isEmpty { text += "," }
      text += name
      text += "=\""
      text += escaped(value)
      text += "\""
    }
    return text
  }

  /// A label value with backslash, quote and line feed escaped, as both formats demand.
  static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x5c || $0 == 0x22 || $0 == 0x0a }) else { return value }
    var text = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n": text += "\\n"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// A value that any parser of either format reads back: at most `bytesMax` bytes, cut between characters, and with the
  /// control characters replaced, some of which end a file for parsers that are written in C's manner.
  static func sanitised(_ value: String, bytesMax: Int) -> String {
    // Nearly all are: a scrape has ten thousand of them.
    if value.utf8.count <= bytesMax, value.utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return value }
    var text = ""
    var bytes = 0
    for scalar in value.unicodeScalars {
      let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
      let kept = isControl ? "\u{fffd}" : scalar
      bytes += UTF8.width(kept)
      if bytes > bytesMax { break }
      text.unicodeScalars.append(kept)
    }
    return text
  }
}

internal import Logging
internal import Metering

/// How a log line looks.
public enum LogStyle: Sendable {
  /// One JSON object a line: `time`, `level`, `logger`, `message`, and where there are any `error` and `metadata`.
  case json
  /// Time, level, message and `key=value` pairs, for people.
  case terminal
}

/// One line of the log. Control characters are escaped in both styles, so that no value can forge a line or drive a terminal.
struct LogLine {
  /// Bytes of one text at most.
  static let textBytesMax = 4_096

  var time: Timestamp
  var level: Logger.Level
  var label: String
  var message = ""
  var error: String?
  var metadata: Logger.Metadata = [:]

  func rendered(_ style: LogStyle) -> [UInt8] {
    switch style {
    case .json: json()
    case .terminal: terminal()
    }
  }

  /// A line that says how many were dropped before it.
  static func dropped(_ count: UInt64, _ style: LogStyle) -> [UInt8] {
    var line = LogLine(time: WallClock.now(), level: .warning, label: "log")
    line.message = "log lines were dropped: the reader of the log is too slow"
    line.metadata = ["lines": .stringConvertible(count)]
    return line.rendered(style)
  }

  private func json() -> [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.key("time")
      writer.string(time.rfc3339)
      writer.key("level")
      writer.string(level.rawValue)
      writer.key("logger")
      writer.string(label)
      writer.key("message")
      writer.string(Self.cut(message))
      if let error {
        writer.key("error")
        writer.string(Self.cut(error))
      }
      guard !metadata.isEmpty else { return }
      writer.key("metadata")
      write(.dictionary(metadata), to: &writer)
    }
    return writer.bytes + [0x0a]
  }

  private func write(_ value: Logger.MetadataValue, to writer: inout JSONWriter) {
    switch value {
    case .string(let text): writer.string(Self.cut(text))
    case .stringConvertible(let value): writer.string(Self.cut(value.description))
    case .array(let values): writer.array { writer in for value in values { write(value, to: &writer) } }
    case .dictionary(let members):
      writer.object { writer in
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
          writer.key(key)
          write(value, to: &writer)
        }
      }
    }
  }

  private func terminal() -> [UInt8] {
    let level = level.rawValue.uppercased()
    let padding = String(repeating: " ", count: max(0, 8 - level.count))
    var text = "\(time.rfc3339) \(level)\(padding) \(Self.visible(message))"
    if let error { text += " error=\(Self.visible(error))" }
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      text += " \(Self.visible(key))=\(Self.visible(value.description))"
    }
    return Array((text + "\n").utf8)
  }

  /// The text with control characters as `\u{1b}`.
  private static func visible(_ text: String) -> String {
    var visible = ""
    for scalar in cut(text).unicodeScalars {
      if scalar.properties.generalCategory == .control {
        visible += "\\u{\(String(scalar.value, radix: 16))}"
      } else {
        visible.unicodeScalars.append(scalar)
      }
    }
    return visible
  }

  private static func cut(_ text: String) -> String {
    guard text.utf8.count > textBytesMax else { return text }
    return String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self) + "…"
  }
}

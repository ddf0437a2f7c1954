/// `log`: what is written to standard error, and how.
struct LogSection: Sendable, Equatable {
  var level = Level.info
  var format = Format.auto

  enum Level: String, Sendable, CaseIterable { case trace, debug, info, notice, warning, error }
  enum Format: String, Sendable, CaseIterable {
    /// Lines for people on a terminal, JSON elsewhere.
    case auto
    case text, json
  }

  static let key = "log"

  init() {}

  init(_ file: MappingReader, _ context: inout ReadingContext) {
    guard let value = file[Self.key] else { return }
    let section = MappingReader(value, keys: ["level", "format"], context: &context)
    section.readChoice("level", into: &level, &context)
    section.readChoice("format", into: &format, &context)
  }

  func write(to text: inout CanonicalText) {
    text.section(Self.key) {
      $0.entry("level", level.rawValue)
      $0.entry("format", format.rawValue)
    }
  }
}

/// Tells code from comments and literals, well enough for rules that look for words.
///
/// Expressions inside a string's interpolation are blanked with the string: a rule does not see them.
enum CodeText {
  /// The text with every comment and the contents of every string literal turned into blanks. Line breaks stay.
  static func blanked(_ text: String) -> String {
    var scanner = Scanner(bytes: Array(text.utf8))
    while scanner.index < scanner.bytes.count { scanner.step() }
    return String(decoding: scanner.bytes, as: UTF8.self)
  }

  private struct Scanner {
    var bytes: [UInt8]
    var index = 0

    mutating func step() {
      if starts(with: "//") {
        blank { $0.peek == UInt8(ascii: "\n") }
      } else if starts(with: "/*") {
        blankBlockComment()
      } else if let hashes = hashesBeforeQuote() {
        blankString(hashes: hashes)
      } else {
        index += 1
      }
    }

    var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    func starts(with text: StaticString) -> Bool {
      let wanted = text.withUTF8Buffer { Array($0) }
      return starts(with: wanted)
    }

    func starts(with wanted: [UInt8]) -> Bool {
      index + wanted.count <= bytes.count && bytes[index..<index + wanted.count].elementsEqual(wanted)
    }

    /// How many `#` stand before the quote that a literal begins with here; nil where none begins.
    func hashesBeforeQuote() -> Int? {
      var at = index
      while at < bytes.count, bytes[at] == UInt8(ascii: "#") { at += 1 }
      return at < bytes.count && bytes[at] == UInt8(ascii: "\"") ? at - index : nil
    }

    mutating func blank(count: Int) {
      for at in index..<min(index + count, bytes.count) where bytes[at] != UInt8(ascii: "\n") {
        bytes[at] = UInt8(ascii: " ")
      }
      index = min(index + count, bytes.count)
    }

    mutating func blank(until isEnd: (Scanner) -> Bool) {
      while index < bytes.count, !isEnd(self) { blank(count: 1) }
    }

    mutating func blankBlockComment() {
      var depth = 0
      repeat {
        if starts(with: "/*") {
          depth += 1
          blank(count: 2)
        } else if starts(with: "*/") {
          depth -= 1
          blank(count: 2)
        } else {
          blank(count: 1)
        }
      } while depth > 0 && index < bytes.count
    }

    /// The quotes stay, so that what is left still looks like a literal.
    mutating func blankString(hashes: Int) {
      index += hashes
      let isLong = starts(with: "\"\"\"")
      let quotes = [UInt8](repeating: UInt8(ascii: "\""), count: isLong ? 3 : 1)
      let end = quotes + [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
      let escape = [UInt8(ascii: "\\")] + [UInt8](repeating: UInt8(ascii: "#"), count: hashes)
      index += quotes.count
      while index < bytes.count, !starts(with: end) {
        if !isLong, peek == UInt8(ascii: "\n") { return }
        blank(count: starts(with: escape) ? escape.count + 1 : 1)
      }
      index = min(index + end.count, bytes.count)
    }
  }
}

/// A line item of OpenAI's costs, or a description of Anthropic's: `gpt-5.4-2026-03-05, cached input`, `Web search`.
struct LineItem: Equatable {
  /// The model that it names; nil where it names none.
  let model: String?

  init(_ text: String) {
    let first = text.split(separator: ",", maxSplits: 1).first.map(String.init) ?? text
    let name = first.split(separator: "|", maxSplits: 1).first.map(String.init) ?? first
    model = Self.isModel(Self.trimmed(name)) ? Self.trimmed(name) : nil
  }

  /// A model's id has no blanks, and a digit or a hyphen: `gpt-4o`, `o3`, `text-embedding-3-small`, `ft:gpt-4.1:org::id`.
  private static func isModel(_ name: String) -> Bool {
    guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { return false }
    return name.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-") }
  }

  private static func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

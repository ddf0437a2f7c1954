/// Texts that the ledger stores, with what would end a field escaped as in a URL.
enum FieldText {
  /// `%`, `&`, `=`, `;`, `,`, controls, as % and two hexadecimal digits.
  static func escaped(_ text: String) -> String {
    guard text.utf8.contains(where: isSpecial) else { return text }
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      if isSpecial(byte) {
        let digits = Array("0123456789abcdef".utf8)
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// What was escaped; nil where an escape is cut short or not hexadecimal.
  static func unescaped(_ text: Substring) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return String(text) }
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
      bytes.append(high << 4 | low)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7f || "%&=;,".utf8.contains(byte)
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    default: nil
    }
  }
}

extension PricingContext {
  /// The context as the ledger stores it: `processing=batch&service_tier=flex`, in the order of the price book's keys;
  /// empty where nothing is known.
  public var text: String {
    PriceConditionKey.allCases.compactMap { key in self[key].map { "\(key.rawValue)=\(FieldText.escaped($0))" } }
      .joined(separator: "&")
  }

  /// Reads ``text`` back; nil for anything else. Keys that this version does not know are left out.
  public init?(text: some StringProtocol) {
    self.init()
    for pair in text.split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, let value = FieldText.unescaped(Substring(sides[1])) else { return nil }
      if let key = PriceConditionKey(rawValue: String(sides[0])) { self[key] = value }
    }
  }
}

extension UsagePart {
  /// The part as the ledger stores it: model (with `=` before it where there is one), replies, sizes of prompts, context and
  /// counts, with semicolons between.
  public var text: String {
    let counts = UsageCell.allCases.filter { usage[$0] > 0 }.map { "\($0.meter)=\(usage[$0])" }
    return [
      model.map { "=" + FieldText.escaped($0) } ?? "", String(replies),
      "\(promptTokens.lowerBound)-\(promptTokens.upperBound)", context.text,
      counts.joined(separator: ","),
    ].joined(separator: ";")
  }

  /// Reads ``text`` back; nil for anything else.
  public init?(text: some StringProtocol) {
    let fields = text.split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count == 5, let replies = Int64(fields[1]), let promptTokens = Self.range(fields[2]),
      let context = PricingContext(text: fields[3])
    else { return nil }
    var usage = Usage()
    for pair in fields[4].split(separator: ",") {
      let sides = pair.split(separator: "=")
      guard sides.count == 2, let count = Int64(sides[1]),
        let cell = UsageCell.allCases.first(where: { $0.meter.description == String(sides[0]) })
      else { return nil }
      usage[cell] = count
    }
    var model: String?
    if !fields[0].isEmpty {
      guard fields[0].hasPrefix("="), let name = FieldText.unescaped(Substring(fields[0].dropFirst())) else {
        return nil
      }
      model = name
    }
    self.init(model: model, context: context, usage: usage)
    self.replies = replies
    self.promptTokens = promptTokens
  }

  private static func range(_ text: some StringProtocol) -> ClosedRange<Int64>? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
    guard ends.count == 2, let first = ends[0], let last = ends[1], first <= last else { return nil }
    return first...last
  }
}

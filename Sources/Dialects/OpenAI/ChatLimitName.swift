/// What Chat Completions call the limit of a reply's tokens.
///
/// OpenAI's models of the o-series and from GPT-5 on refuse `max_tokens`; many that speak its dialect know no other name, and
/// pass over the new one without a word.
enum ChatLimitName {
  static let old = "max_tokens"
  static let new = "max_completion_tokens"

  /// - Parameters:
  ///   - model: the model that the body names, with whatever a gateway puts before it.
  ///   - deployment: the name of a deployment of Azure's, whose models are OpenAI's: what its customer calls it says little.
  static func name(model: String?, deployment: String?) -> String {
    let isOld = (model ?? deployment).map { !isOpenAIReasoning($0) } ?? true
    guard deployment != nil else { return isOld ? old : new }
    let names = [model, deployment].compactMap { $0?.lowercased() }
    return names.contains { $0.contains("gpt-3") || $0.contains("gpt-4") || $0.contains("gpt-35") } ? old : new
  }

  /// By bytes, since it is asked of every call.
  private static func isOpenAIReasoning(_ model: String) -> Bool {
    var base = model.utf8[...]
    if let slash = base.lastIndex(of: UInt8(ascii: "/")) { base = base[base.index(after: slash)...] }
    if hasPrefix(base, "ft:") { base = base.dropFirst(3) }
    if hasPrefix(base, "gpt-") {
      let digits = base.dropFirst(4).prefix(while: isDigit)
      return digits.count > 1 ? digits.contains { $0 != UInt8(ascii: "0") } : digits.first ?? 0 >= UInt8(ascii: "5")
    }
    return hasPrefix(base, "o") && base.dropFirst().first.map(isDigit) ?? false
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// Whether a name begins so, in capitals or not.
  private static func hasPrefix(_ name: Substring.UTF8View, _ prefix: StaticString) -> Bool {
    prefix.withUTF8Buffer { prefix in name.starts(with: prefix) { $0 | 0x20 == $1 } }
  }
}

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

  private static func isOpenAIReasoning(_ model: String) -> Bool {
    let name = model.lowercased().split(separator: "/").last ?? ""
    let base = name.hasPrefix("ft:") ? name.dropFirst(3) : name
    if base.hasPrefix("gpt-") {
      let digits = base.dropFirst(4).prefix { $0.isASCII && $0.isNumber }
      return (Int(digits) ?? 0) >= 5
    }
    guard base.hasPrefix("o"), let digit = base.dropFirst().first else { return false }
    return digit.isASCII && digit.isNumber
  }
}

internal import Metering

/// One entry of `usage.iterations`: a call of a model that the provider made within one request.
struct MessagesIteration {
  enum Kind: String, CaseIterable {
    /// The top-level usage is the sum of these.
    case message
    case fallbackMessage = "fallback_message"
    case compaction
    case advisorMessage = "advisor_message"

    static let names = allCases.map(\.rawValue)
    private static let known = allCases

    static func at(_ index: Int?) -> Kind? {
      guard let index, known.indices.contains(index) else { return nil }
      return known[index]
    }
  }

  /// Nil for a type that is not known.
  var kind: Kind?
  var model: String?
  var usage = MessagesUsage()

  /// Whether the entry is part of the top-level usage.
  private var isInTotal: Bool { kind == .message || kind == .fallbackMessage }

  /// What each model used: the answering one first.
  ///
  /// The top level is the sum of the `message` entries, so that the others are added to it. Where those entries name
  /// several models (a fallback served), each is charged with its own, and the top level, which mixes them, is only
  /// asked for what entries do not say: thinking and searches.
  ///
  /// https://docs.anthropic.com/en/docs/build-with-claude/compaction#understanding-usage and the SDK's `beta_usage`.
  static func split(
    _ total: MessagesUsage, _ iterations: [MessagesIteration], answering: String?
  ) -> (usage: Usage, others: [ModelUsage]) {
    var usage = total.cells
    var others = iterations.filter { !$0.isInTotal }.map { ModelUsage(model: $0.model, usage: $0.usage.cells) }
    let parts = iterations.filter(\.isInTotal)
    let foreign = parts.filter { $0.model != nil && $0.model != answering }
    guard !foreign.isEmpty else { return (usage, others) }
    var own = Usage()
    for part in parts where part.model == nil || part.model == answering { own = own + part.usage.cells }
    own[.reasoning] = min(usage[.reasoning], own[.output])
    own[.output] -= own[.reasoning]
    own[.webSearch] = usage[.webSearch]
    usage = own
    for part in foreign {
      if let place = others.firstIndex(where: { $0.model == part.model }) {
        others[place].usage = others[place].usage + part.usage.cells
      } else {
        others.append(ModelUsage(model: part.model, usage: part.usage.cells))
      }
    }
    return (usage, others)
  }
}

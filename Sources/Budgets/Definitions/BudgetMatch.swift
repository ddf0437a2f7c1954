/// Which calls a budget is about. Each list names the values it takes; an empty list takes all.
public struct BudgetMatch: Sendable, Hashable {
  public var agent: [BudgetPattern]
  public var workflow: [BudgetPattern]
  /// Names of virtual keys.
  public var key: [BudgetPattern]
  public var team: [BudgetPattern]
  public var provider: [BudgetPattern]
  public var model: [BudgetPattern]

  /// Every call, until lists are given.
  public init(
    agent: [BudgetPattern] = [], workflow: [BudgetPattern] = [], key: [BudgetPattern] = [], team: [BudgetPattern] = [],
    provider: [BudgetPattern] = [], model: [BudgetPattern] = []
  ) {
    self.agent = agent
    self.workflow = workflow
    self.key = key
    self.team = team
    self.provider = provider
    self.model = model
  }

  /// Whether the call is one of those meant. A call without a value (no team, no key) matches only what takes any.
  public func matches(_ call: BudgetCall) -> Bool {
    Self.matches(agent, call.agent) && Self.matches(workflow, call.workflow) && Self.matches(provider, call.provider)
      && Self.matches(key, call.key ?? "") && Self.matches(team, call.team ?? "")
      && Self.matches(model, call.model ?? "")
  }

  /// How many values one list may have.
  public static let patternsMax = 256

  /// The list of each dimension that can be matched.
  public var lists: [(dimension: BudgetDimension, patterns: [BudgetPattern])] {
    [(.agent, agent), (.workflow, workflow), (.key, key), (.team, team), (.provider, provider), (.model, model)]
  }

  private static func matches(_ patterns: [BudgetPattern], _ value: String) -> Bool {
    patterns.isEmpty || patterns.contains { $0.matches(value) }
  }
}

extension BudgetDefinition {
  /// Whether the call counts in the budget: it matches, or its key names the budget.
  func counts(_ call: BudgetCall) -> Bool {
    match.matches(call) || call.keyBudgets.contains { $0.matches(name) }
  }
}

/// A name, or a glob of names in which `*` stands for any run of characters, none included.
public struct BudgetPattern: Sendable, Hashable, ExpressibleByStringLiteral {
  public let text: String

  public init(_ text: String) { self.text = text }
  public init(stringLiteral text: String) { self.text = text }

  /// Whether it has a `*`.
  public var isGlob: Bool { text.utf8.contains(Self.star) }

  /// Whether it is the name, or stands for it. Case matters.
  public func matches(_ name: String) -> Bool {
    let pattern = text.utf8.span
    let bytes = name.utf8.span
    var patternIndex = 0
    var index = 0
    // Where the last star stood, and how much of the name it has taken so far.
    var star: (patternIndex: Int, index: Int)?
    while index < bytes.count {
      if patternIndex < pattern.count, pattern[patternIndex] == Self.star {
        star = (patternIndex, index)
        patternIndex += 1
      } else if patternIndex < pattern.count, pattern[patternIndex] == bytes[index] {
        patternIndex += 1
        index += 1
      } else if let last = star {
        star = (last.patternIndex, last.index + 1)
        patternIndex = last.patternIndex + 1
        index = last.index + 1
      } else {
        return false
      }
    }
    while patternIndex < pattern.count, pattern[patternIndex] == Self.star { patternIndex += 1 }
    return patternIndex == pattern.count
  }

  private static let star = UInt8(ascii: "*")
}

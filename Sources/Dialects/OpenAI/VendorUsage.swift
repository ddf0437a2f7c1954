internal import JSON
internal import Metering

/// What those who speak OpenAI's dialect add to its usage object: what a call cost, searches, audio by its length.
///
/// No two of them use one name for two things, so that a vendor needs no code of its own.
struct VendorUsage {
  enum Field: UInt8 {
    case cost = 140
    case isOwnKey, upstreamCost, totalCost
    case webSearches, searchContext, searchQueries, citations, reasoning
    case audioSeconds, cached, connectorTokens
    case connectorSearches, connectorPremiumSearches, connectorCodeRuns, connectorImages, connectorDocuments
    case tier
  }

  /// What a call cost. OpenRouter's is a number, Perplexity's an object.
  /// https://openrouter.ai/docs/use-cases/usage-accounting and https://docs.perplexity.ai/api-reference/chat-completions-post
  static let costMembers: KeyValuePairs<String, JSONPattern> = [
    "cost": JSONPattern.text(Field.cost).orObject(["total_cost": .text(Field.totalCost)]),
    "is_byok": .scalar(Field.isOwnKey),
    "cost_details": .object(["upstream_inference_cost": .text(Field.upstreamCost)]),
  ]

  static let members: KeyValuePairs<String, JSONPattern> = [
    "server_tool_use_details": .object(["web_search_requests": .scalar(Field.webSearches)]),
    // Perplexity's.
    "search_context_size": .text(Field.searchContext),
    "num_search_queries": .scalar(Field.searchQueries),
    "citation_tokens": .scalar(Field.citations),
    "reasoning_tokens": .scalar(Field.reasoning),
    // Mistral's: https://docs.mistral.ai/api/endpoint/chat and `/beta/conversations`
    "prompt_audio_seconds": .scalar(Field.audioSeconds),
    "num_cached_tokens": .scalar(Field.cached),
    "connector_tokens": .scalar(Field.connectorTokens),
    "connectors": .object([
      "web_search": .scalar(Field.connectorSearches),
      "web_search_premium": .scalar(Field.connectorPremiumSearches),
      "code_interpreter": .scalar(Field.connectorCodeRuns),
      "image_generation": .scalar(Field.connectorImages),
      "document_library": .scalar(Field.connectorDocuments),
    ]),
    "service_tier": .text(Field.tier),
  ]

  private var counts = InlineArray<18, Int64>(repeating: 0)
  /// Which members were there with a number, one bit each.
  private var met: UInt32 = 0
  private var isOwnKey: Bool?
  private(set) var searchContext: String?
  private(set) var serviceTier: String?
  private var cost: Int64?
  private var totalCost: Int64?
  private var upstreamCost: JSONDecimal?

  /// Reads one of the object's members; other labels are left alone.
  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    guard let field = Field(rawValue: label), json.kind != .null else { return }
    switch field {
    case .cost: cost = Self.picodollars(json.decimal)
    case .totalCost: totalCost = Self.picodollars(json.decimal)
    case .upstreamCost: upstreamCost = json.decimal
    case .isOwnKey: if json.kind == .bool { isOwnKey = json.isTrue }
    case .searchContext: if json.kind == .string, json.size > 0 { searchContext = json.string }
    case .tier: if json.kind == .string, json.size > 0 { serviceTier = json.string }
    // In milliseconds.
    case .audioSeconds: set(field, json.decimal?.scaled(byPowerOfTen: 3))
    default: set(field, json.wholeCount)
    }
  }

  private mutating func set(_ field: Field, _ count: Int64?) {
    guard let count else { return }
    counts[Int(field.rawValue &- Field.cost.rawValue)] = count
    met |= 1 << UInt32(field.rawValue &- Field.cost.rawValue)
  }

  private subscript(field: Field) -> Int64 { counts[Int(field.rawValue &- Field.cost.rawValue)] }

  private func has(_ field: Field) -> Bool { met & 1 << UInt32(field.rawValue &- Field.cost.rawValue) != 0 }

  // MARK: Tokens

  /// Tokens of the prompt that were cached, by another name than OpenAI's.
  var cachedTokens: Int64 { self[.cached] }

  /// Tokens that tools of the provider put into the prompt, which Mistral counts beside it.
  var toolPromptTokens: Int64 { self[.connectorTokens] }

  /// Whether audio tokens are beside the prompt's, as Mistral counts them, which tells the audio's length too.
  var countsAudioApart: Bool { has(.audioSeconds) }

  /// Whether reasoning is counted beside the completion and not in it, as Perplexity does it.
  private var isPerplexity: Bool { has(.citations) || has(.searchQueries) || searchContext != nil }

  /// Adds what is billed besides the tokens of OpenAI's own members.
  func complete(_ usage: inout Usage) {
    if usage[.webSearch] == 0 {
      usage[.webSearch] = max(self[.webSearches], self[.searchQueries], self[.connectorSearches])
      if self[.connectorPremiumSearches] > 0 {
        usage[.webSearch] = usage[.webSearch].addingReportingOverflow(self[.connectorPremiumSearches]).partialValue
      }
    }
    if usage[.codeExecution] == 0 { usage[.codeExecution] = self[.connectorCodeRuns] }
    if usage[.fileSearch] == 0 { usage[.fileSearch] = self[.connectorDocuments] }
    usage[.outputImages] = self[.connectorImages]
    usage[.inputAudioTime] = self[.audioSeconds]
    usage[.outputCitation] = self[.citations]
    guard isPerplexity else { return }
    if usage[.reasoning] == 0 { usage[.reasoning] = self[.reasoning] }
    // A request has a price by how much it may search; where searches are counted, they have it.
    if searchContext != nil, !has(.searchQueries) { usage[.request] = 1 }
  }

  /// Adds what decides the price.
  func complete(_ context: inout PricingContext) {
    if let searchContext { context.searchContext = searchContext }
    if let serviceTier, context.serviceTier == nil { context.serviceTier = serviceTier }
  }

  // MARK: Cost

  /// What the object says that the call cost; nil where it does not say it, or nothing that could be meant.
  ///
  /// OpenRouter's `cost` is what its own account is charged. With a key of the caller's own at the provider (`is_byok`) that is
  /// its fee, or nothing, and the provider bills `upstream_inference_cost` to the key beside it: what was spent is both. Without
  /// such a key the same member only says what OpenRouter itself paid, and is no part of the bill.
  var reportedCostPicodollars: Int64? {
    if let totalCost { return totalCost }
    guard let cost else { return nil }
    guard isOwnKey ?? (cost == 0 && upstreamCost?.isPositive == true) else { return cost }
    guard let upstream = Self.picodollars(upstreamCost) else { return nil }
    let (sum, overflow) = cost.addingReportingOverflow(upstream)
    return overflow || sum > Self.costPicodollarsMax ? nil : sum
  }

  /// No call costs more: a larger figure is a mistake, and is not believed.
  private static let costPicodollarsMax: Int64 = 100_000 * 1_000_000_000_000

  /// An amount of dollars, rounded to the nearest pico-dollar; nil where it is negative or absurd.
  private static func picodollars(_ amount: JSONDecimal?) -> Int64? {
    guard let amount = amount?.scaled(byPowerOfTen: 12), amount <= costPicodollarsMax else { return nil }
    return amount
  }
}

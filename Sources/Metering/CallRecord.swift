/// Which call this is: 63 bits that grow with time, so that a ledger keyed by it is written in order.
public struct CallID: Sendable, Hashable, Comparable, LosslessStringConvertible {
  /// Positive. The upper 42 bits are milliseconds since 2020-01-01, the lower 21 a sequence.
  public var rawValue: Int64

  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Thirteen characters of Crockford's base 32 in lower case: what the header `x-tollgate-call` shows.
  public var description: String {
    var remaining = UInt64(bitPattern: rawValue)
    var digits = [UInt8](repeating: 0, count: 13)
    for index in digits.indices.reversed() {
      digits[index] = Self.alphabet[Int(remaining & 31)]
      remaining >>= 5
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// Reads ``description`` back; nil for anything else.
  public init?(_ description: String) {
    let bytes = Array(description.utf8)
    guard bytes.count == 13 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      guard let digit = Self.alphabet.firstIndex(of: byte) else { return nil }
      guard value >> 59 == 0 else { return nil }
      value = value << 5 | UInt64(digit)
    }
    guard value <= UInt64(Int64.max) else { return nil }
    self.init(rawValue: Int64(value))
  }

  public static func < (lhs: CallID, rhs: CallID) -> Bool { lhs.rawValue < rhs.rawValue }

  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}

/// How a call ended, as the label `outcome` says.
public enum Outcome: String, Sendable, CaseIterable {
  /// The upstream answered with success, and the reply was whole.
  case ok
  /// The upstream answered with a 4xx.
  case clientError = "client_error"
  /// The upstream answered with a 5xx, sent an error inside a 200, could not be reached or broke off.
  case upstreamError = "upstream_error"
  /// Tollgate refused the call.
  case denied
  /// The client left before its answer was whole, or Tollgate was stopped.
  case aborted
  /// The upstream did not answer in time.
  case timeout
}

/// Where the counts of a call come from.
public enum UsageSource: String, Sendable, CaseIterable {
  /// The provider reported them.
  case provider
  /// Tollgate counted the text that passed.
  case counted
  /// The same, of a model that may also have thought out of sight: there is at least this much output.
  case atLeast = "at_least"
  /// Nothing could be read: the counts are bounds.
  case bound
  /// The process died during the call; the counts are what was known by then.
  case recovered
  /// The call has no usage: a free path, or an error before anything was generated.
  case none
}

/// Who pays for a call, told from the kind of login.
public enum Billing: String, Sendable, CaseIterable {
  /// By the token, with an API key.
  case metered
  /// A subscription login: the cost is what it would have been.
  case subscription
  /// The provider is configured as free.
  case free
}

/// A tool that a reply asked the client to call.
public struct ToolCall: Sendable, Hashable {
  /// The id that joins the call with its result; empty where the API has none.
  public var id: String
  public var name: String

  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }
}

/// Everything the ledger keeps of one call: counts and names, never text.
public struct CallRecord: Sendable, Equatable {
  public var id: CallID
  public var startedAt: Timestamp
  public var provider: String
  /// The wire dialect that metered the call (`openai`, `anthropic`); nil where none understood it.
  public var dialect: String?
  public var method: String
  /// The path that went upstream, without query.
  public var path: String
  public var modelRequested: String?
  /// The model that answered; where the reply names none, the one requested.
  public var model: String?
  public var agent: String
  public var workflow: String
  public var run: String?
  /// Where in its run the call stands; nil where it has none, or nothing is known of it (a call that was recovered).
  public var place: RunPlace?
  /// The status that the client received; 0 where it left before one was sent.
  public var status: Int
  public var outcome: Outcome
  public var isStream: Bool
  public var usage: Usage
  /// The provider's usage object as it was written, at most 16 KiB; nil where none came.
  public var usageRaw: String?
  public var usageSource: UsageSource
  /// The best estimate of the cost; nil where the model is unpriced.
  public var costPicodollars: Int64?
  /// What the provider itself says that the call cost (OpenRouter, xAI, Perplexity); nil where it does not. It then is the
  /// cost.
  public var reportedCostPicodollars: Int64?
  /// What the price book makes of the call where the provider reported another cost; nil where the cost is the book's own.
  public var bookCostPicodollars: Int64?
  /// What decided the price besides model, usage and time; nil where that is not known (rows of version 1).
  public var pricingContext: PricingContext?
  /// What was priced one by one, where several models worked on the call or its body brought several replies; empty where
  /// one model answered once.
  public var parts: [UsagePart]
  /// What budgets were debited. Equal to the cost until budgets exist.
  public var debitedPicodollars: Int64?
  public var costSource: CostSource
  /// The model of the price book that was charged.
  public var pricedAs: String?
  public var billing: Billing
  public var serviceTier: String?
  public var geo: String?
  public var toolCalls: [ToolCall]
  /// Tools that the provider ran, by name.
  public var serverToolCalls: [String: Int]
  /// Tool results in the new tail of the request.
  public var toolResults: Int
  public var finishReason: String?
  /// A short machine-readable reason (`overloaded_error`, `upstream_unreachable`), never the peer's text; nil where none.
  public var error: String?
  public var providerRequestID: String?
  public var providerResponseID: String?
  /// The organisation, project or workspace that the reply's headers name.
  public var providerProject: String?
  /// A digest that tells upstream keys apart without revealing them; nil where the call had none.
  public var upstreamKeyID: String?
  /// The name of the virtual key that the call was made with; nil where there was none.
  public var virtualKey: String?
  /// The team that the key is bound to.
  public var team: String?
  public var timeToFirstTokenMicroseconds: Int64?
  public var durationMicroseconds: Int64
  /// What Tollgate itself added before the request was sent on.
  public var overheadMicroseconds: Int64
  public var requestBytes: Int64
  public var responseBytes: Int64

  /// A record of a call that has just been admitted.
  public init(
    id: CallID, startedAt: Timestamp, provider: String, method: String, path: String, agent: String, workflow: String
  ) {
    self.id = id
    self.startedAt = startedAt
    self.provider = provider
    self.method = method
    self.path = path
    self.agent = agent
    self.workflow = workflow
    status = 0
    outcome = .aborted
    isStream = false
    usage = Usage()
    usageSource = .none
    costSource = .free
    billing = .metered
    parts = []
    toolCalls = []
    serverToolCalls = [:]
    toolResults = 0
    durationMicroseconds = 0
    overheadMicroseconds = 0
    requestBytes = 0
    responseBytes = 0
  }
}

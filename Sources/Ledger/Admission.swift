public import Budgets
public import Metering

/// What is written into the in-flight file before a call is forwarded. Strings longer than a slot's field are cut at a
/// UTF-8 boundary (see ``SlotLayout``).
public struct Admission: Sendable, Equatable {
  /// Given by ``Ledger/nextCallID()``.
  public var id: CallID
  public var startedAt: Timestamp
  public var provider: String
  /// The dialect that will meter the call; nil where none understands it.
  public var dialect: String?
  public var method: String
  /// The path that goes upstream, without query.
  public var path: String
  /// The model that the request names.
  public var model: String?
  public var agent: String
  public var workflow: String
  public var run: String?
  public var isStream: Bool
  public var billing: Billing
  /// A digest that tells upstream keys apart without revealing them.
  public var upstreamKeyID: String?
  /// The name of the virtual key, and its team; nil where the call has none.
  public var virtualKey: String?
  public var team: String?
  /// What budgets hold for the call, which they are charged if the process dies; nil where none does.
  public var reserve: CallReserve?
  /// Bytes of the request's body, as far as they are known.
  public var requestBytes: Int64
  /// What the call is charged as if the process dies after it was sent and before any usage came: a bound of the
  /// prompt, in tokens.
  public var promptTokensEstimate: Int64

  public init(
    id: CallID, startedAt: Timestamp, provider: String, dialect: String?, method: String, path: String, model: String?,
    agent: String, workflow: String, run: String?, isStream: Bool, billing: Billing, upstreamKeyID: String?,
    virtualKey: String? = nil, team: String? = nil, reserve: CallReserve? = nil, requestBytes: Int64,
    promptTokensEstimate: Int64
  ) {
    self.id = id
    self.startedAt = startedAt
    self.provider = provider
    self.dialect = dialect
    self.method = method
    self.path = path
    self.model = model
    self.agent = agent
    self.workflow = workflow
    self.run = run
    self.isStream = isStream
    self.billing = billing
    self.upstreamKeyID = upstreamKeyID
    self.virtualKey = virtualKey
    self.team = team
    self.reserve = reserve
    self.requestBytes = requestBytes
    self.promptTokensEstimate = promptTokensEstimate
  }
}

/// Why a call cannot be admitted.
public enum AdmissionRefusal: Error, Sendable, Equatable {
  /// The disk is full or read-only, or the database failed: nothing that is forwarded could be accounted for. The
  /// reason is a sentence for the operator: what failed, where, and what to do.
  case ledgerUnavailable(reason: String)
  /// Every slot of the in-flight file is taken.
  case tooManyInFlight(limit: Int)
  /// The ledger is closing.
  case closing
}

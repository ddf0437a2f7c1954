public import Metering

/// Which calls are to be priced again.
public struct RepriceQuery: Sendable {
  /// Calls that started in [from, to).
  public var from: Timestamp
  public var to: Timestamp
  /// Only this provider's.
  public var provider: String?
  /// Also calls that have a price, in case it has changed. Without it, only those whose price is not known or a part.
  public var includesPriced = false
  /// Books nothing, and says what would be booked.
  public var isDryRun = false
  /// Where the page before ended; nil begins.
  public var after: RepriceCursor?
  public var reason: String
  /// Who asks, as they say.
  public var who: String

  public init(from: Timestamp, to: Timestamp, reason: String, who: String) {
    self.from = from
    self.to = to
    self.reason = reason
    self.who = who
  }

  /// Throws where a text is empty or too long, or the time is none.
  func validate() throws(LedgerError) {
    guard from < to else { throw .booking("the time ends before it begins") }
    guard 1...Correction.reasonBytesMax ~= reason.utf8.count else {
      throw .booking("reason must have 1 to \(Correction.reasonBytesMax) bytes")
    }
    guard 1...Correction.nameBytesMax ~= who.utf8.count else {
      throw .booking("who must have 1 to \(Correction.nameBytesMax) bytes")
    }
  }
}

/// A place among the calls, in the order of their starts.
public struct RepriceCursor: Sendable, Hashable, LosslessStringConvertible {
  var startedAtMicroseconds: Int64
  var call: Int64

  /// Two numbers with a full stop between.
  public var description: String { "\(startedAtMicroseconds).\(call)" }

  /// Reads ``description`` back; nil for anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
    guard parts.count == 2, let start = parts[0], let call = parts[1] else { return nil }
    startedAtMicroseconds = start
    self.call = call
  }

  init(startedAtMicroseconds: Int64, call: Int64) {
    self.startedAtMicroseconds = startedAtMicroseconds
    self.call = call
  }
}

/// What pricing some calls again came to.
public struct RepricePage: Sendable, Equatable {
  /// Calls that were looked at.
  public var examined = 0
  /// Calls whose cost was booked anew, or would be.
  public var repriced = 0
  /// What was booked in all.
  public var deltaPicodollars: Int128 = 0
  /// Calls that have their price already.
  public var unchanged = 0
  /// Calls whose row does not say enough to price them again.
  public var notEnoughKnown = 0
  /// Models that the price book still does not know, and how many calls each has.
  public var unknown: [UnknownModel] = []
  /// Where the next page begins; nil where this was the last.
  public var next: RepriceCursor?

  /// A model without price.
  public struct UnknownModel: Sendable, Equatable {
    public var provider: String
    public var model: String
    public var calls: Int

    public init(provider: String, model: String, calls: Int) {
      self.provider = provider
      self.model = model
      self.calls = calls
    }
  }

  public init() {}

  /// Adds the page that follows.
  public mutating func add(_ page: RepricePage) {
    examined += page.examined
    repriced += page.repriced
    deltaPicodollars += page.deltaPicodollars
    unchanged += page.unchanged
    notEnoughKnown += page.notEnoughKnown
    for model in page.unknown { add(model) }
    next = page.next
  }

  mutating func add(_ model: UnknownModel) {
    if let place = unknown.firstIndex(where: { $0.provider == model.provider && $0.model == model.model }) {
      unknown[place].calls += model.calls
    } else if unknown.count < Self.unknownMax {
      unknown.append(model)
    } else {
      unknown[unknown.count - 1].calls += model.calls
    }
  }

  /// Peers name models: those beyond are added to the last.
  static let unknownMax = 100
}

import Runs

public import Ledger
public import Metering

/// What an alert is about, with the figures of the moment.
public enum AlertFacts: Sendable, Equatable {
  case budget(BudgetFacts)
  case hold(HoldFacts)
  case traffic(TrafficFacts)
  case run(RunFacts)
  /// A receiver, and what its newest attempt came to.
  case receiver(String, outcome: String)
  /// Why the ledger cannot be written.
  case ledger(reason: String)
}

/// Something that holds at the moment and that people are to be told of. Reporting it again changes its figures and tells
/// nobody a second time.
public struct AlertCondition: Sendable, Equatable {
  public var rule: AlertRule
  public var severity: AlertSeverity
  public var facts: AlertFacts
  /// The names of those who are told.
  public var receivers: [String]

  public init(rule: AlertRule, severity: AlertSeverity, facts: AlertFacts, receivers: [String]) {
    self.rule = rule
    self.severity = severity
    self.facts = facts
    self.receivers = receivers
  }

  /// What tells the condition from every other.
  public var key: AlertKey {
    switch facts {
    case .budget(let budget): .budget(rule, budget)
    case .hold(let hold): .hold(hold.hold, by: hold.heldBy)
    case .traffic(let traffic): .provider(rule, traffic.provider)
    case .run(let run): AlertKey(group: AlertGroup(rule: rule, subject: run.subject), member: run.member(of: rule))
    case .receiver(let name, _): .receiver(name)
    case .ledger: .ledger
    }
  }

  /// When the condition ends by itself.
  var endsAt: Timestamp? {
    switch facts {
    case .budget(let budget): budget.windowEnd
    case .hold(let hold): hold.expiresAt
    case .run(let run): run.endsAt
    case .traffic, .receiver, .ledger: nil
    }
  }

  /// The limit that a threshold is a share of: one that was raised is to be told of anew.
  var limit: Int128? {
    if case .budget(let budget) = facts { budget.limit } else { nil }
  }
}

/// Conditions that are told in one alert: those of one budget, threshold and window, whatever their scopes.
public struct AlertGroup: Hashable, Sendable {
  public var rule: AlertRule
  /// The budget, provider or receiver.
  public var subject: String
  public var thresholdPartsPerMillion: Int64?
  public var windowStart: Timestamp?

  init(
    rule: AlertRule, subject: String, thresholdPartsPerMillion: Int64? = nil, windowStart: Timestamp? = nil
  ) {
    self.rule = rule
    self.subject = subject
    self.thresholdPartsPerMillion = thresholdPartsPerMillion
    self.windowStart = windowStart
  }

  /// The same for each alert of the group. PagerDuty takes at most 255 bytes; a longer one ends with a digest.
  public var dedupKey: String {
    let text = parts.joined(separator: "/")
    guard text.utf8.count > Self.dedupKeyBytesMax else { return text }
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return text.prefix(bytes: Self.dedupKeyBytesMax - 20) + "/" + String(digest, radix: 16)
  }

  private static let dedupKeyBytesMax = 255

  private var parts: [String] {
    ["tollgate", rule.rawValue, subject]
      + [thresholdPartsPerMillion, windowStart.map { $0.unixMicroseconds / 1_000_000 }].compactMap {
        $0.map(String.init)
      }
  }
}

/// One condition of a group.
public struct AlertKey: Hashable, Sendable {
  public var group: AlertGroup
  /// The scope of a budget, or a hold; empty where a group has one condition only.
  public var member: String

  /// One scope of a budget, at one threshold, in one window.
  public static func budget(_ rule: AlertRule, _ facts: BudgetFacts) -> AlertKey {
    AlertKey(
      group: AlertGroup(
        rule: rule, subject: facts.budget, thresholdPartsPerMillion: facts.thresholdPartsPerMillion,
        windowStart: facts.windowStart),
      member: facts.scope)
  }

  /// A call that waits for a person.
  public static func hold(_ hold: String, by subject: HoldSubject) -> AlertKey {
    AlertKey(group: AlertGroup(rule: .holdWaiting, subject: subject.grouped), member: hold)
  }

  /// A provider.
  public static func provider(_ rule: AlertRule, _ provider: String) -> AlertKey {
    AlertKey(group: AlertGroup(rule: rule, subject: provider), member: "")
  }

  /// A receiver that does not take its messages.
  public static func receiver(_ name: String) -> AlertKey {
    AlertKey(group: AlertGroup(rule: .receiverFailing, subject: name), member: "")
  }

  /// The ledger.
  public static let ledger = AlertKey(group: AlertGroup(rule: .ledgerFailing, subject: "ledger"), member: "")

  /// As the ledger keeps it: unique, since each part tells its length.
  var text: String {
    let parts = [
      group.rule.rawValue, group.subject, group.thresholdPartsPerMillion.map(String.init) ?? "",
      group.windowStart.map { String($0.unixMicroseconds) } ?? "", member,
    ]
    return parts.map { "\($0.utf8.count):\($0)" }.joined()
  }
}

extension String {
  /// As it stands in a list: short, and without control characters, of which each would become six in JSON. Callers choose names, and
  /// a payload is to have less than 20 kB.
  var listed: String {
    var text = UnicodeScalarView()
    for scalar in prefix(bytes: 200).unicodeScalars {
      text.append(scalar.value < 0x20 || scalar.value == 0x7f ? "?" : scalar)
    }
    return String(text)
  }

  /// The longest beginning of whole characters that has at most so many bytes.
  func prefix(bytes bytesMax: Int) -> String {
    guard utf8.count > bytesMax else { return self }
    var end = utf8.index(startIndex, offsetBy: max(0, bytesMax))
    while end > startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}

extension HoldSubject {
  /// What the calls that it holds are told under: the name of a budget, or of a guardrail and its limit. A budget is named by itself, as
  /// it always was; no name of a budget or a guardrail has a space.
  var grouped: String {
    switch self {
    case .budget(let name): name
    case .guardrail(let name, let kind): "guardrail \(name) \(kind.rawValue)"
    }
  }
}

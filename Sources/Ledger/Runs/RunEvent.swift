public import Metering
public import Observability
public import Runs

/// Something that was noticed of a run, or of a call of it: a quiet failure, or a limit of a guardrail that it reached.
public struct RunEvent: Sendable, Equatable {
  /// Which it is.
  public enum Kind: Sendable, Equatable {
    case anomaly(AnomalyKind)
    /// The limit of the guardrail, and what it did.
    case trip(GuardrailLimit.Kind, GuardrailAction)

    /// As `kind` in the API. No limit is called like an anomaly.
    public var name: String {
      switch self {
      case .anomaly(let kind): kind.rawValue
      case .trip(let limit, _): limit.rawValue
      }
    }

    /// Which of the two.
    public var type: RunEventFilter.EventType {
      switch self {
      case .anomaly: .anomaly
      case .trip: .trip
      }
    }

    /// What the guardrail did; nil of an anomaly.
    public var action: GuardrailAction? {
      switch self {
      case .anomaly: nil
      case .trip(_, let action): action
      }
    }
  }

  public var at: Timestamp
  public var run: String?
  /// The call that showed it; nil of what a run showed as a whole.
  public var call: CallID?
  public var agent: String
  public var workflow: String
  public var kind: Kind
  /// The tool that an anomaly is about, if any; the name of the guardrail.
  public var subject: String?
  /// The numbers behind it: a JSON object.
  public var document: String

  init(
    at: Timestamp, run: String?, call: CallID?, agent: String, workflow: String, kind: Kind, subject: String?,
    document: String
  ) {
    self.at = at
    self.run = run
    self.call = call
    self.agent = agent
    self.workflow = workflow
    self.kind = kind
    self.subject = subject
    self.document = document
  }

  /// - Parameter call: nil where the run as a whole showed it.
  public init(_ anomaly: Anomaly, run: String?, call: CallID?, agent: String, workflow: String, at: Timestamp) {
    self.init(
      at: at, run: run, call: call, agent: agent, workflow: workflow, kind: .anomaly(anomaly.kind),
      subject: anomaly.tool, document: Self.document(anomaly))
  }

  /// - Parameter call: the one that tripped the guardrail.
  public init(_ trip: GuardrailTrip, call: CallID?, agent: String, workflow: String) {
    self.init(
      at: trip.at, run: trip.run, call: call, agent: agent, workflow: workflow, kind: .trip(trip.kind, trip.action),
      subject: trip.guardrail, document: Self.document(trip))
  }

  private static func document(_ anomaly: Anomaly) -> String {
    JSONWriter.text { AnomalyJSON.writeFigures(of: anomaly, to: &$0) }
  }

  private static func document(_ trip: GuardrailTrip) -> String {
    JSONWriter.text { writer in
      writer.key("value")
      writer.integer(trip.value)
      writer.key("limit")
      writer.integer(trip.limit)
      if let tool = trip.tool {
        writer.key("tool")
        writer.string(tool)
      }
      if trip.period > 0 {
        writer.key("period")
        writer.integer(trip.period)
      }
    }
  }
}

/// The figures of an anomaly, as events and ends of runs have them.
public enum AnomalyJSON {
  /// Writes the members `value` and `usual`, which is null where it is compared with nothing.
  public static func writeFigures(of anomaly: Anomaly, to writer: inout JSONWriter) {
    writer.key("value")
    writer.integer(anomaly.value)
    writer.key("usual")
    guard let usual = anomaly.usual else { return writer.null() }
    writer.object { writer in
      writer.key("median")
      writer.integer(usual.median)
      writer.key("deviation")
      writer.integer(usual.deviation)
      writer.key("most")
      writer.integer(usual.most)
      writer.key("runs")
      writer.integer(usual.runs)
    }
  }
}

/// An event with its place in the list of all, which is the cursor.
public struct KeptRunEvent: Sendable, Equatable {
  public var number: Int64
  public var event: RunEvent

  public init(number: Int64, event: RunEvent) {
    self.number = number
    self.event = event
  }
}

/// Which events to list, the newest first. What is nil does not filter.
public struct RunEventFilter: Sendable {
  /// What kinds there are.
  public enum EventType: String, Sendable, CaseIterable {
    case anomaly, trip
  }

  public var type: EventType? = .anomaly
  /// The name of a kind (``RunEvent/Kind/name``).
  public var kind: String?
  public var agent: String?
  public var workflow: String?
  public var run: String?
  /// Those at this time or later.
  public var from: Timestamp?
  /// Those before this time.
  public var to: Timestamp?
  /// Only those before this one: the cursor.
  public var before: Int64?
  /// 1...1,000; a number outside is taken as the nearest inside.
  public var limit = 100
  public init() {}
}

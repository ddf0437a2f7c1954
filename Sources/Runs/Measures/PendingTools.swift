internal import Dialects
internal import Metering

/// A tool that a reply asked for and that no request has answered yet.
struct PendingTool: Sendable, Equatable {
  /// The call whose reply asked, and which of its tools this is.
  var call: CallID
  var position: Int
  var id: Fingerprint?
  var name: Fingerprint
  var node: Fingerprint
  /// The conversation in which it was asked for (``LoopThreads``).
  var thread: UInt64
  /// All of what the call said that asked.
  var conversation: Fingerprint?
  /// Which reply asked, in the order of the run's events.
  var sequence: Int64
  /// The tool's place in ``ToolTable``.
  var tool: Int
  var askedAt: Int64
  /// The longest chain of work that ends with the reply.
  var chain: WorkChain
  /// The call's key in ``RepeatTable``; nil where its arguments are not known.
  var repeatKey: UInt64?
  /// Whether the request left the model no words: it had to ask for a tool.
  var isForced = false
}

/// The tools of a run that wait for their result, in the order in which they were asked for, the oldest forgotten first.
struct PendingTools: Sendable, Equatable {
  /// How many are kept.
  static let countMax = 256
  /// How many ids of answered calls are remembered, so that a result that comes again is known to.
  static let answeredMax = 256

  private struct Answered: Sendable, Equatable {
    var id: Fingerprint
    /// Of a result whose call was not known: which event of the run brought it, and whether its tool failed.
    var early: (sequence: Int64, failed: Bool)?

    static func == (lhs: Answered, rhs: Answered) -> Bool {
      lhs.id == rhs.id && lhs.early?.sequence == rhs.early?.sequence && lhs.early?.failed == rhs.early?.failed
    }
  }

  private(set) var list: [PendingTool] = []
  private var answered: [Answered] = []
  private var nextAnswered = 0

  var count: Int { list.count }

  var bytes: Int {
    list.capacity &* MemoryLayout<PendingTool>.stride &+ answered.capacity &* MemoryLayout<Answered>.stride
  }

  /// Takes a tool that a reply asks for.
  ///
  /// An agent that acts on the last event of a stream may be faster than the stream's end is known here.
  ///
  /// - Parameter begin: which event of the run the call was whose reply asks.
  /// - Returns: whether its tool failed, where the result came before the reply's end; nil where it is awaited.
  mutating func add(_ tool: PendingTool, askedSince begin: Int64) -> Bool? {
    if let id = tool.id, let place = answered.firstIndex(where: { $0.id == id }) {
      if let early = answered[place].early, early.sequence > begin {
        answered[place].early = nil
        return early.failed
      }
      // A client or a server may use an id again.
      answered[place] = Answered(id: Fingerprint(bits: 0))
    }
    if list.count >= Self.countMax { list.removeFirst() }
    list.append(tool)
    return nil
  }

  /// Which call a result answers.
  enum Answer {
    case call(PendingTool)
    /// One that is not known: it was asked for before the run was seen, or is forgotten.
    case unknown
    /// It has been counted before.
    case again
  }

  /// Takes the call that a result answers: by its id, else by the tool's name, the one that was asked for first.
  ///
  /// - Parameter sequence: which event of the run brings it.
  mutating func take(_ result: ToolResultFacts, of node: Fingerprint, at sequence: Int64) -> Answer {
    if let id = result.call {
      if let place = list.firstIndex(where: { $0.id == id }) {
        remember(Answered(id: id))
        return .call(list.remove(at: place))
      }
      if answered.contains(where: { $0.id == id }) { return .again }
      // An id that the client made up, of a call that has none.
      if let tool = takeWithoutID(result, of: node) {
        remember(Answered(id: id))
        return .call(tool)
      }
      remember(Answered(id: id, early: (sequence, result.failure != nil)))
      return .unknown
    }
    return takeWithoutID(result, of: node).map { .call($0) } ?? .unknown
  }

  private mutating func takeWithoutID(_ result: ToolResultFacts, of node: Fingerprint) -> PendingTool? {
    let place = list.firstIndex { tool in
      tool.node == node && (result.call == nil || tool.id == nil) && (result.name == nil || tool.name == result.name)
    }
    return place.map { list.remove(at: $0) }
  }

  /// Drops what nobody answers any more.
  mutating func drop(where isDropped: (PendingTool) -> Bool) {
    guard !list.isEmpty else { return }
    list.removeAll(where: isDropped)
  }

  /// Drops so many of an agent's that were asked for first: their results came, and nothing says more of them.
  mutating func drop(_ count: Int, of node: Fingerprint) {
    var left = count
    drop { tool in
      guard left > 0, tool.node == node else { return false }
      left &-= 1
      return true
    }
  }

  private mutating func remember(_ result: Answered) {
    if answered.count < Self.answeredMax {
      answered.append(result)
    } else {
      answered[nextAnswered] = result
      nextAnswered = (nextAnswered + 1) % Self.answeredMax
    }
  }
}

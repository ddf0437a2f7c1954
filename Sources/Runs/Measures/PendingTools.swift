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
  /// Which reply asked, in the order of the run's events.
  var sequence: Int64
  /// The tool's place in ``ToolTable``.
  var tool: Int
  var askedAt: Int64
  /// How long the longest chain of work is that ends with the reply.
  var path: Int64
  /// The call's key in ``RepeatTable``; nil where its arguments are not known.
  var repeatKey: UInt64?
}

/// The tools of a run that wait for their result, in the order in which they were asked for, the oldest forgotten first.
struct PendingTools: Sendable, Equatable {
  /// How many are kept.
  static let countMax = 256
  /// How many ids of answered calls are remembered, so that a result that comes again is known to.
  static let answeredMax = 256

  private(set) var list: [PendingTool] = []
  private var answered: [Fingerprint] = []
  private var nextAnswered = 0

  var count: Int { list.count }

  mutating func add(_ tool: PendingTool) {
    if list.count >= Self.countMax { list.removeFirst() }
    // A client or a server may use an id again.
    if let id = tool.id, let place = answered.firstIndex(of: id) { forget(at: place) }
    list.append(tool)
  }

  private mutating func forget(at place: Int) { answered[place] = Fingerprint(bits: 0) }

  /// Which call a result answers.
  enum Answer {
    case call(PendingTool)
    /// One that is not known: it was asked for before the run was seen, or is forgotten.
    case unknown
    /// It has been counted before.
    case again
  }

  /// Takes the call that a result answers: by its id, else by the tool's name, the one that was asked for first.
  mutating func take(_ result: ToolResultFacts, of node: Fingerprint) -> Answer {
    if let id = result.call {
      if let place = list.firstIndex(where: { $0.id == id }) {
        remember(id)
        return .call(list.remove(at: place))
      }
      if answered.contains(id) { return .again }
      // An id that the client made up, of a call that has none.
      if let tool = takeWithoutID(result, of: node) {
        remember(id)
        return .call(tool)
      }
      remember(id)
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

  /// Drops what was asked for beside calls that have been answered: nobody answers it any more.
  mutating func dropUnanswered(of sequence: Int64) { list.removeAll { $0.sequence == sequence } }

  private mutating func remember(_ id: Fingerprint) {
    if answered.count < Self.answeredMax {
      answered.append(id)
    } else {
      answered[nextAnswered] = id
      nextAnswered = (nextAnswered + 1) % Self.answeredMax
    }
  }
}

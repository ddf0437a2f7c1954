internal import Dialects

/// The conversations of a run's agents, as far as loops are looked for in each of them: what one agent asks for again and again is a
/// loop, what one agent after another asks for is none, also where nothing but their words tells the agents apart.
///
/// A request goes on with the thread of the tools that it answers, else with the one whose last request it begins like; else it
/// begins a thread. Where it has no messages that are read, its agent is its thread.
struct LoopThreads: Sendable, Equatable {
  /// How many are told apart, and how many conversations are remembered: those of the last requests.
  static let threadsMax = 64
  static let conversationsMax = 64

  /// What is known of one thread.
  struct Track: Sendable, Equatable {
    var cycles = CycleFinder()
    /// What the calls of its last reply come to.
    var loop = LoopState()
    /// When something happened to it last.
    var sequence: Int64 = 0
  }

  struct Conversation: Sendable, Equatable {
    var print: Fingerprint
    var thread: UInt64
    /// When the request came that said so first.
    var sequence: Int64
    /// Whether a request went on from here.
    var isContinued = false
  }

  /// Where a request stands.
  struct Place {
    var thread: UInt64
    /// When the conversation was sent: for the first time, where an SDK sends it again.
    var sequence: Int64
    /// Whether the conversation was not sent before.
    var isNew: Bool
  }

  private(set) var tracks: [UInt64: Track] = [:]
  private var conversations: [Conversation] = []
  private var nextConversation = 0

  init() {}

  /// - Parameter conversation: the only one that is remembered.
  init(_ conversation: Conversation?) { conversations = conversation.map { [$0] } ?? [] }

  /// Whether nothing is known but ``onlyConversation``.
  var isBrief: Bool { tracks.isEmpty && conversations.count <= 1 }

  /// The conversation that is remembered, where there is one alone.
  var onlyConversation: Conversation? { conversations.count == 1 ? conversations.first : nil }

  var bytes: Int {
    tracks.capacity &* (MemoryLayout<Track>.stride &+ 16) &+ conversations.capacity
      &* MemoryLayout<Conversation>.stride
  }

  /// Finds the place of a request by its conversation.
  ///
  /// The same conversation again is the same agent's if an SDK sends it again, or if nothing came of it: one that is stuck. While it is in
  /// flight, or after it went on, it is that of another agent, which begins alike.
  ///
  /// - Parameter isTwin: whether the same is in flight.
  mutating func place(of request: RunRequest, at sequence: Int64, isTwin: Bool) -> Place {
    guard let print = request.conversation else {
      return Place(thread: request.node.bits, sequence: sequence, isNew: true)
    }
    let own = mixed(request.node.bits, UInt64(truncatingIfNeeded: sequence))
    if let known = conversations.first(where: { $0.print == print }) {
      if request.retry > 0 { return Place(thread: known.thread, sequence: known.sequence, isNew: false) }
      return Place(thread: isTwin || known.isContinued ? own : known.thread, sequence: sequence, isNew: false)
    }
    for beginning in request.beginnings.reversed() {
      guard let before = conversations.firstIndex(where: { $0.print == beginning }) else { continue }
      conversations[before].isContinued = true
      return Place(thread: conversations[before].thread, sequence: sequence, isNew: true)
    }
    return Place(thread: own, sequence: sequence, isNew: true)
  }

  /// Remembers what a request said.
  mutating func remember(_ request: RunRequest, at place: Place) {
    guard place.isNew, let print = request.conversation else { return }
    let conversation = Conversation(print: print, thread: place.thread, sequence: place.sequence)
    if conversations.count < Self.conversationsMax {
      conversations.append(conversation)
    } else {
      conversations[nextConversation] = conversation
      nextConversation = (nextConversation + 1) % Self.conversationsMax
    }
  }

  /// Changes what is known of a thread.
  mutating func update(_ thread: UInt64, at sequence: Int64, _ change: (inout Track) -> Void) {
    if tracks[thread] == nil, tracks.count >= Self.threadsMax,
      let oldest = tracks.min(by: { $0.value.sequence < $1.value.sequence })
    {
      tracks[oldest.key] = nil
    }
    var track = tracks.removeValue(forKey: thread) ?? Track()
    track.sequence = sequence
    change(&track)
    tracks[thread] = track
  }

  /// The longest streak of equal calls that the last reply of a thread goes on with.
  var longestStreak: LoopState? {
    tracks.values.max { $0.loop.streak < $1.loop.streak }.flatMap { $0.loop.streak > 0 ? $0.loop : nil }
  }

  /// The cycle that has come around most often, of those that the last reply of a thread goes on with.
  var longestCycle: LoopState? {
    tracks.values.max { $0.loop.rounds < $1.loop.rounds }.flatMap { $0.loop.rounds > 0 ? $0.loop : nil }
  }

  private func mixed(_ first: UInt64, _ second: UInt64) -> UInt64 {
    let key = (first ^ first >> 29 ^ second) &* 0xBF58_476D_1CE4_E5B9
    return key ^ key >> 32
  }
}

/// How far the last reply of an agent looks like one of a loop.
struct LoopState: Sendable, Equatable {
  /// How often the tool was asked for with the same arguments, this time included.
  var streak: Int64 = 0
  /// The tool's place in ``ToolTable``.
  var tool = 0
  /// How often the cycle came around, and of how many steps it is.
  var rounds: Int64 = 0
  var period = 0
}

/// A chain of work that had to be done one after the other.
struct WorkChain: Sendable, Equatable {
  /// How long it took, models and tools.
  var microseconds: Int64 = 0
  /// How long its models took.
  var modelMicroseconds: Int64 = 0

  func adding(model microseconds: Int64) -> WorkChain {
    WorkChain(
      microseconds: self.microseconds.saturatingAdd(microseconds),
      modelMicroseconds: modelMicroseconds.saturatingAdd(microseconds))
  }

  func adding(tool microseconds: Int64) -> WorkChain {
    WorkChain(microseconds: self.microseconds.saturatingAdd(microseconds), modelMicroseconds: modelMicroseconds)
  }
}

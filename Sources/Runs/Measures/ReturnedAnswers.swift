internal import Dialects
internal import Metering

/// What requests brought that were taken back before they were sent on. Their run has counted it, and the record of no call tells it: so
/// it is told with the next request that says as much, which is the one that the client sends again.
struct ReturnedAnswers: Sendable, Equatable {
  /// How many requests are remembered, the oldest forgotten first.
  static let requestsMax = 8

  private struct Entry: Sendable, Equatable {
    var conversation: Fingerprint
    var admission: RunAdmission
  }

  private var entries: [Entry] = []

  var bytes: Int {
    entries.reduce(entries.capacity &* MemoryLayout<Entry>.stride) {
      $0 &+ $1.admission.answered.capacity &* MemoryLayout<AnsweredTool>.stride
    }
  }

  mutating func add(_ admission: RunAdmission, of conversation: Fingerprint) {
    guard admission.results > 0 else { return }
    if entries.count >= Self.requestsMax { entries.removeFirst() }
    entries.append(Entry(conversation: conversation, admission: admission))
  }

  /// Moves what earlier requests brought to the one that says it again, or goes on from them.
  mutating func move(to admission: inout RunAdmission, of request: RunRequest) {
    guard !entries.isEmpty else { return }
    entries.removeAll { entry in
      guard entry.conversation == request.conversation || request.beginnings.contains(entry.conversation) else {
        return false
      }
      admission.answered += entry.admission.answered
      admission.results &+= entry.admission.results
      admission.resultErrors &+= entry.admission.resultErrors
      return true
    }
  }
}

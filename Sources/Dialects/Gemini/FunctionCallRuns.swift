internal import JSON

/// The function calls of the candidates of a reply, each counted once.
///
/// A call comes whole, without an id as a rule. Vertex may stream its arguments: the first part has the name, and every one
/// but the last says that it will continue.
struct FunctionCallRuns {
  private struct Part {
    var id = ""
    var name = ""
    var continues = false
    var arguments = ArgumentTexts.Text()
    /// Whether the arguments come as values by their paths, which are not put together.
    var hasPieces = false
  }

  /// How many parts wait for their candidate's index; with more of them, that is taken to be the one known so far.
  private static let partsMax = 256
  /// How many candidates may be in the middle of a call.
  private static let runsMax = 64

  private var part = Part()
  private var parts: [Part] = []
  /// The id of the call that each candidate is in the middle of.
  private var runs: [Int64: String] = [:]

  mutating func begin(_ tally: inout ReplyTally) {
    part = Part()
    _ = tally.arguments.takeText()
  }

  mutating func notePieces() { part.hasPieces = true }

  mutating func value(_ field: GenerateContentResponse.Field, _ json: borrowing JSONReader) {
    switch field {
    case .callID: part.id = json.wholeText ?? ""
    case .callName: part.name = json.wholeText ?? ""
    case .callContinues: part.continues = json.isTrue
    default: break
    }
  }

  /// Takes the part that ended.
  ///
  /// - Parameter index: the candidate's, as far as it is known.
  mutating func end(_ index: Int64, _ tally: inout ReplyTally) {
    part.arguments = tally.arguments.takeText()
    part.arguments.isWhole = true
    parts.append(part)
    if parts.count >= Self.partsMax { endCandidate(index, &tally) }
  }

  /// Counts the calls of a candidate, whose index may stand behind them.
  mutating func endCandidate(_ index: Int64, _ tally: inout ReplyTally) {
    for part in parts {
      let isAnother = runs[index].map { !$0.isEmpty && !part.id.isEmpty && $0 != part.id } ?? true
      if isAnother, !part.name.isEmpty, let place = tally.addToolCall(id: part.id, name: part.name) {
        if !part.continues, !part.hasPieces { tally.arguments.add(part.arguments, to: place) }
      }
      if !part.continues {
        runs[index] = nil
      } else if isAnother, runs.count < Self.runsMax {
        runs[index] = part.id
      }
    }
    parts.removeAll(keepingCapacity: true)
  }
}

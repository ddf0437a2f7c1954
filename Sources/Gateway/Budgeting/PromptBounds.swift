import Metering
import Synchronization

/// How long the prompt of a call can be, as a hard budget asks for.
public struct PromptBounds: Sendable, Equatable {
  /// What the smaller bound rests on.
  public enum Basis: String, Sendable, CaseIterable {
    /// The bytes of the body.
    case bytes
    /// What the provider reported of the request that this one goes on from, and the bytes of what is new.
    case predecessor
    /// What it reported of the stored response that this one follows, and the bytes of the body.
    case response
  }

  /// By the bytes of the body alone; nil where those bound nothing.
  public var byBytes: Int64?
  /// By what the provider reported; nil where nothing is known that bounds this prompt.
  public var byReport: Int64?
  public var isBehindResponse: Bool

  public init(byBytes: Int64? = nil, byReport: Int64? = nil, isBehindResponse: Bool = false) {
    self.byBytes = byBytes
    self.byReport = byReport
    self.isBehindResponse = isBehindResponse
  }

  /// The one that is taken: the smaller one.
  public var tokens: Int64? {
    guard let byBytes else { return byReport }
    return min(byBytes, byReport ?? byBytes)
  }

  /// Nil where there is none.
  public var basis: Basis? {
    guard let tokens else { return nil }
    if tokens == byBytes { return .bytes }
    return isBehindResponse ? .response : .predecessor
  }
}

/// The bounds of the last calls, for who asks why one was reserved so much.
final class PromptBoundLog: Sendable {
  static let callsMax = 1024

  private struct Entry {
    var call: CallID
    var bounds: PromptBounds
  }

  private struct State {
    var entries: [Entry] = []
    var next = 0
  }

  private let state = Mutex(State())

  func note(_ bounds: PromptBounds, of call: CallID) {
    state.withLock { state in
      let entry = Entry(call: call, bounds: bounds)
      if state.entries.count < Self.callsMax {
        state.entries.append(entry)
      } else {
        state.entries[state.next] = entry
        state.next = (state.next + 1) % Self.callsMax
      }
    }
  }

  func bounds(of call: CallID) -> PromptBounds? {
    state.withLock { state in state.entries.last { $0.call == call }?.bounds }
  }
}

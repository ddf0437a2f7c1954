import Synchronization

/// The credit of a reply: how many of its bytes are handed over and not yet returned, and whether the transfer is paused for it.
/// Both are one atomic word, so that a return of credit and a decision to pause can never miss each other.
struct ReplyWindow: ~Copyable, Sendable {
  static let bytesMax = 65536
  /// A paused transfer goes on when no more than this is handed over: half, so that it does not stop at each part.
  static let resumeBytes = 32768

  /// Bytes handed over × 2 + (1 if paused).
  private let word = Atomic<Int>(0)

  /// Takes credit for a part, or notes that the transfer pauses. A part larger than the whole window passes when nothing is out.
  borrowing func take(_ bytes: Int) -> Bool {
    var old = self.word.load(ordering: .relaxed)
    while true {
      let handedOver = old >> 1
      let fits = handedOver == 0 || handedOver &+ bytes <= Self.bytesMax
      let new = fits ? old &+ bytes &* 2 : old | 1
      let (exchanged, original) = self.word.compareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return fits }
      old = original
    }
  }

  /// Returns credit; true where the transfer was paused and must be woken, which is said once.
  borrowing func giveBack(_ bytes: Int) -> Bool {
    var old = self.word.load(ordering: .relaxed)
    while true {
      let handedOver = max(0, (old >> 1) &- max(0, bytes))
      let mustWake = old & 1 == 1 && handedOver <= Self.resumeBytes
      let new = handedOver &* 2 | (mustWake ? 0 : old & 1)
      let (exchanged, original) = self.word.compareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return mustWake }
      old = original
    }
  }
}

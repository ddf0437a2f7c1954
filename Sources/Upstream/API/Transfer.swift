public import NIOCore
internal import Synchronization

/// A transfer under way. Every method may be called from any thread; each is cheap, and does nothing once the transfer has ended.
public final class Transfer: Sendable {
  /// What the curl thread is asked to do, as bits of ``signals``.
  enum Signal {
    static let start: UInt8 = 1
    static let resume: UInt8 = 2
    static let upload: UInt8 = 4
    static let cancel: UInt8 = 8
  }

  /// The signals that the curl thread has not yet seen. Who sets the first puts the transfer into the mailbox, so that it is
  /// there at most once, and the mailbox holds no more than the transfers that live.
  private let signals = Atomic<UInt8>(0)
  let window = ReplyWindow()
  /// Nil unless the body is streamed.
  let upload: UploadQueue?
  private let mailbox: Mailbox?

  /// What to do: set before the transfer enters the mailbox, whose lock hands it to the curl thread; taken there.
  nonisolated(unsafe) var order: TransferOrder?
  /// What runs it: read and written by the curl thread alone.
  nonisolated(unsafe) var running: EasyTransfer?

  init(order: TransferOrder, mailbox: Mailbox) {
    if case .streamed = order.request.body { self.upload = UploadQueue() } else { self.upload = nil }
    self.order = order
    self.mailbox = mailbox
  }

  /// A transfer that was refused: it has ended, and every method does nothing.
  init() {
    self.upload = nil
    self.mailbox = nil
  }

  /// Appends to a streamed body. Write no more than the credit that was given, or the transfer fails.
  public func write(_ part: ByteBuffer) {
    if let upload, upload.write(part) { self.signal(Signal.upload) }
  }

  /// Ends a streamed body.
  public func finishBody() {
    if let upload, upload.finish() { self.signal(Signal.upload) }
  }

  /// Returns credit: this many bytes of the reply have been written to the client. At most 64 KiB are handed over and not
  /// yet returned.
  public func returnCredit(bytes: Int) {
    if self.window.giveBack(bytes) { self.signal(Signal.resume) }
  }

  /// Ends the transfer. `end(.cancelled)` follows unless it has ended already; events on their way come before it.
  public func cancel() {
    self.signal(Signal.cancel)
  }

  /// Takes the signals that have come since the last call.
  func takeSignals() -> UInt8 {
    self.signals.exchange(0, ordering: .acquiringAndReleasing)
  }

  /// Asks the curl thread to look at this transfer; false where that thread has ended.
  @discardableResult
  func signal(_ signal: UInt8) -> Bool {
    guard let mailbox else { return false }
    let old = self.signals.bitwiseOr(signal, ordering: .acquiringAndReleasing).oldValue
    return old != 0 || mailbox.post(self)
  }
}

/// All that a transfer needs to run.
struct TransferOrder {
  let request: UpstreamRequest
  let limits: TransferLimits
  let loop: any EventLoop
  let willSend: @Sendable () -> Void
  let deliver: @Sendable (inout TransferEventBatch) -> Void
}

internal import CCurl
import NIOCore

/// An easy handle and the state of the transfer that it runs now; kept for the next one when that has ended.
/// Belongs to one curl thread, and is touched on it alone.
final class EasyTransfer {
  /// How far the transfer is, which decides the time-out that runs.
  enum Phase {
    /// No transfer.
    case idle
    /// Waits for the addresses of its host; libcurl does not know of it yet.
    case resolving
    /// Given to libcurl; nothing is sent.
    case connecting
    /// The head of the request is out; its streamed body is not.
    case uploading
    case awaitingHead
    case receiving
  }

  /// A small number: where the thread's tables have this transfer.
  let id: Int
  let handle: UnsafeMutableRawPointer
  unowned let thread: CurlThread

  var transfer: Transfer?
  var order: TransferOrder?
  var phase = Phase.idle
  var startedAt: Int64 = 0
  /// When a byte of a body was last sent or received, or the phase or a pause ended.
  var lastActivity: Int64 = 0
  var head = HeadReader()
  /// How often libcurl was about to send the request: a second time it is stopped.
  var sendCount = 0
  /// What a callback found wrong, and ended the transfer for.
  var failure: (TransferFailure, String)?
  /// The events since the last delivery.
  var pending = TransferEventBatch()
  var isInDeliveryList = false
  var isReceivePaused = false
  var isSendPaused = false
  /// Sockets that were opened for this transfer and are not known to be a connection yet; empty on a reused connection.
  var opened: [Int32] = []
  /// Whether the pooled connection that libcurl chose was no longer fit for use.
  var mustReconnect = false
  /// An address that the transfer may not connect to, and that its host's name stands for.
  var addressRefused: NetworkAddress?
  /// Whether libcurl must make a connection, and choose none of its pool.
  private var wantsNewConnection = false
  /// Of a streamed body, how much libcurl has taken.
  var uploadedBytes: Int64 = 0
  /// As libcurl tells it, when the time-out for the head last ran out.
  var sentBytes: Int64 = 0

  /// The connection's socket, while libcurl watches it.
  var descriptor: Int32 = -1
  var isWatchedForInputOnly = false
  /// Whether the reply comes in many small parts, see ``StreamGathering``.
  var isStream = false
  var partsDelivered = 0

  /// What libcurl holds pointers to while it runs the transfer.
  private var headers = HeaderList()
  private var addresses = HeaderList()
  private var bodyStorage: Unmanaged<AnyObject>?
  private let errorText: UnsafeMutablePointer<CChar>

  /// Nil where libcurl is out of memory.
  init?(id: Int, thread: CurlThread) {
    guard let handle = curl_easy_init() else { return nil }
    self.id = id
    self.handle = handle
    self.thread = thread
    self.errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    self.errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_easy_cleanup(self.handle)
    self.bodyStorage?.release()
    self.errorText.deallocate()
  }

  var progress: TransferProgress {
    TransferProgress(
      wasSent: self.sendCount > 0, hasReplyBegun: self.head.hasBegun, hasHead: self.head.isFinished)
  }

  /// libcurl's words for what went wrong.
  var errorDescription: String { String(cString: self.errorText) }

  /// Takes a transfer on.
  func begin(_ transfer: Transfer, _ order: TransferOrder, at now: Int64) {
    self.transfer = transfer
    self.order = order
    self.startedAt = now
    self.lastActivity = now
    self.phase = .resolving
    if transfer.upload != nil { self.pending.uploadCreditBytes = UploadQueue.bytesMax }
  }

  /// Sets every option for the transfer at hand; `addresses` are those of the host's name, nil where the host is an address itself.
  /// False where libcurl refuses an option.
  func setOptions(addresses: [HostAddress]?, connectMilliseconds: Int64) -> Bool {
    guard let order = self.order else { return false }
    self.errorText[0] = 0
    self.headers.removeAll()
    self.headers.append(fieldsOf: order.request)
    self.addresses.removeAll()
    if let addresses { self.addresses.append(addresses, of: order.request.origin) }
    var options = EasyOptions(handle: self.handle)
    curl_easy_reset(self.handle)
    options.setFixed(self.thread.easyDefaults)
    options.setCallbacks(
      Unmanaged.passUnretained(self).toOpaque(), errorText: self.errorText, refusesLookups: addresses != nil)
    options.setTarget(order.request)
    options.set(CURLOPT_HTTPHEADER, self.headers.first)
    options.set(CURLOPT_RESOLVE, self.addresses.first)
    options.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, connectMilliseconds))
    let isGuarded = order.request.addresses == .publicOnly
    if self.wantsNewConnection || isGuarded { options.set(CURLOPT_FRESH_CONNECT, 1) }
    if isGuarded { options.set(CURLOPT_FORBID_REUSE, 1) }
    self.setBody(order.request.body, &options)
    return options.areAllSet
  }

  private func setBody(_ body: UpstreamBody, _ options: inout EasyOptions) {
    switch body {
    case .none: break
    case .buffered(let buffer):
      // libcurl reads the caller's bytes where they are: their storage is held until the transfer has ended, and who changes
      // the buffer meanwhile gets a copy, since it is not the only one that holds it.
      buffer.withUnsafeReadableBytesWithStorageManagement { bytes, storage in
        self.bodyStorage = storage.retain()
        options.setBody(bytes)
      }
    case .streamed(let contentLength): options.setUpload(bytes: contentLength)
    }
  }

  /// Begins again, with a connection of its own: nothing was sent. libcurl must no longer know the transfer.
  func beginAgain() {
    self.phase = .resolving
    self.mustReconnect = false
    self.wantsNewConnection = true
    self.opened.removeAll(keepingCapacity: true)
    self.descriptor = -1
    self.bodyStorage?.release()
    self.bodyStorage = nil
  }

  /// Forgets the transfer, which libcurl must no longer know.
  func end() {
    self.transfer = nil
    self.order = nil
    self.phase = .idle
    self.head = HeadReader()
    self.sendCount = 0
    self.opened.removeAll(keepingCapacity: true)
    self.mustReconnect = false
    self.wantsNewConnection = false
    self.addressRefused = nil
    self.failure = nil
    self.pending = TransferEventBatch()
    self.isInDeliveryList = false
    self.isReceivePaused = false
    self.isSendPaused = false
    self.uploadedBytes = 0
    self.sentBytes = 0
    self.descriptor = -1
    self.isWatchedForInputOnly = false
    self.isStream = false
    self.partsDelivered = 0
    self.bodyStorage?.release()
    self.bodyStorage = nil
  }

  /// When the transfer has taken too long, and what that is called. Nil: no time-out runs.
  var deadline: (at: Int64, failure: TransferFailure)? {
    guard let limits = self.order?.limits else { return nil }
    switch self.phase {
    case .idle: return nil
    case .resolving, .connecting:
      return (self.startedAt &+ Int64(limits.connectTimeoutMilliseconds), .connectTimeout)
    case .uploading:
      if self.isSendPaused { return nil }
      return (self.lastActivity &+ Int64(limits.idleTimeoutMilliseconds), .idleTimeout)
    case .awaitingHead:
      return (self.lastActivity &+ Int64(limits.headTimeoutMilliseconds), .headTimeout)
    case .receiving:
      if self.isReceivePaused { return nil }
      return (self.lastActivity &+ Int64(limits.idleTimeoutMilliseconds), .idleTimeout)
    }
  }

  /// Whether libcurl has sent more of the request since the last call: a large body on a slow way is no silent upstream.
  func hasSentMore() -> Bool {
    var sent: curl_off_t = 0
    guard ccurl_get_offset(self.handle, CURLINFO_SIZE_UPLOAD_T, &sent) == CURLE_OK, sent > self.sentBytes else {
      return false
    }
    self.sentBytes = Int64(sent)
    return true
  }
}

import NIOCore
import Synchronization

/// What happens to a transfer while libcurl runs it.
extension EasyTransfer {
  enum BodyDecision {
    case taken
    case paused
    case refused
  }

  enum UploadDecision {
    case bytes(Int)
    case paused
    case finished
    case refused
  }

  /// A connection stands, and libcurl is about to send the request. On a reused connection that closes before a reply, libcurl sends again
  /// by itself, up to five times, and a POST would be paid for twice: the second time is stopped here.
  ///
  /// A reused connection on which something waits already is not sent on either: what waits would be taken for the reply.
  /// Nothing has been sent by then, so the transfer begins again on a new connection.
  func maySend(on connection: ConnectionName) -> Bool {
    guard self.sendCount == 0, let order = self.order else {
      self.thread.counters.resendsStopped.add(1, ordering: .relaxed)
      return false
    }
    if self.opened.isEmpty {
      guard self.thread.sockets.isQuiet(connection) else {
        self.thread.counters.staleConnections.add(1, ordering: .relaxed)
        self.mustReconnect = true
        return false
      }
    } else {
      self.thread.sockets.note(connection, among: self.opened)
      self.opened.removeAll(keepingCapacity: true)
    }
    self.sendCount = 1
    switch order.request.body {
    case .none, .buffered, .streamed(contentLength: 0): self.phase = .awaitingHead
    case .streamed: self.phase = .uploading
    }
    self.noteActivity()
    order.willSend()
    return true
  }

  /// libcurl wants a new connection. After the request was sent that can only be for sending it again.
  func mayConnect(to address: NetworkAddress?) -> Bool {
    guard self.sendCount == 0 else {
      self.thread.counters.resendsStopped.add(1, ordering: .relaxed)
      return false
    }
    if self.order?.request.addresses == .publicOnly, address?.isPublic != true {
      self.addressRefused = address
      return false
    }
    self.thread.counters.connections.add(1, ordering: .relaxed)
    return true
  }

  /// A line of a response's head, or of its trailers. False ends the transfer.
  func receiveHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
    switch self.head.read(line) {
    case .more, .trailer: return true
    case .refused(let failure, let explanation):
      self.failure = (failure, explanation)
      return false
    case .final(let head):
      self.pending.head = head
      self.phase = .receiving
      self.noteActivity()
      self.thread.willDeliver(self)
      // libcurl sends no more of a body after an error, but does not end a transfer whose sending is paused.
      if self.isSendPaused, head.status >= 300 { self.thread.willResumeSending(self) }
      return true
    }
  }

  func receiveBody(_ bytes: UnsafeRawBufferPointer) -> BodyDecision {
    guard self.head.isFinished, let transfer = self.transfer else {
      self.failure = (.badFraming, "a body before the head")
      return .refused
    }
    guard !bytes.isEmpty else { return .taken }
    guard transfer.window.take(bytes.count) else {
      self.isReceivePaused = true
      return .paused
    }
    self.lastActivity = self.thread.now
    if self.pending.body == nil { self.pending.body = ByteBufferAllocator().buffer(capacity: bytes.count) }
    self.pending.body?.writeBytes(bytes)
    self.thread.willDeliver(self)
    return .taken
  }

  func sendBody(into target: UnsafeMutableRawBufferPointer) -> UploadDecision {
    guard let upload = self.transfer?.upload, case .streamed(let contentLength)? = self.order?.request.body else {
      return .refused
    }
    switch upload.read(into: target) {
    case .bytes(let count):
      self.uploadedBytes += Int64(count)
      if let contentLength, self.uploadedBytes > contentLength {
        self.failure = (.badRequest, "a body longer than its Content-Length")
        return .refused
      }
      self.pending.uploadCreditBytes += count
      self.thread.willDeliver(self)
      if self.uploadedBytes == contentLength { self.endUpload() } else { self.noteActivity() }
      return .bytes(count)
    case .empty:
      self.isSendPaused = true
      return .paused
    case .finished:
      if let contentLength, self.uploadedBytes < contentLength {
        self.failure = (.badRequest, "a body shorter than its Content-Length")
        return .refused
      }
      self.endUpload()
      return .finished
    case .overrun:
      self.failure = (.internalError, "more of a body was written than there was credit for")
      return .refused
    }
  }

  private func endUpload() {
    if case .uploading = self.phase { self.phase = .awaitingHead }
    self.noteActivity()
  }

  /// The time-out that runs begins anew.
  func noteActivity() {
    self.lastActivity = self.thread.now
    self.thread.schedule(self)
  }
}

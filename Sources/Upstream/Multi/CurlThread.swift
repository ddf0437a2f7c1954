internal import CCurl
import NIOCore
import Synchronization

/// A thread that runs transfers with libcurl: one multi handle, one epoll, one mailbox. A transfer stays with its thread for life.
///
/// Each wake-up walks one way: sockets, mailbox, libcurl's timer, what has finished, our time-outs, then one hop to each event loop.
/// Sockets come before time-outs, so that a thread that did not run for a while does not take bytes that wait for silence.
final class CurlThread {
  /// Easy handles kept for the next transfers.
  private static let handlesKeptMax = 512

  let counters: UpstreamCounters
  let easyDefaults: EasyDefaults
  var sockets = ConnectionSockets()
  /// The time of this wake-up.
  private(set) var now: Int64

  private let mailbox: Mailbox
  private let resolver: NameResolver
  private let poller: Poller
  private let multi: CurlMulti
  private var saturation: Saturation
  private var deadlines = DeadlineHeap()
  private var deliveries = Deliveries()
  private var toDeliver: [EasyTransfer] = []
  private var toResumeSending: [EasyTransfer] = []
  private var mail = Mailbox.Contents()
  /// By id, those that run a transfer.
  private var running: [EasyTransfer?] = []
  private var idle: [EasyTransfer] = []
  private var freeIDs: [Int] = []
  /// Ids of the transfers that wait for a name.
  private var waitingForName: [String: Set<Int>] = [:]

  init(mailbox: Mailbox, resolver: NameResolver, counters: UpstreamCounters, caFile: String?, connectionsMax: Int)
    throws
  {
    self.mailbox = mailbox
    self.resolver = resolver
    self.counters = counters
    self.poller = try Poller(eventsMax: 512)
    self.multi = try CurlMulti(poller: self.poller, connectionsMax: connectionsMax)
    self.easyDefaults = EasyDefaults(share: self.multi.share, caFile: caFile)
    let now = monotonicNanoseconds()
    self.saturation = Saturation(now: now)
    self.now = now / 1_000_000
    self.poller.watch(mailbox.descriptor, forInput: true, forOutput: false)
  }

  /// Runs until the mailbox says stop; then ends every transfer.
  func run() {
    while !self.mail.mustStop {
      self.actOnSockets(self.wait())
      self.readMail()
      self.multi.actOnTime(self.now)
      self.resumeSending()
      self.finishTransfers()
      self.actOnDeadlines()
      self.deliver()
    }
    self.stop()
  }

  /// Until libcurl's timer or the first time-out, whichever comes first.
  private var waitMilliseconds: Int32 {
    let next = min(self.multi.deadline ?? .max, self.deadlines.first?.deadline ?? .max)
    guard next != .max else { return -1 }
    guard next > self.now else { return 0 }
    let longest: Int64 = 60_000
    return Int32(truncatingIfNeeded: min(longest, next &- self.now &+ 1))
  }

  /// Waits for sockets, mail or the next deadline, and returns how many descriptors are ready.
  private func wait() -> Int {
    let milliseconds = self.waitMilliseconds
    let before = monotonicNanoseconds()
    let count = self.poller.wait(milliseconds: milliseconds)
    let after = monotonicNanoseconds()
    self.saturation.note(waited: milliseconds == 0 ? 0 : after &- before, now: after)
    self.now = after / 1_000_000
    return count
  }

  private func actOnSockets(_ count: Int) {
    for index in 0..<count {
      guard let event = self.poller.event(index) else { continue }
      if event.descriptor == self.mailbox.descriptor {
        self.mailbox.take(into: &self.mail)
      } else {
        self.multi.act(on: event)
      }
    }
    self.multi.actOnStreams(isSaturated: self.saturation.isSaturated, self.now)
  }

  private func readMail() {
    guard !self.mail.isEmpty else { return }
    for (name, lookup) in self.mail.lookups { self.nameIsResolved(name, lookup) }
    for transfer in self.mail.transfers { self.actOnSignals(of: transfer) }
    self.mail.lookups.removeAll(keepingCapacity: true)
    self.mail.transfers.removeAll(keepingCapacity: true)
  }

  private func actOnSignals(of transfer: Transfer) {
    let signals = transfer.takeSignals()
    if signals & Transfer.Signal.start != 0 { self.start(transfer) }
    guard let easy = transfer.running else { return }
    if signals & Transfer.Signal.cancel != 0 { return self.finish(easy, .cancelled) }
    let mustResume = signals & Transfer.Signal.resume != 0 && easy.isReceivePaused
    let mustUpload = signals & Transfer.Signal.upload != 0 && easy.isSendPaused
    if mustResume || mustUpload { self.resume(easy, receiving: mustResume, sending: mustUpload) }
  }

  private func finishTransfers() {
    while let (easy, code) = self.multi.nextFinished() { self.finish(easy, code) }
  }

  private func actOnDeadlines() {
    while let (deadline, id) = self.deadlines.first, deadline <= self.now {
      guard let easy = self.running[id], let due = easy.deadline else {
        self.deadlines.remove(id)
        continue
      }
      if due.at > self.now {
        self.deadlines.set(id, deadline: due.at)
      } else if case .awaitingHead = easy.phase, easy.hasSentMore() {
        easy.noteActivity()
      } else {
        self.finish(easy, .failed(due.failure), "nothing came in time")
      }
    }
  }

  private func deliver() {
    for easy in self.toDeliver where easy.isInDeliveryList {
      guard let order = easy.order else { continue }
      if let body = easy.pending.body { self.noteStreaming(easy, partBytes: body.readableBytes) }
      self.deliveries.append(order, easy.pending)
      easy.pending = TransferEventBatch()
      easy.isInDeliveryList = false
    }
    self.toDeliver.removeAll(keepingCapacity: true)
    self.deliveries.send()
  }

  /// A part of a reply is delivered: tells streams from other replies.
  private func noteStreaming(_ easy: EasyTransfer, partBytes: Int) {
    easy.partsDelivered &+= 1
    let isStream = easy.partsDelivered > StreamGathering.partsBefore && partBytes <= StreamGathering.partBytesMax
    guard isStream != easy.isStream else { return }
    easy.isStream = isStream
    self.multi.move(easy, toStreams: isStream)
  }

  /// The transfer has events for its loop.
  func willDeliver(_ easy: EasyTransfer) {
    guard !easy.isInDeliveryList else { return }
    easy.isInDeliveryList = true
    self.toDeliver.append(easy)
  }

  /// The transfer must go on sending; not now, since this is a callback of libcurl.
  func willResumeSending(_ easy: EasyTransfer) {
    self.toResumeSending.append(easy)
  }

  private func resumeSending() {
    while let easy = self.toResumeSending.popLast() {
      if easy.isSendPaused { self.resume(easy, receiving: false, sending: true) }
    }
  }

  /// Notes the transfer's deadline where it comes before the one noted. A later one is found when the noted one comes: a chunk of a reply
  /// costs nothing here.
  func schedule(_ easy: EasyTransfer) {
    guard let due = easy.deadline else { return }
    if let noted = self.deadlines.deadline(of: easy.id), noted <= due.at { return }
    self.deadlines.set(easy.id, deadline: due.at)
  }
}

// MARK: - The life of a transfer

extension CurlThread {
  private func start(_ transfer: Transfer) {
    guard let order = transfer.order.take() else { return }
    guard let easy = self.takeHandle() else {
      var events = TransferEventBatch()
      events.end = TransferEnd(result: .failed(.internalError), wasSent: false, explanation: "no memory for libcurl")
      self.deliveries.append(order, events)
      self.counters.transfersLive.subtract(1, ordering: .relaxed)
      return
    }
    transfer.running = easy
    self.running[easy.id] = easy
    easy.begin(transfer, order, at: self.now)
    if easy.pending.uploadCreditBytes > 0 { self.willDeliver(easy) }
    self.schedule(easy)
    self.resolve(easy, order.request.origin.host)
  }

  private func resolve(_ easy: EasyTransfer, _ host: String) {
    if HostAddress(host) != nil { return self.connect(easy, nil as [HostAddress]?) }
    if self.waitingForName[host] != nil {
      self.waitingForName[host]?.insert(easy.id)
      return
    }
    let mailbox = self.mailbox
    switch self.resolver.resolve(host, whenDone: { mailbox.post($0, for: host) }) {
    case .known(let lookup): self.connect(easy, lookup)
    case .pending: self.waitingForName[host] = [easy.id]
    }
  }

  private func nameIsResolved(_ name: String, _ lookup: NameLookup) {
    for id in self.waitingForName.removeValue(forKey: name) ?? [] {
      if let easy = self.running[id] { self.connect(easy, lookup) }
    }
  }

  private func connect(_ easy: EasyTransfer, _ lookup: NameLookup) {
    switch lookup {
    case .found(let addresses): self.connect(easy, addresses)
    case .failed(let explanation): self.finish(easy, .failed(.nameNotResolved), explanation)
    }
  }

  private func connect(_ easy: EasyTransfer, _ addresses: [HostAddress]?) {
    let left = (easy.deadline?.at ?? self.now) &- self.now
    guard easy.setOptions(addresses: addresses, connectMilliseconds: left) else {
      return self.finish(easy, .failed(.internalError), "libcurl refused an option")
    }
    easy.phase = .connecting
    guard self.multi.add(easy) else {
      easy.phase = .resolving
      return self.finish(easy, .failed(.internalError), "libcurl refused the transfer")
    }
  }

  /// Goes on where back-pressure had stopped. libcurl sets both directions at once, and calls the write callback inside the call.
  private func resume(_ easy: EasyTransfer, receiving: Bool, sending: Bool) {
    if receiving { easy.isReceivePaused = false }
    if sending { easy.isSendPaused = false }
    easy.noteActivity()
    let mask =
      (easy.isReceivePaused ? Int32(CURLPAUSE_RECV) : 0) | (easy.isSendPaused ? Int32(CURLPAUSE_SEND) : 0)
    let code = curl_easy_pause(easy.handle, mask)
    if code != CURLE_OK { self.finish(easy, code) }
  }

  private func finish(_ easy: EasyTransfer, _ code: CURLcode) {
    if easy.mustReconnect, easy.sendCount == 0, let order = easy.order {
      self.multi.remove(easy)
      easy.beginAgain()
      return self.resolve(easy, order.request.origin.host)
    }
    if let (failure, explanation) = easy.failure {
      self.finish(easy, .failed(failure), explanation)
    } else if let address = easy.addressRefused, easy.sendCount == 0 {
      self.finish(easy, .failed(.connectFailed), "\(address) is not a public address, and no other is allowed")
    } else if let failure = TransferFailure(code, easy.progress) {
      self.finish(easy, .failed(failure), "libcurl \(code.rawValue): \(easy.errorDescription)")
    } else {
      self.finish(easy, .complete)
    }
  }

  private func finish(_ easy: EasyTransfer, _ result: TransferEnd.Result, _ explanation: String = "") {
    guard let order = easy.order else { return }
    self.deadlines.remove(easy.id)
    switch easy.phase {
    case .idle: break
    case .resolving: self.waitingForName[order.request.origin.host]?.remove(easy.id)
    case .connecting, .uploading, .awaitingHead, .receiving: self.multi.remove(easy)
    }
    var events = easy.pending
    events.end = TransferEnd(result: result, wasSent: easy.sendCount > 0, explanation: explanation)
    self.deliveries.append(order, events)
    easy.transfer?.running = nil
    easy.transfer?.upload?.close()
    easy.end()
    self.running[easy.id] = nil
    self.returnHandle(easy)
    self.counters.transfersLive.subtract(1, ordering: .relaxed)
  }

  private func takeHandle() -> EasyTransfer? {
    if let easy = self.idle.popLast() { return easy }
    let id = self.freeIDs.popLast() ?? self.running.count
    if id == self.running.count { self.running.append(nil) }
    guard let easy = EasyTransfer(id: id, thread: self) else {
      self.freeIDs.append(id)
      return nil
    }
    return easy
  }

  private func returnHandle(_ easy: EasyTransfer) {
    if self.idle.count < Self.handlesKeptMax {
      self.idle.append(easy)
    } else {
      self.freeIDs.append(easy.id)
    }
  }

  private func stop() {
    let late = self.mailbox.shut()
    for easy in self.running { if let easy { self.finish(easy, .cancelled) } }
    for transfer in late.transfers {
      guard let order = transfer.order.take() else { continue }
      var events = TransferEventBatch()
      events.end = TransferEnd(result: .cancelled, wasSent: false)
      self.deliveries.append(order, events)
      self.counters.transfersLive.subtract(1, ordering: .relaxed)
    }
    self.deliver()
    // libcurl does not free what handles share while one of them lives.
    self.idle.removeAll()
  }
}

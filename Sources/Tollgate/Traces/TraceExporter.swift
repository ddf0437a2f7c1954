import Escalation
import Logging
import Metering
import NIOCore
import Observability
import ServiceLifecycle
import Upstream

/// Sends spans to a collector: OTLP over HTTP, in Protocol Buffers, one batch at a time. What cannot be sent is dropped and counted; no
/// call ever waits for it.
struct TraceExporter: Service {
  /// A batch that is not full is sent after this long.
  private static let batchSeconds: Int64 = 5
  /// Between two looks at the queue.
  private static let lookMilliseconds: Int64 = 200
  private static let connectTimeoutMilliseconds = 5_000
  private static let timeoutSeconds: Int64 = 10
  /// Of a collector's answer, what is read.
  private static let replyBytesMax = 65_536
  /// At the end: for one batch, and for all that wait.
  private static let flushTimeoutSeconds: Int64 = 2
  private static let flushSeconds: Int64 = 5

  let configuration: TraceExport
  let queue: TraceQueue
  let metrics: TraceMetrics
  let upstream: UpstreamClient
  let eventLoop: any EventLoop
  let logger: Logger
  let now: @Sendable () -> Timestamp
  private let failures = LogThrottle(intervalMilliseconds: 60_000)

  init(
    _ configuration: TraceExport, queue: TraceQueue, metrics: TraceMetrics, upstream: UpstreamClient,
    eventLoop: any EventLoop, logger: Logger, now: @escaping @Sendable () -> Timestamp
  ) {
    self.configuration = configuration
    self.queue = queue
    self.metrics = metrics
    self.upstream = upstream
    self.eventLoop = eventLoop
    self.logger = logger
    self.now = now
  }

  /// Exports until the service group shuts down, and then what still waits, for a few seconds at most.
  func run() async throws {
    var lastBatch = now()
    while await pause(milliseconds: Self.lookMilliseconds) {
      let isDue = now().unixMicroseconds &- lastBatch.unixMicroseconds >= Self.batchSeconds * 1_000_000
      var items = queue.take(isDue: isDue)
      if isDue || !items.isEmpty { lastBatch = now() }
      while !items.isEmpty {
        await export(items)
        items = queue.take(isDue: false)
      }
    }
    await flush()
  }

  /// Sends a batch until it is taken or given up.
  private func export(_ items: [TraceItem]) async {
    for body in requests(items) {
      var backoff = ExportBackoff()
      var random = SystemRandomNumberGenerator()
      while true {
        let attempt = await send(body.bytes, timeoutSeconds: Self.timeoutSeconds)
        guard case .mayPass(let afterSeconds, let explanation) = attempt else {
          count(attempt, spans: body.spans)
          break
        }
        guard let delay = backoff.failed(retryAfterSeconds: afterSeconds, using: &random) else {
          metrics.dropped(body.spans, .unavailable)
          warn(explanation, spans: body.spans)
          break
        }
        // At the end there is one more attempt, at once.
        if await !pause(milliseconds: delay) {
          count(await send(body.bytes, timeoutSeconds: Self.flushTimeoutSeconds), spans: body.spans)
          break
        }
      }
    }
  }

  /// One attempt at each batch that waits.
  private func flush() async {
    let end = now().unixMicroseconds &+ Self.flushSeconds * 1_000_000
    while true {
      let items = queue.take(isDue: true)
      guard !items.isEmpty else { return }
      guard now().unixMicroseconds < end, !Task.isCancelled else {
        metrics.dropped(items.count, .shutdown)
        continue
      }
      for body in requests(items) {
        count(await send(body.bytes, timeoutSeconds: Self.flushTimeoutSeconds), spans: body.spans)
      }
    }
  }

  /// False at the end.
  private func pause(milliseconds: Int64) async -> Bool {
    do {
      try await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(milliseconds)) }
      return true
    } catch {
      return false
    }
  }

  // MARK: One request

  private struct Body {
    var bytes: [UInt8]
    var spans: Int
  }

  /// A batch as it goes over the wire: one body, or more where its spans are long.
  private func requests(_ items: [TraceItem]) -> [Body] {
    var bodies: [Body] = []
    var rest = items[...]
    while !rest.isEmpty {
      var request = TraceExportRequest(resource: configuration.resource)
      while !request.isFull, let item = rest.popFirst() { request.add(item.span) }
      let spans = request.count
      bodies.append(Body(bytes: request.finish(), spans: spans))
    }
    return bodies
  }

  private enum Attempt {
    case taken(rejectedSpans: Int, message: String)
    case refused(status: Int)
    case mayPass(afterSeconds: Int64?, explanation: String)
    case cancelled
  }

  private func send(_ body: [UInt8], timeoutSeconds: Int64) async -> Attempt {
    let headers =
      [(name: "content-type", value: "application/x-protobuf"), (name: "user-agent", value: userAgent)]
      + configuration.headers.map { (name: $0.name, value: $0.value.exposed) }
    let request = UpstreamRequest(
      origin: configuration.endpoint.origin, method: "POST", target: configuration.endpoint.target.exposed,
      headers: headers, body: .buffered(ByteBuffer(bytes: body)),
      addresses: configuration.allowsPrivateAddress ? .any : .publicOnly)
    let reply = await upstream.reply(
      to: request, connectTimeoutMilliseconds: Self.connectTimeoutMilliseconds, timeoutSeconds: timeoutSeconds,
      bytesMax: Self.replyBytesMax, on: eventLoop)
    switch reply {
    case .answered(let head, let body):
      let retryAfter = head.headers.last { $0.name.lowercased() == "retry-after" }?.value
      switch TraceExportReply(status: head.status, retryAfter: retryAfter, body: body) {
      case .taken(let rejected, let message): return .taken(rejectedSpans: Int(clamping: rejected), message: message)
      case .refused(let status): return .refused(status: status)
      case .retry(let status, let seconds): return .mayPass(afterSeconds: seconds, explanation: "status \(status)")
      }
    case .noAnswer(let explanation): return .mayPass(afterSeconds: nil, explanation: explanation)
    case .cancelled: return .cancelled
    }
  }

  /// OTLP's form: `OTel-OTLP-Exporter-<language>/<version>`, after the product.
  private var userAgent: String { "Tollgate/\(configuration.resource.version) OTel-OTLP-Exporter-Swift/1" }

  private func count(_ attempt: Attempt, spans: Int) {
    switch attempt {
    case .taken(let rejected, let message):
      let rejected = min(rejected, spans)
      metrics.exported(spans - rejected)
      metrics.dropped(rejected, .rejected)
      if rejected > 0 || !message.isEmpty { warn("it left spans out: \(message)", spans: rejected) }
    case .refused(let status):
      metrics.dropped(spans, .refused)
      warn("status \(status)", spans: spans)
    case .mayPass(_, let explanation):
      metrics.dropped(spans, .shutdown)
      warn(explanation, spans: spans)
    case .cancelled: metrics.dropped(spans, .shutdown)
    }
  }

  private func warn(_ explanation: String, spans: Int) {
    guard let suppressed = failures.admit(nowMilliseconds: now().unixMicroseconds / 1000) else { return }
    logger.warning(
      "the collector of traces did not take spans: they are dropped",
      metadata: [
        "collector": "\(configuration.endpoint.shown)", "spans": "\(spans)", "reason": "\(explanation)",
        "not_logged_before": "\(suppressed)",
      ])
  }
}

/// Where spans are sent, and as whose.
struct TraceExport: Sendable, Equatable {
  struct Header: Sendable, Equatable {
    var name: String
    var value: Secret
  }

  var endpoint: ReceiverEndpoint
  var headers: [Header] = []
  /// Whether its address may be private, loopback or link-local.
  var allowsPrivateAddress = false
  var sampling = TraceSampling.all
  var resource = TraceResource(version: Version.current)
}

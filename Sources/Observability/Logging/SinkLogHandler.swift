public import Logging
public import Metering

/// A swift-log handler that renders each event to one line and hands it to a ``LogSink``.
public struct SinkLogHandler: LogHandler {
  /// What every line of this logger carries.
  public var metadata: Logger.Metadata = [:]
  /// The least level that is logged.
  public var logLevel: Logger.Level
  /// Adds metadata of the current task.
  public var metadataProvider: Logger.MetadataProvider?

  private let label: String
  private let sink: LogSink
  private let now: @Sendable () -> Timestamp

  /// A handler for the logger called `label`.
  public init(
    label: String, sink: LogSink, level: Logger.Level = .info, now: @escaping @Sendable () -> Timestamp = WallClock.now
  ) {
    self.label = label
    self.sink = sink
    self.now = now
    logLevel = level
  }

  /// Renders and queues the event. Never waits.
  public func log(event: LogEvent) {
    var line = LogLine(time: now(), level: event.level, label: label)
    line.message = event.message.description
    line.error = event.error.map { "\($0)" }
    line.metadata = metadata
    if let provided = metadataProvider?.get() { line.metadata.merge(provided) { _, new in new } }
    if let given = event.metadata { line.metadata.merge(given) { _, new in new } }
    sink.submit(line.rendered(sink.style))
  }

  /// One value of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }
}

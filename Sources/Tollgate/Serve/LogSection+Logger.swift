import Logging
import Observability

extension LogSection {
  /// How lines look; nil takes what suits standard error.
  var style: LogStyle? {
    switch format {
    case .auto: nil
    case .text: .terminal
    case .json: .json
    }
  }

  func logger(writingTo sink: LogSink) -> Logger {
    let level = Logger.Level(rawValue: level.rawValue) ?? .info
    return Logger(label: "tollgate") { SinkLogHandler(label: $0, sink: sink, level: level) }
  }
}

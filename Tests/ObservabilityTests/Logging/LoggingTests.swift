import Dispatch
import Foundation
import Logging
import Metering
import Synchronization
import Testing

@testable import Observability

/// A logger whose lines end in a pipe.
private struct Captured {
  let sink: LogSink
  let logger: Logger
  private let pipe = Pipe()

  init(_ style: LogStyle, queueBytesMax: Int = LogSink.queueBytesMaxDefault) {
    let sink = LogSink(descriptor: pipe.fileHandleForWriting.fileDescriptor, style: style, queueBytesMax: queueBytesMax)
    self.sink = sink
    logger = Logger(label: "test") {
      SinkLogHandler(label: $0, sink: sink) { Timestamp(unixMicroseconds: 1_700_000_000_000_001) }
    }
  }

  /// Reads all that was written. Reading goes on beside the writer, which may wait for it.
  func text() throws -> String {
    let reader = pipe.fileHandleForReading
    let read = DispatchQueue(label: "reader")
    let text = Mutex("")
    read.async { text.withLock { $0 = String(decoding: reader.readDataToEndOfFile(), as: UTF8.self) } }
    #expect(sink.flush(timeoutMilliseconds: 10_000))
    sink.close()
    try pipe.fileHandleForWriting.close()
    return read.sync { text.withLock { $0 } }
  }
}

private struct Failure: Error, CustomStringConvertible {
  var description: String { "broke" }
}

@Suite struct LoggingTests {
  @Test("A line is one JSON object, and no text in it can begin another")
  func json() throws {
    let captured = Captured(.json)
    captured.logger.warning(
      "one\ntwo \u{1b}[31m \"quoted\" \\ \u{7f}",
      metadata: ["b": "x\r\n", "a": ["1", "\u{0}"], "c": ["k": .stringConvertible(Secret("sk-123"))]])
    captured.logger.error("failed", error: Failure())
    captured.logger.debug("not shown")
    #expect(
      try captured.text() == #"""
        {"time":"2023-11-14T22:13:20.000001Z","level":"warning","logger":"test","message":"one\ntwo \u001b[31m \"quoted\" \\ \u007f","metadata":{"a":["1","\u0000"],"b":"x\r\n","c":{"k":"***"}}}
        {"time":"2023-11-14T22:13:20.000001Z","level":"error","logger":"test","message":"failed","error":"broke"}

        """#)
  }

  @Test("On a terminal a line is for people, and cannot drive the terminal")
  func terminal() throws {
    let captured = Captured(.terminal)
    captured.logger.info("hello \u{1b}]0;evil\u{7}", metadata: ["key": "a\nb"])
    #expect(
      try captured.text()
        == "2023-11-14T22:13:20.000001Z INFO     hello \\u{1b}]0;evil\\u{7} key=a\\u{a}b\n")
  }

  @Test("A text that is too long is cut")
  func long() throws {
    let captured = Captured(.json)
    captured.logger.info("\(String(repeating: "x", count: 100_000))")
    #expect(try captured.text().utf8.count < LogLine.textBytesMax + 200)
  }

  @Test("When nobody reads the log, lines are dropped and counted, and no caller waits")
  func full() throws {
    let captured = Captured(.json, queueBytesMax: 1_000)
    // More than a pipe and the queue hold together: this returns only because nothing waits.
    for number in 0..<2_000 { captured.logger.info("\(number) \(String(repeating: "x", count: 100))") }
    let dropped = captured.sink.droppedLines.value
    #expect(dropped > 0)
    let lines = try captured.text().split(separator: "\n")
    #expect(lines.count { !$0.contains("were dropped") } == 2_000 - Int(dropped))
    #expect(lines.contains { $0.contains("were dropped") && $0.contains("\"lines\":\"") })
  }

  @Test("Of messages that repeat, one is let through in each interval, and knows how many were not")
  func throttle() {
    let throttle = LogThrottle(intervalMilliseconds: 1_000)
    #expect([0, 1, 999, 1_000, 1_001, 5_000].map(throttle.admit) == [0, nil, nil, 2, nil, 1])
  }

  @Test("A secret is not shown by printing, dumping, mirroring or interpolation")
  func secret() {
    struct Holder { var key: Secret }
    let secret = Secret("sk-very-secret")
    var dumped = ""
    dump(Holder(key: secret), to: &dumped)
    let shown = [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped, "\(Holder(key: secret))",
      "\([secret])", "\(Optional(secret) as Any)", "\(Mirror(reflecting: secret).children.count)",
    ]
    #expect(!shown.joined().contains("very"))
    #expect(secret == Secret("sk-very-secret"))
    #expect(secret != Secret("sk-very-secreT"))
    #expect(secret != Secret("sk"))
  }
}

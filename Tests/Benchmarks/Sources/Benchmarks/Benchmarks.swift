import Dialects
import FoundationEssentials
import JSON
import Ledger
import Logging
import Metering
import Tokenizers

@main
struct Benchmarks {
  static let measurement = Measurement()
  static let chat = Endpoint(dialect: .openai, operation: .chatCompletions)
  static let startedAt = Timestamp(unixMicroseconds: 1_795_000_000_000_000)

  static func main() throws {
    reading()
    try counting()
    try pricing()
    try ledger()
  }

  /// What metering costs for each byte that passes, in parts of 16 KiB as they arrive.
  static func reading() {
    measurement.run("request: a conversation of 350 kB", bytes: Traffic.conversation.count) {
      var reader = RequestReader(endpoint: chat)
      for part in parts(of: Traffic.conversation) { reader.consume(Traffic.conversation.span.bytes.extracting(part)) }
      let facts = reader.finish()
      precondition(facts.model == "gpt-4.1" && facts.isComplete)
    }
    measurement.run("reply: an event of a stream", bytes: Traffic.stream.count, count: 1000) {
      var reader = ReplyReader(endpoint: chat, status: 200, framing: .serverSentEvents)
      for part in parts(of: Traffic.stream) { reader.consume(Traffic.stream.span.bytes.extracting(part)) }
      let facts = reader.finish()
      precondition(facts.isTerminal)
    }
    measurement.run("reply: a short completion", bytes: Traffic.reply.count) {
      var reader = ReplyReader(endpoint: chat, status: 200, framing: .json)
      for part in parts(of: Traffic.reply) { reader.consume(Traffic.reply.span.bytes.extracting(part)) }
      let facts = reader.finish()
      precondition(facts.responseID == "chatcmpl-1")
    }
  }

  /// What counting tokens costs. `tiktoken-beside.py` measures tiktoken on the same texts.
  static func counting() throws {
    for tokenizer in Tokenizer.allCases { tokenizer.load() }
    measurement.run("request: a conversation of 350 kB, counted", bytes: Traffic.conversation.count) {
      var reader = RequestReader(endpoint: chat, counting: .o200k)
      for part in parts(of: Traffic.conversation) { reader.consume(Traffic.conversation.span.bytes.extracting(part)) }
      let facts = reader.finish()
      precondition(facts.promptTally?.bytes == facts.promptTextBytes)
    }
    measurement.run("reply: an event of a stream, counted", bytes: Traffic.stream.count, count: 1000) {
      var reader = ReplyReader(endpoint: chat, status: 200, framing: .serverSentEvents, counting: .o200k)
      for part in parts(of: Traffic.stream) { reader.consume(Traffic.stream.span.bytes.extracting(part)) }
      let facts = reader.finish()
      precondition(facts.outputTally != nil)
    }
    let repository = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    for tokenizer in Tokenizer.allCases {
      for text in try Texts.all(repository: "/\(repository)") {
        measurement.run("tokens: \(tokenizer), \(text.name)", bytes: text.bytes.count) {
          precondition(tokenizer.count(text.bytes.span.bytes) > 0)
        }
      }
    }
  }

  static func parts(of bytes: [UInt8]) -> [Range<Int>] {
    let partBytes = 16 * 1024
    return stride(from: 0, to: bytes.count, by: partBytes).map { $0..<min($0 + partBytes, bytes.count) }
  }

  /// What a call's price costs, from the project's own price files.
  static func pricing() throws {
    let folder = #filePath.split(separator: "/").dropLast(5).joined(separator: "/")
    let files = try ["meters", "openai", "anthropic"].map { name in
      (name: "\(name).json", bytes: Array(try Data(contentsOf: URL(filePath: "/\(folder)/pricing/\(name).json"))))
    }
    let book = try PriceBook(files: files)
    var usage = Usage()
    usage[.input] = 1200
    usage[.cachedInput] = 90_000
    usage[.output] = 400
    for (provider, model) in [("openai", "gpt-4.1-2025-04-14"), ("anthropic", "claude-haiku-5-5-20261007")] {
      measurement.run("price of a call: \(model)") {
        let charge = book.charge(
          PriceTerms(provider: provider), model: model, startedAt: startedAt, usage: usage, context: PricingContext(),
          itemized: false)
        precondition(charge.source == .priced)
      }
    }
  }

  /// What accounting for a call costs the thread that forwards it; commits go on beside it.
  static func ledger() throws {
    let directory = FileManager.default.temporaryDirectory.appending(
      path: "tollgate-benchmark-\(UInt32.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: directory) }
    let ledger = try Ledger(
      configuration: LedgerConfiguration(directory: directory.path()), logger: Logger(label: "benchmark"),
      now: { startedAt }, recover: { RecoveredRow(CallRecord(recovered: $0)) })
    defer { ledger.close() }
    let callsAtOnce = 256
    try measurement.run("ledger: admit and settle a call", count: callsAtOnce) {
      for _ in 0..<callsAtOnce { try account(for: ledger.nextCallID(), in: ledger) }
    }
  }

  static func account(for id: CallID, in ledger: Ledger) throws {
    let admission = Admission(
      id: id, startedAt: startedAt, provider: "openai", dialect: "openai", method: "POST", path: "/v1/chat/completions",
      model: "gpt-4.1", agent: "researcher", workflow: "nightly", run: nil, isStream: false, billing: .metered,
      upstreamKeyID: nil, requestBytes: 200, promptTokensEstimate: 20)
    var record = CallRecord(
      id: id, startedAt: startedAt, provider: "openai", method: "POST", path: "/v1/chat/completions",
      agent: "researcher",
      workflow: "nightly")
    record.usage[.input] = 19
    record.usageSource = .provider
    // A full queue is the ledger's answer to a caller that does nothing else: wait for it as a proxy would.
    while true {
      do throws(AdmissionRefusal) {
        ledger.settle(try ledger.admit(admission), as: record)
        return
      } catch .tooManyInFlight {
        continue
      }
    }
  }
}

extension CallRecord {
  /// Nothing is recovered in a directory that has just been made.
  init(recovered call: RecoveredCall) {
    self.init(
      id: call.admission.id, startedAt: call.admission.startedAt, provider: call.admission.provider,
      method: call.admission.method, path: call.admission.path, agent: call.admission.agent,
      workflow: call.admission.workflow)
  }
}

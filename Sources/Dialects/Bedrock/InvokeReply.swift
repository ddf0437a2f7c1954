internal import JSON
internal import Metering

/// Replies of InvokeModel: whatever the family of the model answers, as one document or in the chunks of a stream.
///
/// The id of a model need not tell its family (a profile or an imported model of the customer's has an ARN), so one shape
/// holds all families. Their members are distinct but for `usage`, whose object is one of three kinds. A family that says
/// nothing of its usage is charged by the metrics that Bedrock adds to the last chunk, or by the header of the reply.
///
/// https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html
struct InvokeReply: ~Copyable, DocumentWire {
  enum Field: UInt8 {
    case metrics = 60
    case metricsInput, metricsOutput, metricsRead, metricsWrite
  }

  static let shape = JSONShape(
    MessagesReply.pattern(usage: usage)
      .orObject(ConverseReply.members)
      .orObject(InvokeText.members)
      .orObject(InvokeChoices.members)
      .orObject([
        "amazon-bedrock-invocationMetrics": .object(
          Field.metrics, keepsBytes: true,
          [
            "inputTokenCount": .scalar(Field.metricsInput), "outputTokenCount": .scalar(Field.metricsOutput),
            "cacheReadInputTokenCount": .scalar(Field.metricsRead),
            "cacheWriteInputTokenCount": .scalar(Field.metricsWrite),
          ])
      ]))

  /// The names of Anthropic's and OpenAI's totals differ within InvokeModel: `input_tokens` is Anthropic's.
  private static let usage = MessagesUsage.pattern.orObject(ConverseUsage.members).orObject(OpenAIUsage.members)

  private var messages = MessagesReply()
  private var converse = ConverseReply()
  private var text = InvokeText()
  private var choices = InvokeChoices()
  private var converseUsage = ConverseUsage()
  private var openAIUsage = OpenAIUsage()
  private var metrics = Usage()
  private var hasMetrics = false

  mutating func begin(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    if label == MessagesUsage.Field.usage.rawValue {
      converseUsage = ConverseUsage()
      openAIUsage = OpenAIUsage()
    }
    converseUsage.begin(label)
    messages.begin(label, json, &tally)
    converse.begin(label, json, &tally)
    choices.begin(label, &tally)
    text.begin(label)
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .metrics: return
    case .metricsInput: metrics[.input] = json.wholeCount ?? 0
    case .metricsOutput: metrics[.output] = json.wholeCount ?? 0
    case .metricsRead: metrics[.cachedInput] = json.wholeCount ?? 0
    case .metricsWrite: metrics[.cacheWrite] = json.wholeCount ?? 0
    case nil:
      messages.value(label, json, &tally)
      converse.value(label, json, &tally)
      converseUsage.value(label, json)
      openAIUsage.value(label, json)
      choices.value(label, json, &tally)
      text.value(label, json, &tally)
    }
  }

  mutating func end(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    switch label {
    case Field.metrics.rawValue: endMetrics(&json, &tally)
    case MessagesUsage.Field.usage.rawValue: endUsage(label, &json, &tally)
    default:
      converseUsage.end(label)
      messages.end(label, &json, &tally)
      converse.end(label, &json, &tally)
      choices.end(label, &tally)
      text.end(label, &tally)
    }
  }

  func isText(_ label: UInt8, _ tally: borrowing ReplyTally) -> Bool {
    text.isText(label) || choices.isText(label) || messages.isText(label, tally) || converse.isText(label, tally)
  }

  func isArguments(_ label: UInt8) -> Bool {
    messages.isArguments(label) || converse.isArguments(label) || choices.isArguments(label) || text.isArguments(label)
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    choices.endDocument()
    text.report(to: &tally)
    converse.noteMetadata(&tally)
    messages.endDocument(&tally)
    // Anthropic's streams begin with the prompt, and a guess of the output: where the end that corrects it is missing, the
    // metrics know better.
    let isKnown = tally.usage.map { $0[.output] > 0 || $0[.reasoning] > 0 || metrics[.output] == 0 } ?? false
    if hasMetrics, !isKnown { tally.report(metrics) }
    if hasMetrics, tally.isStream { tally.facts.isTerminal = true }
  }

  private mutating func endMetrics(_ json: inout JSONReader, _ tally: inout ReplyTally) {
    hasMetrics = true
    if tally.facts.usageRaw == nil { _ = json.exchangeUsage(&tally.facts.usageRaw) }
  }

  private mutating func endUsage(_ label: UInt8, _ json: inout JSONReader, _ tally: inout ReplyTally) {
    if converseUsage.hasCounts {
      _ = json.exchangeUsage(&tally.facts.usageRaw)
      tally.report(converseUsage.cells)
    } else if let cells = openAIUsage.cells {
      _ = json.exchangeUsage(&tally.facts.usageRaw)
      tally.report(cells)
    } else {
      messages.end(label, &json, &tally)
    }
  }
}

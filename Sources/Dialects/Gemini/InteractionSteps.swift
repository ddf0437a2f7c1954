internal import JSON

/// The steps of an interaction: text, calls of the client's tools, calls of Google's own.
///
/// A stream begins each step with what is known of it and continues it under its index; its last event may repeat them all.
struct InteractionSteps {
  enum Field: UInt8 {
    case step = 20
    case list, type, id, name, arguments, text, query
  }

  static let list = JSONPattern.array(Field.list, of: pattern)

  static let pattern = JSONPattern.object(
    Field.step,
    [
      "type": .text(Field.type),
      "id": .text(Field.id), "call_id": .text(Field.id),
      "name": .text(Field.name),
      "arguments": JSONPattern.size(Field.arguments).orObject(["queries": .array(of: .text(Field.query))]),
      "text": .stringSize(Field.text),
      "content": text.orArray(of: text),
      "summary": text.orArray(of: text),
    ])

  private static let text = JSONPattern.object(["text": .stringSize(Field.text)])

  private struct Step {
    var type = ""
    var id = ""
    var name = ""
    var bytes = 0
    var arguments = ArgumentTexts.Text()
  }

  private(set) var grounding = GeminiGrounding()
  private var step = Step()
  private var isInList = false
  /// The steps of the current document: those of a list, or the one that an event is about.
  private var listed: [Step] = []
  private var current: Step?
  /// Indexes of steps that were counted.
  private var counted: Set<Int64> = []
  /// Where the calls of a stream stand, by the index of their step, and which of them no piece has followed yet.
  private var places: [Int64: Int] = [:]
  private var begun: Set<Int64> = []
  private var hasList = false

  mutating func begin(_ label: UInt8, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .step:
      step = Step()
      _ = tally.arguments.takeText()
    case .list: isInList = true
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) {
    switch Field(rawValue: label) {
    case .type: step.type = json.wholeText ?? ""
    case .id: step.id = json.wholeText ?? ""
    case .name: step.name = json.wholeText ?? ""
    case .text: if json.kind == .string { step.bytes &+= json.size }
    // Arguments as text are a part of them.
    case .arguments: if json.kind == .string || !json.isContainerEmpty { step.bytes &+= json.size }
    case .query: grounding.addQuery(json, isImageSearch: false)
    case .step, .list, nil: break
    }
  }

  mutating func end(_ label: UInt8, _ tally: inout ReplyTally) {
    switch Field(rawValue: label) {
    case .list: isInList = false
    case .step:
      step.arguments = tally.arguments.takeText()
      guard isInList else {
        current = step
        return
      }
      if listed.count < ReplyTally.blocksMax { listed.append(step) }
    default: break
    }
  }

  /// The text of a step that the model wrote, not the client or a tool.
  private static func outputBytes(_ step: Step) -> Int {
    step.type == "user_input" || step.type.hasSuffix("_result") ? 0 : step.bytes
  }

  /// Counts the steps of a document, each once.
  ///
  /// - Parameter index: the step that an event is about.
  mutating func endDocument(at index: Int64?, _ tally: inout ReplyTally) {
    if let current {
      tally.addContent(bytes: Self.outputBytes(current))
      if let index { take(current, at: index, &tally) }
    }
    // The list in the last event of a stream repeats what its events began.
    if !listed.isEmpty, counted.isEmpty, !hasList {
      hasList = true
      for step in listed {
        if !tally.isStream || tally.facts.outputTextBytes == 0 { tally.addContent(bytes: Self.outputBytes(step)) }
        _ = count(step, &tally)
      }
    }
    current = nil
    listed.removeAll(keepingCapacity: true)
  }

  /// Takes what an event says of the step of an index: its beginning, or a piece of its arguments.
  private mutating func take(_ step: Step, at index: Int64, _ tally: inout ReplyTally) {
    if let place = places[index] {
      // A step begins with an empty object in the place of what follows.
      guard !step.arguments.isEmpty else { return }
      var text = step.arguments
      text.isWhole = begun.remove(index) != nil
      tally.arguments.add(text, to: place)
    } else if counted.count < ReplyTally.blocksMax, !counted.contains(index) {
      let calls = tally.facts.toolCalls.count
      guard count(step, &tally) else { return }
      counted.insert(index)
      guard tally.facts.toolCalls.count > calls else { return }
      places[index] = calls
      begun.insert(index)
    }
  }

  /// Counts a step if it is a call; true if it is one.
  private mutating func count(_ step: Step, _ tally: inout ReplyTally) -> Bool {
    let suffix = "_call"
    guard step.type.hasSuffix(suffix), step.type != "processing_call" else { return false }
    if step.type == "function_call" {
      guard !step.name.isEmpty else { return false }
      var text = step.arguments
      text.isWhole = true
      if let place = tally.addToolCall(id: step.id, name: step.name) { tally.arguments.add(text, to: place) }
      return true
    }
    let tool = String(step.type.dropLast(suffix.count))
    grounding.addCall(tool)
    tally.addServerToolCall(name: step.name.isEmpty ? tool : step.name, isMCP: tool.hasPrefix("mcp_server"))
    return true
  }
}

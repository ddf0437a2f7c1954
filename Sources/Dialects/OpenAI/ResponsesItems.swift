internal import JSON
internal import Metering

/// The items of a response's output, each counted once: a stream adds an item, completes it, and repeats it in the
/// terminal event, always under the same index.
struct ResponsesItems: ~Copyable {
  /// The index that an event gives to its item.
  var outputIndex: Int64?
  /// File searches, which are billed by the call.
  private(set) var fileSearches: Int64 = 0

  /// How many tool calls are told apart; those beyond are not counted.
  private static let callsMax = 16_384

  private struct Item {
    var type: ResponsesItem?
    var id = ""
    var callID = ""
    var name = ""
    var isClientExecution = false
    var isInContainer = false
    var drawing: ModelUsage?
    var arguments = ArgumentTexts.Text()

    /// What the item is. xAI writes its searches of a social network like custom tools, under ids of their own.
    var role: ResponsesItem.Role? {
      if type == .customToolCall, callID.hasPrefix("xs_call") { return .serverCall("x_search") }
      return type?.role(isClientExecution: isClientExecution, isInContainer: isInContainer)
    }
  }

  private var current = Item()
  private var isInOutput = false
  private var outputPlace: Int64 = 0
  /// The item of an event, until its index is known for sure.
  private var waiting: Item?
  private var counted: Set<Int64> = []
  /// Where the client's calls stand, by their index.
  private var places: [Int64: Int] = [:]
  private var drawingsByIndex: [Int64: ModelUsage] = [:]

  /// What models other than the response's used for drawings, in the order of their items.
  var drawings: [ModelUsage] { drawingsByIndex.sorted { $0.key < $1.key }.map(\.value) }

  mutating func beginOutput() {
    isInOutput = true
    outputPlace = 0
  }

  mutating func begin(_ tally: inout ReplyTally) {
    current = Item()
    _ = tally.arguments.takeText()
  }

  mutating func value(_ field: ResponsesReply.Field, _ json: borrowing JSONReader) {
    guard json.kind == .string else { return }
    switch field {
    case .itemType: current.type = ResponsesItem.at(json.word)
    case .itemID: current.id = json.string
    case .callID: current.callID = json.string
    case .itemName: current.name = json.string
    case .execution: current.isClientExecution = json.word != nil
    case .environment: current.isInContainer = json.word != nil
    default: break
    }
  }

  mutating func setDrawing(_ drawing: ModelUsage?) { current.drawing = drawing }

  mutating func end(_ tally: inout ReplyTally) {
    current.arguments = tally.arguments.takeText()
    current.arguments.isWhole = true
    current.arguments.isFree = current.type == .customToolCall
    guard isInOutput else {
      waiting = current
      return
    }
    count(current, at: outputPlace, &tally)
    outputPlace &+= 1
  }

  mutating func endDocument(_ tally: inout ReplyTally) {
    if let waiting { count(waiting, at: outputIndex ?? Int64(counted.count), &tally) }
    waiting = nil
    outputIndex = nil
    isInOutput = false
  }

  private mutating func count(_ item: Item, at index: Int64, _ tally: inout ReplyTally) {
    if let drawing = item.drawing, drawingsByIndex.count < ReplyTally.modelUsagesMax {
      drawingsByIndex[index] = drawing
    }
    guard let role = item.role else { return }
    switch role {
    case .clientCall(let standard):
      let name = item.name.isEmpty ? standard ?? "" : item.name
      guard !name.isEmpty else { return }
      if isNew(index) { places[index] = tally.addToolCall(id: item.callID.isEmpty ? item.id : item.callID, name: name) }
      // An item begins without its arguments, and has them when it is done, and at the end again.
      if let place = places[index] { tally.arguments.add(item.arguments, to: place) }
    case .serverCall(let name):
      guard isNew(index) else { return }
      if item.type == .fileSearchCall { fileSearches &+= 1 }
      let isMCP = item.type == .mcpCall
      tally.addServerToolCall(name: isMCP && !item.name.isEmpty ? item.name : name, isMCP: isMCP)
    case .result, .model, .message: break
    }
  }

  /// Whether the item of an index has not been counted.
  private mutating func isNew(_ index: Int64) -> Bool {
    guard counted.count < Self.callsMax else { return false }
    return counted.insert(index).inserted
  }
}

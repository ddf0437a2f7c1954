internal import JSON
internal import Metering

/// What a response used: its own tokens, and what hosted tools add to them.
struct ResponsesUsage {
  private typealias Field = ResponsesReply.Field

  /// The model of the image generation tool, as the response's list of tools names it.
  var imageModel: String?

  /// What the provider says that the response cost; nil where it does not.
  private(set) var reportedCostPicodollars: Int64?

  private var own: Usage?
  private var searches: Int64 = 0
  private var images = Usage()
  private var hasNews = false

  /// The object that is being read.
  private var current = OpenAIUsage()
  private var currentModel: String?

  mutating func begin(_ label: UInt8) {
    switch label {
    case OpenAIUsage.Field.usage.rawValue, Field.imageUsage.rawValue, Field.svgUsage.rawValue:
      current = OpenAIUsage()
      currentModel = nil
    default: break
    }
  }

  mutating func value(_ label: UInt8, _ json: borrowing JSONReader) { current.value(label, json) }

  mutating func value(_ field: ResponsesReply.Field, _ json: borrowing JSONReader) {
    switch field {
    case .searches:
      guard let count = json.wholeCount else { return }
      searches = count
      hasNews = hasNews || count > 0
    case .svgModel: if json.kind == .string { currentModel = json.string }
    default: break
    }
  }

  /// Takes an object that ended; true for the response's own, so that its bytes are kept.
  mutating func end(_ label: UInt8) -> Bool {
    switch label {
    case OpenAIUsage.Field.usage.rawValue:
      if let cost = current.reportedCostPicodollars { reportedCostPicodollars = cost }
      guard let cells = current.cells else { return false }
      own = cells
      hasNews = true
      return true
    case Field.imageUsage.rawValue:
      guard let cells = current.drawingCells, !current.isZero else { return false }
      images = cells
      hasNews = true
    case Field.svgUsage.rawValue: hasNews = hasNews || drawing != nil
    default: break
    }
    return false
  }

  /// The usage of a drawing that was made for an image call, after its object ended; nil where it says nothing.
  var drawing: ModelUsage? {
    guard let cells = current.cells, !current.isZero else { return nil }
    return ModelUsage(model: currentModel, usage: cells)
  }

  /// What there is to report since the last time; nil where nothing is new.
  mutating func takeReport(with items: borrowing ResponsesItems) -> (usage: Usage, others: [ModelUsage])? {
    guard hasNews else { return nil }
    hasNews = false
    var usage = own ?? Usage()
    // xAI counts its searches in the usage object, OpenAI beside it, and file searches nowhere but as items.
    usage[.webSearch] = max(usage[.webSearch], searches)
    usage[.fileSearch] = max(usage[.fileSearch], items.fileSearches)
    var others: [ModelUsage] = []
    if !images.isEmpty {
      if let imageModel {
        others.append(ModelUsage(model: imageModel, usage: images))
      } else {
        usage = usage + images
      }
    }
    return (usage, others + items.drawings)
  }
}

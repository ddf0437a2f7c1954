/// A ``JSONPattern`` compiled into tables, for ``JSONReader``. Built once for each kind of document.
public struct JSONShape: Sendable {
  /// Node 0 is nothing of interest; node 1 is the document.
  var nodes: [ShapeNode]
  /// The names of members and the words of strings, each node's in a run of its own.
  var words: [ShapeWord]

  /// Compiles a pattern. Names and words beyond 32 bytes never match.
  public init(_ pattern: JSONPattern) {
    nodes = [ShapeNode(), ShapeNode()]
    words = []
    fill(1, from: pattern)
  }

  private mutating func fill(_ index: Int, from pattern: JSONPattern) {
    var node = ShapeNode()
    node.label = pattern.label
    node.announces = pattern.announces
    node.measures = pattern.measuresContainers
    node.keepsBytes = pattern.keepsBytes
    node.wantsScalars = pattern.wantsScalars
    switch pattern.string {
    case .none: node.string = .skip
    case .length: node.string = .measure
    case .text: node.string = .keep
    case .characters:
      node.string = .keep
      node.countsCharacters = true
    case .words(let texts):
      node.string = .keep
      node.words = append(texts.enumerated().map { ($0.element, $0.offset) }).run
    }
    if let element = pattern.element.first { node.element = reserve(for: element) }
    if let member = pattern.anyMember.first { node.anyMember = reserve(for: member) }
    let targets = pattern.members.map { ($0.name, Int(reserve(for: $0.pattern))) }
    let appended = append(targets)
    node.members = appended.run
    node.filter = appended.filter
    nodes[index] = node
  }

  private mutating func reserve(for pattern: JSONPattern) -> UInt16 {
    let index = nodes.count
    nodes.append(ShapeNode())
    fill(index, from: pattern)
    return UInt16(truncatingIfNeeded: index)
  }

  private mutating func append(_ targets: [(String, Int)]) -> (run: ShapeRun, filter: UInt64) {
    let start = words.count
    var filter: UInt64 = 0
    for (text, target) in targets {
      guard let word = ShortText(Array(text.utf8)) else { continue }
      words.append(ShapeWord(text: word, target: UInt16(truncatingIfNeeded: target)))
      filter |= word.filterBit
    }
    return (ShapeRun(start: UInt16(truncatingIfNeeded: start), end: UInt16(truncatingIfNeeded: words.count)), filter)
  }

  /// The target of a name or word within a run; nil where it is not there.
  @inline(__always)
  func target(of text: ShortText, in run: ShapeRun) -> UInt16? {
    for index in Int(run.start)..<Int(run.end) where words[index].text == text {
      return words[index].target
    }
    return nil
  }
}

/// What is wanted of one place of a document.
struct ShapeNode: Sendable {
  /// One bit for the hash of each member's name: most other names are dismissed by it.
  var filter: UInt64 = 0
  var members = ShapeRun()
  var words = ShapeRun()
  /// The node of an array's elements; 0 where they do not matter.
  var element: UInt16 = 0
  /// The node of members that have none of their own; 0 where they do not matter.
  var anyMember: UInt16 = 0
  var label: UInt8 = 0
  var string = StringUse.skip
  var announces = false
  var measures = false
  var keepsBytes = false
  var wantsScalars = false
  var countsCharacters = false
}

/// What is done with the text of a string while it is scanned.
enum StringUse: UInt8, Sendable {
  case skip
  case measure
  case keep
}

/// A run of ``JSONShape/words``.
struct ShapeRun: Sendable {
  var start: UInt16 = 0
  var end: UInt16 = 0
  var isEmpty: Bool { start == end }
}

/// A member's name with the node of its value, or a word with its place among the words.
struct ShapeWord: Sendable {
  var text: ShortText
  var target: UInt16
}

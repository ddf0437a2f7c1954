internal import JSON

/// Finds where a limit of the reply's tokens stands, or would have to be put.
struct OutputLimitReader {
  /// The object within the body that holds the limit, where an API has one.
  private enum Holder {
    case absent
    case object(brace: Int, isEmpty: Bool)
    case null(Range<Int>)
  }

  private var limit: Range<Int>?
  private var holder = Holder.absent
  private var holderStart = 0
  private var isInObject = false
  private var isBodyEmpty = true
  /// Whether something stands in a place where it does not belong, or more than one thing does.
  private var isUnclear = false

  /// A limit, or an object or array in its place, begins.
  mutating func beginLimit() { isUnclear = true }

  /// Takes a limit, which may be no number.
  mutating func takeLimit(_ json: borrowing JSONReader) {
    let isNumber = json.kind == .number || json.kind == .null || json.protoCount != nil
    if limit != nil || !isNumber { isUnclear = true }
    limit = json.valueStart..<max(json.valueStart, json.valueEnd)
  }

  mutating func beginHolder(_ json: borrowing JSONReader) {
    meetHolder()
    holderStart = json.valueStart
    isInObject = json.isInObject
  }

  /// Takes something that stands in place of the object.
  mutating func takeHolder(_ json: borrowing JSONReader) {
    meetHolder()
    guard json.kind == .null else { return isUnclear = true }
    holder = .null(json.valueStart..<max(json.valueStart, json.valueEnd))
  }

  mutating func endHolder(_ json: borrowing JSONReader) {
    guard isInObject else { return isUnclear = true }
    holder = .object(brace: holderStart, isEmpty: json.isContainerEmpty)
  }

  mutating func endBody(_ json: borrowing JSONReader) { isBodyEmpty = json.isContainerEmpty }

  private mutating func meetHolder() {
    if case .absent = holder { return }
    isUnclear = true
  }

  /// Where the limit goes; nil where it is unclear, and where the API takes none.
  ///
  /// - Parameter brace: where the brace of the body stands.
  func location(_ naming: OutputLimitNaming, brace: Int) -> OutputLimitLocation? {
    guard !isUnclear else { return nil }
    if case .none = naming { return nil }
    if let limit { return OutputLimitLocation(range: limit) }
    switch naming {
    case .none, .existing: return nil
    case .member(let name): return Self.inserting(#""\#(name)":"#, behind: brace, isAlone: isBodyEmpty)
    case .within(let object, let name):
      let member = #""\#(name)":"#
      switch holder {
      case .object(let brace, let isEmpty): return Self.inserting(member, behind: brace, isAlone: isEmpty)
      case .null(let range): return OutputLimitLocation(range: range, opening: "{" + member, closing: "}")
      case .absent:
        return Self.inserting(#""\#(object)":{"# + member, behind: brace, isAlone: isBodyEmpty, closing: "}")
      }
    }
  }

  private static func inserting(
    _ opening: String, behind brace: Int, isAlone: Bool, closing: String = ""
  ) -> OutputLimitLocation {
    let place = brace &+ 1
    return OutputLimitLocation(range: place..<place, opening: opening, closing: isAlone ? closing : closing + ",")
  }
}

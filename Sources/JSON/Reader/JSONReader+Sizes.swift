extension JSONReader {
  /// A value whose size is asked for and that goes on behind the present part.
  public struct OpenSize {
    public var label: UInt8
    /// Where its text begins in the present part: behind the quote of a string, or 0.
    public var start: Int
    /// Whether it is a string, in which escapes are to be undone.
    public var isString: Bool
  }

  /// Where the value that was reported last stands in the present part, as far as it does: the text of a string without its
  /// quotes, escapes and all, or an object or array as it is written. Nil where the pattern does not ask for its size.
  ///
  /// To be read at the event ``JSONEvent/value(_:)``.
  public var sizedRange: Range<Int>? {
    switch kind {
    case .string:
      guard stringUse == .measure else { return nil }
      let end = valueEnd &- partStart &- 1
      return max(0, valueStart &+ 1 &- partStart)..<max(0, end)
    case .container: return max(0, valueStart &- partStart)..<max(0, valueEnd &- partStart)
    case .number, .bool, .null: return nil
    }
  }

  /// The value that goes on behind the present part, if its size is asked for.
  ///
  /// To be read at the event ``JSONEvent/needsMore``.
  public var openSize: OpenSize? {
    if shapeDepth > 0, let open = openContainer { return open }
    guard phase == .string || phase == .escape || phase == .unicode, !isName, stringUse == .measure, valueNode != 0
    else { return nil }
    let start = valueStart &+ 1 &- (partStart &- partBytes)
    return OpenSize(label: shape.nodes[Int(valueNode)].label, start: min(partBytes, max(0, start)), isString: true)
  }

  private var openContainer: OpenSize? {
    for frame in 0..<shapeDepth {
      let node = shape.nodes[Int(shapeStack[frame])]
      guard node.measures, !node.announces else { continue }
      let start = measureStarts[frame] &- (partStart &- partBytes)
      return OpenSize(label: node.label, start: min(partBytes, max(0, start)), isString: false)
    }
    return nil
  }
}

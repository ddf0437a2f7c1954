extension JSONReader {
  /// The node of the innermost open container; 0 where the shape does not look into it.
  @inline(__always)
  var containerNode: UInt16 { depth == shapeDepth && depth > 0 ? shapeStack[shapeDepth &- 1] : 0 }

  /// The node of the elements of the innermost array.
  @inline(__always)
  var elementNode: UInt16 {
    let container = containerNode
    return container == 0 ? 0 : shape.nodes[Int(container)].element
  }

  /// Whether the innermost open container is an object.
  public var isInObject: Bool { depth > 0 && objects & 1 == 1 }

  @inline(__always)
  mutating func beginContainer(isObject: Bool, at offset: inout Int) -> JSONEvent? {
    guard depth < Self.depthMax else { return beginDeep() }
    offset &+= 1
    let node = valueNode
    let isInShape = node != 0 && depth == shapeDepth && depth < Self.shapeDepthMax
    depth &+= 1
    objects = objects << 1 | (isObject ? 1 : 0)
    phase = isObject ? .firstName : .firstElement
    valueNode = 0
    guard isInShape else { return nil }
    return enter(node, isObject: isObject, at: offset &- 1)
  }

  /// Looks into a container, if its node asks for it.
  private mutating func enter(_ index: UInt16, isObject: Bool, at offset: Int) -> JSONEvent? {
    let node = shape.nodes[Int(index)]
    let hasInside = isObject ? !node.members.isEmpty || node.anyMember != 0 : node.element != 0
    guard hasInside || node.announces || node.measures else { return nil }
    shapeStack[shapeDepth] = index
    shapeDepth &+= 1
    if !isObject { valueNode = node.element }
    if node.keepsBytes, isObject, keepStart < 0 {
      keepStart = offset
      keepDepth = depth
      keptBytes.removeAll(keepingCapacity: true)
      keptIsWhole = true
    }
    if node.measures { measureStarts[shapeDepth &- 1] = partStart &+ offset }
    return node.announces ? .begin(node.label) : nil
  }

  @inline(__always)
  mutating func endContainer(_ bytes: RawSpan, at offset: inout Int) -> JSONEvent? {
    offset &+= 1
    let isInShape = depth == shapeDepth
    isContainerEmpty = phase != .separator
    depth &-= 1
    objects >>= 1
    phase = depth == 0 ? .ended : .separator
    guard isInShape else { return nil }
    return leave(bytes, at: offset)
  }

  private mutating func leave(_ bytes: RawSpan, at offset: Int) -> JSONEvent? {
    shapeDepth &-= 1
    valueEnd = partStart &+ offset
    let node = shape.nodes[Int(shapeStack[shapeDepth])]
    if keepStart >= 0, depth &+ 1 == keepDepth {
      keep(bytes, upTo: offset)
      keepStart = -1
    }
    if node.announces { return .end(node.label) }
    guard node.measures, node.label != 0 else { return nil }
    kind = .container
    valueStart = measureStarts[shapeDepth]
    size = valueEnd &- valueStart
    return .value(node.label)
  }
}

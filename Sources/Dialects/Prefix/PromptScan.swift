internal import JSON
internal import Tokenizers

/// Reads the body of a request, which is there as a whole and was read as one JSON object, for its ``PromptOutline``.
///
/// It is done only where a hard budget asks: a second pass over the body.
struct PromptScan {
  /// What an object is.
  private enum Place {
    case request, message, part, instructions
  }

  private let form: PromptForm
  private var rest: PromptHash
  private var words: PromptHash
  private var thoughts: PromptHash
  private var thoughtText = TextCensus()
  private var markBytes: Int64 = 0
  private var labelBytes: Int64 = 0
  private var start = 0
  private var defersTools = false
  private var messages = 0
  private var beginnings: [PromptBeginning] = []
  /// Of each of ``beginnings``, until the hash of the rest is known.
  private var states: [PromptHash] = []
  private var met: Set<String> = []
  /// Whether the innermost object that ended is a thought, a mark, or tells of the call.
  private var isThought = false
  private var isMark = false
  private var isNote = false

  private init(_ form: PromptForm, key: FingerprintKey, seed: Fingerprint) {
    self.form = form
    rest = PromptHash(key: key, seed: seed.bits)
    words = PromptHash(key: key, seed: 1)
    thoughts = PromptHash(key: key, seed: 2)
  }

  /// - Parameter seed: what else decides how the prompt is made: path, header fields, whose call it is.
  /// - Returns: nil where the body has a member that is not known, or is written in a way that two readers may understand differently.
  static func outline(
    of body: RawSpan, _ form: PromptForm, key: FingerprintKey, seed: Fingerprint
  ) -> PromptOutline? {
    var scan = PromptScan(form, key: key, seed: seed)
    var offset = JSONScan.skipBlanks(in: body, from: 0)
    guard scan.readMembers(of: .request, body, &offset) else { return nil }
    return scan.finish()
  }

  private consuming func finish() -> PromptOutline {
    keepLastBeginnings()
    for place in beginnings.indices { beginnings[place].words = states[place].joined(rest) }
    return PromptOutline(
      rest: rest.joined(rest), beginnings: beginnings, start: start, defersTools: defersTools, labelBytes: labelBytes)
  }

  // MARK: Objects and lists

  /// Reads an object from its brace on.
  private mutating func readMembers(of place: Place, _ body: RawSpan, _ offset: inout Int) -> Bool {
    guard body.at(offset) == UInt8(ascii: "{") else { return false }
    offset &+= 1
    while true {
      offset = JSONScan.skipBlanks(in: body, from: offset)
      switch body.at(offset) {
      case UInt8(ascii: "}"):
        offset &+= 1
        return true
      case UInt8(ascii: ","): offset &+= 1
      case UInt8(ascii: "\""):
        let start = offset
        guard let end = JSONScan.stringEnd(in: body, from: start) else { return false }
        offset = JSONScan.skipBlanks(in: body, from: end)
        guard body.at(offset) == UInt8(ascii: ":") else { return false }
        offset = JSONScan.skipBlanks(in: body, from: offset &+ 1)
        let name = start &+ 1..<end &- 1
        // A name with an escape is another one to who undoes it.
        guard !body.holds(byte: UInt8(ascii: "\\"), in: name), readMember(name, of: place, body, &offset) else {
          return false
        }
      default: return false
      }
    }
  }

  private mutating func readMember(
    _ name: Range<Int>, of place: Place, _ body: RawSpan, _ offset: inout Int
  ) -> Bool {
    switch place {
    case .request: readRequestMember(name, body, &offset)
    case .message: readMessageMember(name, isPart: false, body, &offset)
    case .part: readMessageMember(name, isPart: true, body, &offset)
    case .instructions: readInstructionMember(name, body, &offset)
    }
  }

  /// Reads a list from its bracket on, each element by `read`.
  private mutating func readElements(
    _ body: RawSpan, _ offset: inout Int, _ read: (inout PromptScan, RawSpan, inout Int) -> Bool
  ) -> Bool {
    guard body.at(offset) == UInt8(ascii: "[") else { return false }
    offset &+= 1
    while true {
      offset = JSONScan.skipBlanks(in: body, from: offset)
      switch body.at(offset) {
      case UInt8(ascii: "]"):
        offset &+= 1
        return true
      case UInt8(ascii: ","): offset &+= 1
      default:
        let start = offset
        guard read(&self, body, &offset), offset > start else { return false }
      }
    }
  }

  // MARK: The members of the request

  private mutating func readRequestMember(_ range: Range<Int>, _ body: RawSpan, _ offset: inout Int) -> Bool {
    let name = body.text(in: range)
    guard met.insert(name).inserted else { return false }
    let start = offset
    if name == form.messages { return readMessages(body, &offset) }
    if form.members.contains(name) {
      rest.absorb(.name, body.extracting(range))
      guard name == "system", form.hasCallNote, body.at(offset) == UInt8(ascii: "[") else {
        guard Self.absorb(body, &offset, into: &rest) else { return false }
        if name == "tools" { defersTools = Self.mayDefer(body, start..<offset) }
        return true
      }
      rest.absorb(.beginArray)
      return readElements(body, &offset) { $0.readInstruction($1, &$2) }
    }
    guard let end = JSONScan.valueEnd(in: body, from: start) else { return false }
    offset = end
    // It is looked up by itself.
    if name == "previous_response_id" { return true }
    if form.labels.contains(name) {
      labelBytes &+= Int64(end &- start)
      return true
    }
    return Self.isHarmless(name, body, start..<end)
  }

  /// Whether any name within is that of a tool that is told of later, or is written so that it may be.
  private static func mayDefer(_ body: RawSpan, _ tools: Range<Int>) -> Bool {
    var offset = tools.lowerBound
    while offset < tools.upperBound {
      guard body.at(offset) == UInt8(ascii: "\""), let end = JSONScan.stringEnd(in: body, from: offset) else {
        offset &+= 1
        continue
      }
      let text = offset &+ 1..<end &- 1
      offset = JSONScan.skipBlanks(in: body, from: end)
      guard body.at(offset) == UInt8(ascii: ":") else { continue }
      if body.holds(PromptForm.deferral, in: text) || body.holds(byte: UInt8(ascii: "\\"), in: text) { return true }
    }
    return false
  }

  /// The longest of ``PromptForm/harmless`` has some 70 bytes.
  private static let harmlessBytesMax = 200

  private static func isHarmless(_ name: String, _ body: RawSpan, _ value: Range<Int>) -> Bool {
    guard value.count <= harmlessBytesMax else { return false }
    let text = String(decoding: body.text(in: value).utf8.filter { $0 > 0x20 }, as: UTF8.self)
    return text == "null" || PromptForm.harmless[name]?.contains(text) == true
  }

  /// Takes a part of the instructions, unless the client tells of the call in it.
  private mutating func readInstruction(_ body: RawSpan, _ offset: inout Int) -> Bool {
    guard body.at(offset) == UInt8(ascii: "{") else { return Self.absorb(body, &offset, into: &rest) }
    let (start, before) = (offset, rest)
    isNote = false
    rest.absorb(.beginObject)
    guard readMembers(of: .instructions, body, &offset) else { return false }
    rest.absorb(.endObject)
    if isNote {
      rest = before
      labelBytes &+= Int64(offset &- start)
    }
    return true
  }

  private mutating func readInstructionMember(_ name: Range<Int>, _ body: RawSpan, _ offset: inout Int) -> Bool {
    let begin = offset &+ 1..<offset &+ 1 &+ PromptForm.callNote.utf8CodeUnitCount
    if body.holds("text", in: name), body.holds(PromptForm.callNote, in: begin) { isNote = true }
    rest.absorb(.name, body.extracting(name))
    return Self.absorb(body, &offset, into: &rest)
  }

  // MARK: Messages

  /// A text by itself, as Responses take it, is all of the conversation, and no beginning of a list.
  private mutating func readMessages(_ body: RawSpan, _ offset: inout Int) -> Bool {
    if body.at(offset) == UInt8(ascii: "\""), let end = JSONScan.stringEnd(in: body, from: offset) {
      offset = end
      return true
    }
    start = offset &+ 1
    return readElements(body, &offset) { $0.readMessage($1, &$2) }
  }

  private mutating func readMessage(_ body: RawSpan, _ offset: inout Int) -> Bool {
    guard readUnit(.message, body, &offset) else { return false }
    messages &+= 1
    if beginnings.count == 2 &* PromptOutline.beginningsMax { keepLastBeginnings() }
    states.append(words)
    beginnings.append(
      PromptBeginning(
        words: Fingerprint(bits: 0), thoughts: UInt32(truncatingIfNeeded: thoughts.state), end: offset,
        messages: messages, markBytes: markBytes, thoughtText: thoughtText))
    return true
  }

  private mutating func keepLastBeginnings() {
    let tooMany = max(0, beginnings.count &- PromptOutline.beginningsMax)
    beginnings.removeFirst(tooMany)
    states.removeFirst(tooMany)
  }

  /// Takes a message, or a part of one: as it says, or as a thought or a mark.
  private mutating func readUnit(_ place: Place, _ body: RawSpan, _ offset: inout Int) -> Bool {
    let (start, before) = (offset, (words, thoughts, thoughtText, markBytes))
    isThought = false
    isMark = false
    words.absorb(.beginObject)
    guard readMembers(of: place, body, &offset) else { return false }
    words.absorb(.endObject)
    guard isThought || isMark else { return true }
    (words, thoughts, thoughtText, markBytes) = before
    if isThought { think(body, start..<offset) } else { markBytes &+= Int64(offset &- start) }
    isThought = false
    isMark = false
    return true
  }

  private mutating func readMessageMember(
    _ name: Range<Int>, isPart: Bool, _ body: RawSpan, _ offset: inout Int
  ) -> Bool {
    let start = offset
    if body.holdsAny(of: PromptForm.marks, in: name) || body.holdsAny(of: PromptForm.thoughts, in: name) {
      guard let end = JSONScan.valueEnd(in: body, from: start) else { return false }
      offset = end
      let member = name.lowerBound..<end
      if body.holdsAny(of: PromptForm.marks, in: name) {
        markBytes &+= Int64(member.count)
      } else {
        think(body, member)
      }
      return true
    }
    words.absorb(.name, body.extracting(name))
    if !isPart, body.holds(form.parts, in: name), body.at(offset) == UInt8(ascii: "[") {
      words.absorb(.beginArray)
      guard readElements(body, &offset, { $0.readPart($1, &$2) }) else { return false }
      words.absorb(.endArray)
      return true
    }
    guard Self.absorb(body, &offset, into: &words) else { return false }
    return look(at: name, start..<offset, isPart: isPart, body)
  }

  private mutating func readPart(_ body: RawSpan, _ offset: inout Int) -> Bool {
    guard body.at(offset) == UInt8(ascii: "{") else { return Self.absorb(body, &offset, into: &words) }
    let outer = (isThought, isMark)
    defer { (isThought, isMark) = outer }
    return readUnit(.part, body, &offset)
  }

  /// Notes what a member says of its message or part.
  private mutating func look(at name: Range<Int>, _ value: Range<Int>, isPart: Bool, _ body: RawSpan) -> Bool {
    if body.holds("type", in: name), body.at(value.lowerBound) == UInt8(ascii: "\"") {
      let type = value.dropFirst().dropLast()
      guard !body.holds(byte: UInt8(ascii: "\\"), in: type) else { return false }
      if body.holdsAny(of: PromptForm.thoughtTypes, in: type) { isThought = true }
    }
    if body.holds("thought", in: name), body.at(value.lowerBound) == UInt8(ascii: "t") { isThought = true }
    if isPart, body.holdsAny(of: PromptForm.partMarks, in: name) { isMark = true }
    return true
  }

  /// Takes a thought, and the place where it stands.
  private mutating func think(_ body: RawSpan, _ range: Range<Int>) {
    thoughtText.take(body.extracting(range))
    thoughts.absorb(word: words.state)
    thoughts.absorb(.string, body.extracting(range))
  }

  // MARK: Values

  /// Absorbs a value and all within it, without blanks.
  private static func absorb(_ body: RawSpan, _ offset: inout Int, into hash: inout PromptHash) -> Bool {
    var depth = 0
    while offset < body.byteCount {
      switch body.at(offset) {
      case UInt8(ascii: "\""):
        guard let end = JSONScan.stringEnd(in: body, from: offset) else { return false }
        hash.absorb(.string, body.extracting(offset &+ 1..<end &- 1))
        offset = end
      case UInt8(ascii: "{"): open(.beginObject, &offset, &depth, &hash)
      case UInt8(ascii: "["): open(.beginArray, &offset, &depth, &hash)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { return false }
        depth &-= 1
        hash.absorb(body.at(offset) == UInt8(ascii: "}") ? .endObject : .endArray)
        offset &+= 1
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x0A, 0x0D, 0x09:
        guard depth > 0 else { return false }
        offset &+= 1
        continue
      default:
        let end = JSONScan.scalarEnd(in: body, from: offset)
        hash.absorb(.scalar, body.extracting(offset..<end))
        offset = end
      }
      if depth == 0 { return true }
    }
    return false
  }

  private static func open(
    _ token: PromptHash.Token, _ offset: inout Int, _ depth: inout Int, _ hash: inout PromptHash
  ) {
    hash.absorb(token)
    depth &+= 1
    offset &+= 1
  }
}

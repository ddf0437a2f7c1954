/// The tool calls and the finish reason of the choices of a chat, whose index may stand behind them.
struct ChoiceCalls {
  private struct Fragment {
    var index: Int64
    var id = ""
    var name = ""
    var arguments = ArgumentTexts.Text()
    var hasArguments = false
  }

  /// How many calls wait for their choice's index; with more of them, that is taken to be the one known so far.
  private static let fragmentsMax = 256
  /// The index of a call of the older kind, of which a choice has one at the most.
  static let functionCallIndex: Int64 = -1

  /// The index of the choice that is read.
  private(set) var choiceIndex: Int64 = 0

  private var calls: ToolCallFragments
  private var choicesSeen: Int64 = 0
  private var finish: String?
  /// The choice that the finish reason comes from: the first one.
  private var finishChoice = Int64.max
  private var fragmentsSeen: Int64 = 0
  private var fragment = Fragment(index: 0)
  private var fragments: [Fragment] = []
  /// Whether the calls stand in a whole message, rather than in a delta.
  private var isInMessage = false

  /// - Parameter comeWhole: whether a name always begins a call.
  init(comeWhole: Bool = false) { calls = ToolCallFragments(comeWhole: comeWhole) }

  /// Whether the document has had a choice.
  var hasChoices: Bool { choicesSeen > 0 }

  /// A choice begins. Until its index is known, it is that of its place.
  mutating func beginChoice() {
    choiceIndex = choicesSeen
    choicesSeen &+= 1
    finish = nil
    fragmentsSeen = 0
    isInMessage = false
  }

  /// A whole message begins: its calls are not the fragments of a stream.
  mutating func beginMessage() { isInMessage = true }

  /// A call begins. Until its index is known, it is that of its place.
  mutating func beginCall(_ tally: inout ReplyTally) {
    begin(Fragment(index: fragmentsSeen), &tally)
    fragmentsSeen &+= 1
  }

  mutating func beginFunctionCall(_ tally: inout ReplyTally) { begin(Fragment(index: Self.functionCallIndex), &tally) }

  private mutating func begin(_ fragment: Fragment, _ tally: inout ReplyTally) {
    self.fragment = fragment
    // What was read outside of calls is nobody's.
    _ = tally.arguments.takeText()
  }

  mutating func setChoice(index: Int64?) { if let index { choiceIndex = index } }
  mutating func setCall(index: Int64?) { if let index { fragment.index = index } }
  mutating func setCall(id: String) { fragment.id = id }
  mutating func setCall(name: String) { fragment.name = name }

  mutating func setArguments(bytes: Int, isFreeText: Bool) {
    // Some servers write the member that the call does not have, with nothing in it.
    guard bytes > 0 else { return }
    fragment.hasArguments = true
    fragment.arguments.isFree = isFreeText
  }

  mutating func setFinish(_ reason: String) { finish = reason }

  mutating func endCall(_ tally: inout ReplyTally) {
    guard !fragment.id.isEmpty || !fragment.name.isEmpty || fragment.hasArguments else { return }
    var text = tally.arguments.takeText()
    text.isFree = fragment.arguments.isFree
    text.isWhole = isInMessage
    fragment.arguments = text
    fragments.append(fragment)
    if fragments.count >= Self.fragmentsMax { endFragments(&tally) }
  }

  mutating func endChoice(_ tally: inout ReplyTally) {
    if let finish, choiceIndex <= finishChoice {
      finishChoice = choiceIndex
      tally.facts.finishReason = finish
    }
    if !fragments.isEmpty { endFragments(&tally) }
  }

  /// The choices of the next document are counted anew.
  mutating func endDocument() { choicesSeen = 0 }

  private mutating func endFragments(_ tally: inout ReplyTally) {
    for fragment in fragments {
      calls.add(
        ToolCallFragments.Key(choice: choiceIndex, index: fragment.index), id: fragment.id, name: fragment.name,
        arguments: fragment.arguments, to: &tally)
    }
    fragments.removeAll(keepingCapacity: true)
  }
}

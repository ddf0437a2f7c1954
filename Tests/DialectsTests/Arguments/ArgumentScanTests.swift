@testable import Dialects
import Foundation
import Testing

@Suite("Arguments of tools")
struct ArgumentScanTests {
  private static func scan(_ text: [UInt8], _ cut: Cut = .whole) -> ToolArguments {
    var scan = ArgumentScan()
    scan.add(false, isFreeText: false, long: nil)
    for range in cut.ranges(of: text.count) { scan.take(text.span.bytes.extracting(range)) }
    return scan.finish()
  }

  private static func scan(_ text: String) -> ToolArguments { scan(Array(text.utf8)) }

  @Test(
    "are the same however they are spaced, escaped and, at the top, ordered",
    arguments: [
      (#"{"a":1,"b":"x"}"#, "{ \"b\" : \"x\",\n\t\"a\" : 1 }"), (#"{"a":"é"}"#, #"{"a":"\u00e9"}"#),
      (#"{"a":"/"}"#, #"{"a":"\/"}"#),
      (#"{"a":"😀"}"#, #"{"a":"\ud83d\ude00"}"#), ("", "{}"), ("{}", " { } "),
      (#"{"a":[1,{"b":null}]}"#, #"{"a": [1 , {"b" :null}] }"#),
      (#"{"é":1}"#, #"{"\u00E9":1}"#),
    ])
  func same(first: String, second: String) {
    #expect(Self.scan(first).hash == Self.scan(second).hash)
    #expect(Self.scan(first).form == .object)
    #expect(Self.scan(second).form == .object)
  }

  @Test("of other calls are others")
  func others() {
    let texts = [
      "{}", #"{"a":1}"#, #"{"a":2}"#, #"{"a":"1"}"#, #"{"b":1}"#, #"{"a":1,"b":1}"#, #"{"a":[1]}"#, #"{"a":{"a":1}}"#,
      #"{"a":null}"#,
      #"{"a":true}"#, #"{"a":false}"#, #"{"a":[]}"#, #"{"a":{}}"#, #"{"a":""}"#, #"{"a":"x","b":"y"}"#,
      #"{"a":"y","b":"x"}"#,
      #"{"a":"x\",\"b\":\"y"}"#, #"{"a":[1,2]}"#, #"{"a":[2,1]}"#, #"{"a":[[1],2]}"#, #"{"a":[1,[2]]}"#, #"{"a":12}"#,
      "[]", "1", "[1]",
    ]
    #expect(Set(texts.map { Self.scan($0).hash }).count == texts.count)
  }

  @Test(
    "are JSON, or not",
    arguments: [
      ("[1]", .notObject), ("1", .notObject), (#""x""#, .notObject), ("null", .notObject), ("-0.5e+3", .notObject),
      ("{", .notJSON), (#"{"a"}"#, .notJSON), (#"{"a":}"#, .notJSON), (#"{"a":1,}"#, .notJSON),
      (#"{"a":01}"#, .notJSON),
      ("{'a':1}", .notJSON), (#"{"a":1}}"#, .notJSON), (#"{"a":1} x"#, .notJSON), (#"{"a":"x"#, .notJSON),
      (#"{"a":tru}"#, .notJSON),
      (#"{"a":nulll}"#, .notJSON), (#"{"a":"\x"}"#, .notJSON), ("{\"a\":\"\n\"}", .notJSON),
      (#"{"a":"\u12"}"#, .notJSON),
      (#"{"a":1.}"#, .notJSON), (#"{"a":-}"#, .notJSON), (#"{"a":1e}"#, .notJSON), ("]", .notJSON), (#"{]"#, .notJSON),
      ("nonsense", .notJSON), (#"{"a":1]"#, .notJSON), (#"{"a":[1}"#, .notJSON), ("1.", .notJSON), ("   ", .object),
    ] as [(String, ToolArguments.Form)])
  func form(text: String, form: ToolArguments.Form) { #expect(Self.scan(text).form == form) }

  @Test("that are nested beyond all measure are not known")
  func deep() {
    #expect(Self.scan(#"{"a":"# + String(repeating: "[", count: 100_000)).form == .unknown)
    let nested = #"{"a":"# + String(repeating: "[", count: 127) + String(repeating: "]", count: 127) + "}"
    #expect(Self.scan(nested).form == .object)
  }

  @Test("have the names and types of their members")
  func members() {
    let arguments = Self.scan(
      #"{"s":"x","i":-3,"f":1.5,"w":1.0,"e":1e3,"t":true,"n":null,"o":{"x":1},"a":[{"y":2}],"\u00e9":0}"#)
    let kinds: [(String, ArgumentMembers.Kind)] = [
      ("s", .string), ("i", .whole), ("f", .fraction), ("w", .whole), ("e", .whole), ("t", .boolean), ("n", .null),
      ("o", .object),
      ("a", .array), ("é", .whole),
    ]
    #expect(arguments.members.isWhole)
    #expect(arguments.members.list == kinds.map { ArgumentMembers.Member(name: Array($0.0.utf8), kind: $0.1) })
  }

  @Test("are what Foundation takes for JSON, however they are cut", arguments: UInt64(0)..<300)
  func random(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var bytes = Array(Self.value(&random, depth: 0).utf8)
    // Half of them are damaged, but for those whose damage only a reader of UTF-8 and of surrogates would see.
    let isPlain = bytes.allSatisfy { $0 < 0x80 } && !String(decoding: bytes, as: UTF8.self).contains("\\u")
    if Bool.random(using: &random), isPlain, !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(Array(#"{}[],:"0e.-ntf\ "#.utf8).randomElement(using: &random) ?? 0x20, at: place)
      default: bytes = Array(bytes[..<place])
      }
    }
    let whole = Self.scan(bytes)
    for cut in [Cut.bytes, .random(seed), .random(seed + 1)] {
      #expect(Self.scan(bytes, cut) == whole, "seed \(seed), \(cut)")
    }
    let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    let isBlank = bytes.allSatisfy { $0 == 0x20 || $0 == 0x0A }
    let expected: ToolArguments.Form =
      isBlank ? .object : value == nil ? .notJSON : value is [String: Any] ? .object : .notObject
    #expect(whole.form == expected, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
  }

  private static func value(_ random: inout SeededRandom, depth: Int) -> String {
    let blank = ["", " ", "\n "].randomElement(using: &random) ?? ""
    let value: String
    switch Int.random(in: 0...(depth > 3 ? 4 : 7), using: &random) {
    case 0: value = ["true", "false", "null"].randomElement(using: &random) ?? "null"
    case 1: value = String(Int.random(in: -99...99, using: &random))
    case 2: value = ["0.5", "-1e9", "1E-2", "0", "-0.0"].randomElement(using: &random) ?? "0"
    case 3, 4: value = [#""x""#, #""\n\"""#, #""\u00e9\ud83d\ude00""#, #""é/\\""#].randomElement(using: &random) ?? ""
    case 5:
      let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in Self.value(&random, depth: depth + 1) }
      value = "[" + items.joined(separator: ",") + "]"
    default:
      let members = (0..<Int.random(in: 0...3, using: &random)).map { place in
        "\"k\(place)\"" + blank + ":" + Self.value(&random, depth: depth + 1)
      }
      value = "{" + members.joined(separator: ",") + "}"
    }
    return blank + value + blank
  }
}

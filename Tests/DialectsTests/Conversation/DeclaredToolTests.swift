import Dialects
import Testing

/// The tools that a request declares, with what is required of their arguments at the top.
@Suite struct DeclaredToolTests {
  struct Declaration: Sendable, CustomTestStringConvertible {
    var name: String
    var dialect: Dialect
    var operation: Dialects.Operation
    /// With `SCHEMA` in the place of the schema of a tool `search`.
    var body: String
    var testDescription: String { name }
  }

  static let schema = #"""
    {"type":"object","required":["query","missing"],"properties":{"query":{"type":"string","description":"x"},
    "limit":{"type":["integer","null"]},"a name that is longer than thirty-two bytes":{"type":"array","items":{"type":"object",
    "properties":{"inner":{"type":"string"}}}},"type":{"enum":["a"]},"rate":{"type":"number","nullable":true},"any":true},
    "additionalProperties":false}
    """#

  static let declarations: [Declaration] = [
    Declaration(
      name: "Chat", dialect: .openai, operation: .chatCompletions,
      body: #"{"tools":[{"type":"function","function":{"name":"search","parameters":SCHEMA}}]}"#),
    Declaration(
      name: "Chat's functions of old", dialect: .openai, operation: .chatCompletions,
      body: #"{"functions":[{"parameters":SCHEMA,"name":"search"}]}"#),
    Declaration(
      name: "Responses", dialect: .openai, operation: .responses,
      body: #"{"tools":[{"type":"function","name":"search","parameters":SCHEMA,"strict":true}]}"#),
    Declaration(
      name: "Messages", dialect: .anthropic, operation: .messages,
      body: #"{"tools":[{"name":"search","input_schema":SCHEMA,"cache_control":{"type":"ephemeral"}}]}"#),
    Declaration(
      name: "Gemini", dialect: .gemini, operation: .generateContent,
      body: #"{"tools":[{"functionDeclarations":[{"name":"search","parametersJsonSchema":SCHEMA}]}]}"#),
    Declaration(
      name: "Gemini in snake_case", dialect: .gemini, operation: .generateContent,
      body: #"{"tools":[{"function_declarations":[{"parameters":SCHEMA,"name":"search"}]}]}"#),
    Declaration(
      name: "Interactions", dialect: .gemini, operation: .interactions,
      body: #"{"tools":[{"type":"function","name":"search","parameters":SCHEMA}]}"#),
    Declaration(
      name: "Converse", dialect: .bedrock, operation: .converse,
      body: #"{"toolConfig":{"tools":[{"toolSpec":{"name":"search","inputSchema":{"json":SCHEMA}}}]}}"#),
    Declaration(
      name: "Cohere", dialect: .cohere, operation: .cohereChat,
      body: #"{"tools":[{"type":"function","function":{"name":"search","parameters":SCHEMA}}]}"#),
    Declaration(
      name: "Ollama", dialect: .ollama, operation: .ollamaChat,
      body: #"{"tools":[{"type":"function","function":{"name":"search","parameters":SCHEMA}}]}"#),
  ]

  @Test("Every dialect's declarations say the same, wherever the body is cut", arguments: declarations)
  func dialects(_ declaration: Declaration) {
    let body = Array(declaration.body.replacing("SCHEMA", with: Self.schema).utf8)
    func property(_ name: String, _ types: JSONTypeSet, isRequired: Bool = false) -> DeclaredProperty {
      DeclaredProperty(name: fingerprints.fingerprint(of: name), types: types, isRequired: isRequired)
    }
    let expected = DeclaredTool(
      name: fingerprints.fingerprint(of: "search"),
      properties: [
        property("query", .string, isRequired: true), property("limit", [.integer, .null]),
        property("a name that is longer than thirty-two bytes", .array), property("type", .all),
        property("rate", [.number, .integer, .null]), property("any", .all),
        property("missing", .all, isRequired: true),
      ], isSchemaKnown: true, allowsOthers: false)
    for cut in cuts(of: body) {
      let facts = readConversation(declaration.dialect, declaration.operation, body, cut)
      #expect(facts.tools == [expected], "\(cut)")
      #expect(facts.areAllToolsKnown)
    }
  }

  @Test("OpenAPI's types are the same in capitals")
  func capitals() {
    let body =
      #"{"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","properties":{"a":{"type":"STRING"}}}}]}]}"#
    let tool = readConversation(.gemini, .generateContent, body).tools.first
    #expect(tool?.properties.map(\.types) == [.string])
    #expect(tool?.allowsOthers == true)
  }

  @Test(
    "Where alternatives, servers of tools or too many tools are declared, not all is known",
    arguments: [
      #"{"tools":[{"type":"mcp","server_label":"x"}]}"#,
      #"{"tools":[{"type":"namespace","name":"n","tools":[{"type":"function","name":"f"}]}]}"#,
      #"{"tools":[\#(Array(repeating: #"{"type":"function","name":"f"}"#, count: 257).joined(separator: ","))]}"#,
    ])
  func unknown(_ body: String) {
    #expect(!readConversation(.openai, .responses, body).areAllToolsKnown)
  }

  @Test("A schema with alternatives at its top is not known, nor is one that is not there")
  func alternatives() {
    let body = #"""
      {"tools":[{"name":"f","input_schema":{"anyOf":[{"type":"object"}],"properties":{"a":{"type":"string"}}}},{"name":"g"}]}
      """#
    let tools = readConversation(.anthropic, .messages, body).tools
    #expect(tools.map(\.name) == ["f", "g"].map(fingerprints.fingerprint(of:)))
    #expect(tools.map(\.isSchemaKnown) == [false, false])
  }

  @Test("Tools without a name are called by their type")
  func types() {
    let body =
      #"{"tools":[{"type":"local_shell"},{"type":"computer_use_preview","display_width":1},{"type":"custom","name":"c"}]}"#
    #expect(
      readConversation(.openai, .responses, body).tools.map(\.name)
        == ["local_shell", "computer", "c"].map(fingerprints.fingerprint(of:)))
  }

  static let choices: [(Dialect, Dialects.Operation, String, Bool)] = [
    (.openai, .chatCompletions, #"{"tool_choice":"required"}"#, true),
    (.openai, .chatCompletions, #"{"tool_choice":{"type":"function","function":{"name":"f"}}}"#, true),
    (.openai, .chatCompletions, #"{"tool_choice":{"type":"custom","custom":{"name":"f"}}}"#, true),
    (
      .openai, .chatCompletions,
      #"{"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[]}}}"#, true
    ),
    (
      .openai, .chatCompletions,
      #"{"tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[]}}}"#, false
    ),
    (.openai, .chatCompletions, #"{"function_call":{"name":"f"}}"#, true),
    (.openai, .chatCompletions, #"{"function_call":"auto"}"#, false),
    (.openai, .chatCompletions, #"{"tool_choice":"auto","tools":[]}"#, false),
    (.openai, .chatCompletions, #"{"tool_choice":null}"#, false),
    (.openai, .responses, #"{"tool_choice":"required"}"#, true),
    (.openai, .responses, #"{"tool_choice":{"type":"function","name":"f"}}"#, true),
    (.openai, .responses, #"{"tool_choice":{"type":"allowed_tools","mode":"required","tools":[]}}"#, true),
    (.openai, .responses, #"{"tool_choice":{"type":"file_search"}}"#, false),
    (.anthropic, .messages, #"{"tool_choice":{"type":"any"}}"#, true),
    (.anthropic, .messages, #"{"tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}"#, true),
    (.anthropic, .messages, #"{"tool_choice":{"type":"auto"}}"#, false),
    (.mistral, .chatCompletions, #"{"tool_choice":"any"}"#, true),
    (.cohere, .cohereChat, #"{"tool_choice":"REQUIRED"}"#, true),
    (.cohere, .cohereChat, #"{"tool_choice":"NONE"}"#, false),
    (.bedrock, .converse, #"{"toolConfig":{"tools":[],"toolChoice":{"any":{}}}}"#, true),
    (.bedrock, .converse, #"{"toolConfig":{"tools":[],"toolChoice":{"tool":{"name":"f"}}}}"#, true),
    (.bedrock, .converse, #"{"toolConfig":{"tools":[],"toolChoice":{"auto":{}}}}"#, false),
    (.gemini, .generateContent, #"{"toolConfig":{"functionCallingConfig":{"mode":"ANY"}}}"#, true),
    (.gemini, .generateContent, #"{"tool_config":{"function_calling_config":{"mode":"ANY"}}}"#, true),
    (.gemini, .generateContent, #"{"toolConfig":{"functionCallingConfig":{"mode":"AUTO"}}}"#, false),
  ]

  @Test("A request says whether the model has to call a tool", arguments: choices)
  func forced(dialect: Dialect, operation: Dialects.Operation, body: String, isForced: Bool) {
    let bytes = Array(body.utf8)
    for cut in cuts(of: bytes) {
      #expect(readConversation(dialect, operation, bytes, cut).forcesToolCall == isForced)
    }
  }
}

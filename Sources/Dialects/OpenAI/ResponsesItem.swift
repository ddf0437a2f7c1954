/// The types of items in a response's `output` and a request's `input`, and what they mean for metering.
///
/// https://platform.openai.com/docs/api-reference/responses/object#output
enum ResponsesItem: String, CaseIterable {
  case message
  case reasoning
  case compaction
  case compactionTrigger = "compaction_trigger"
  case additionalTools = "additional_tools"
  case itemReference = "item_reference"
  case functionCall = "function_call"
  case functionCallOutput = "function_call_output"
  case customToolCall = "custom_tool_call"
  case customToolCallOutput = "custom_tool_call_output"
  case computerCall = "computer_call"
  case computerCallOutput = "computer_call_output"
  case localShellCall = "local_shell_call"
  case localShellCallOutput = "local_shell_call_output"
  case shellCall = "shell_call"
  case shellCallOutput = "shell_call_output"
  case applyPatchCall = "apply_patch_call"
  case applyPatchCallOutput = "apply_patch_call_output"
  case mcpApprovalRequest = "mcp_approval_request"
  case mcpApprovalResponse = "mcp_approval_response"
  case toolSearchCall = "tool_search_call"
  case toolSearchOutput = "tool_search_output"
  case webSearchCall = "web_search_call"
  case fileSearchCall = "file_search_call"
  case codeInterpreterCall = "code_interpreter_call"
  case imageGenerationCall = "image_generation_call"
  case mcpCall = "mcp_call"
  case mcpListTools = "mcp_list_tools"
  case program
  case programOutput = "program_output"

  static let names = allCases.map(\.rawValue)
  private static let known = allCases

  /// The item of a place in ``names``.
  static func at(_ index: Int?) -> ResponsesItem? {
    guard let index, known.indices.contains(index) else { return nil }
    return known[index]
  }

  /// What the item is.
  enum Role {
    /// A tool call that the client is to execute; the name where the item itself has none.
    case clientCall(String?)
    /// A tool that the provider ran.
    case serverCall(String)
    /// The result of a client's tool.
    case result
    /// Anything else that the model wrote.
    case model
    /// A message, whose role says who wrote it.
    case message
  }

  /// What the item is. A search for tools runs on either side, as its member `execution` says, and a shell where its member
  /// `environment` says.
  func role(isClientExecution: Bool, isInContainer: Bool = false) -> Role {
    switch self {
    case .message: .message
    case .functionCall, .customToolCall, .mcpApprovalRequest: .clientCall(nil)
    case .computerCall: .clientCall("computer")
    case .localShellCall: .clientCall("local_shell")
    case .shellCall: isInContainer ? .serverCall("shell") : .clientCall("shell")
    case .applyPatchCall: .clientCall("apply_patch")
    case .toolSearchCall: isClientExecution ? .clientCall("tool_search") : .serverCall("tool_search")
    case .webSearchCall: .serverCall("web_search")
    case .fileSearchCall: .serverCall("file_search")
    case .codeInterpreterCall: .serverCall("code_interpreter")
    case .imageGenerationCall: .serverCall("image_generation")
    case .mcpCall: .serverCall("mcp")
    case .program: .serverCall("program")
    case .functionCallOutput, .customToolCallOutput, .computerCallOutput, .localShellCallOutput, .shellCallOutput,
      .applyPatchCallOutput, .mcpApprovalResponse:
      .result
    case .toolSearchOutput: isClientExecution ? .result : .model
    case .reasoning, .compaction, .compactionTrigger, .additionalTools, .itemReference, .mcpListTools, .programOutput:
      .model
    }
  }
}

/// Bodies of the sizes that agents send and get. Made here: nothing is recorded.
enum Traffic {
  /// An agent's conversation of about 350 kB: 120 tool calls and their results.
  static let conversation: [UInt8] = {
    var text = #"{"model":"gpt-4.1","messages":[{"role":"system","content":"You are a helpful assistant."}"#
    for index in 0..<120 {
      text += #",{"role":"assistant","content":null,"tool_calls":[{"id":"call_\#(index)","type":"function","function":"#
      text +=
        #"{"name":"read_file","arguments":"{\"path\":\"src/\#(index).py\",\"range\":[\#(index),\#(index + 80)]}"}}]}"#
      let result = String(repeating: #"def f(x):\n    return \"é\" + x\n"#, count: 85)
      text += #",{"role":"tool","tool_call_id":"call_\#(index)","content":"\#(result)"}"#
    }
    return Array((text + #"],"temperature":0.2,"max_tokens":200,"stream":true}"#).utf8)
  }()

  /// A chat stream of a thousand events with its usage at the end.
  static let stream: [UInt8] = {
    let head = #"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","model":"gpt-4.1-2025-04-14","choices":["#
    var text = ""
    for _ in 0..<1000 {
      text +=
        head + #"{"index":0,"delta":{"content":" token"},"logprobs":null,"finish_reason":null}],"usage":null}"# + "\n\n"
    }
    text +=
      head + #"],"usage":{"prompt_tokens":19,"completion_tokens":1000,"total_tokens":1019}}"# + "\n\ndata: [DONE]\n\n"
    return Array(text.utf8)
  }()

  /// A short completion.
  static let reply = Array(
    (#"{"id":"chatcmpl-1","object":"chat.completion","created":1741569952,"model":"gpt-4.1-2025-04-14","choices":[{"index":0,"#
      + #""message":{"role":"assistant","content":"Hello! How can I assist you today?","refusal":null},"logprobs":null,"#
      + #""finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29}}"#).utf8)
}

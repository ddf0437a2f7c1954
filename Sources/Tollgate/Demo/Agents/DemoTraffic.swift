import NIOCore

/// The demo's three agents at work.
struct DemoTraffic: Sendable {
  var proxy: ListenAddress
  var seed: UInt64
  var group: any EventLoopGroup

  /// Lets them work until the task is cancelled.
  func run() async {
    await withTaskGroup(of: Void.self) { tasks in
      tasks.addTask { [self] in
        var random = SeededRandom(seed: seed)
        try? await ResearcherAgent(client: researcher).work(random: &random)
      }
      for session in 1...CoderAgent.sessions {
        tasks.addTask { [self] in
          var random = SeededRandom(seed: seed &+ UInt64(session) &* 1009)
          try? await CoderAgent(client: coder).work(random: &random)
        }
      }
      tasks.addTask { [self] in
        var random = SeededRandom(seed: seed &+ 7919)
        try? await NightJobAgent(client: nightJob).work(random: &random)
      }
    }
  }

  private var researcher: DemoClient {
    DemoClient(
      proxy: proxy, basePath: "/agent/\(ResearcherAgent.name)/workflow/\(ResearcherAgent.workflow)/anthropic",
      headers: [("x-api-key", "sk-ant-api03-demo"), ("anthropic-version", "2023-06-01")], group: group)
  }

  private var coder: DemoClient {
    DemoClient(
      proxy: proxy, basePath: "/agent/\(CoderAgent.name)/workflow/\(CoderAgent.workflow)/openai/v1",
      headers: [("authorization", "Bearer sk-demo")], group: group)
  }

  /// Nobody pointed it at a workflow: the base URL is plain, and its user agent is all that is known of it.
  private var nightJob: DemoClient {
    DemoClient(
      proxy: proxy, basePath: "/openai/v1",
      headers: [("authorization", "Bearer sk-demo"), ("user-agent", "\(NightJobAgent.name)/1.0")], group: group)
  }
}

/// What `serve` prints once it listens: how to use it.
struct Banner {
  let text: String

  /// - Parameter port: the port that the data plane got, where the configuration left it open.
  init(_ configuration: Configuration, port: Int?) {
    var address = configuration.listen.dataPlane
    if let port { address.port = port }
    text = """
      Tollgate \(Version.current) listens on http://\(address)

      Point an agent at it:
        export OPENAI_BASE_URL=http://\(address)/openai/v1
        export ANTHROPIC_BASE_URL=http://\(address)/anthropic
      or with names for its agent and workflow: eval "$(tollgate env --agent NAME --workflow NAME)"

      See what it costs:
        tollgate report
        http://\(configuration.listen.control)/metrics

      """
  }
}

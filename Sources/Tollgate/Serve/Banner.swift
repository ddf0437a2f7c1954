/// What `serve` prints once it listens: how to use it.
struct Banner {
  let text: String

  init(_ addresses: Startup.Addresses, dataDirectory: String) {
    let proxy = AgentEnvironment(proxy: addresses.dataPlane, usesTLS: addresses.dataPlaneUsesTLS).baseURL
    let control = ControlPlaneURL(address: addresses.control, usesTLS: addresses.controlUsesTLS)
    // Options stand there only where the defaults do not do.
    let listen = addresses.dataPlane == ListenSection().dataPlane ? "" : " --listen \(addresses.dataPlane)"
    let isUsual = addresses.control == ListenSection().control && !addresses.controlUsesTLS
    let from = isUsual ? "" : " --control \(control)"
    text = """
      Tollgate \(Version.current) listens on \(proxy)

      Point an agent at it:
        export OPENAI_BASE_URL=\(proxy)/openai/v1
        export ANTHROPIC_BASE_URL=\(proxy)/anthropic
      or with names for its agent and workflow:
        \(Shell.sh.takingOver("tollgate env\(listen) --agent NAME --workflow NAME"))

      See what it costs:
        tollgate report\(from)
        \(control)/metrics

      The ledger is in \(dataDirectory)

      """
  }
}

internal import Ledger
internal import Metering
internal import NIOHTTP1
internal import Observability

/// Tells who is calling from what a request says, the most deliberate first: what its virtual key is bound to, the path,
/// `x-tollgate-*` headers, what known clients send, baggage, the user agent. Agent, workflow and run are each taken from the
/// first source that names it.
struct IdentityResolver: Sendable {
  init() {}

  /// - Throws: a refusal where the path or an `x-tollgate-*` header names something that cannot be kept as it is.
  func resolve(
    path: PathIdentity, headers: HTTPHeaders, provider: ProviderRoute, access: CallAccess? = nil
  ) throws(Refusal) -> CallerIdentity {
    let fields = IdentityFields(headers)
    let login = Login(fields)
    let isSwapped = access?.isSwapped ?? false
    var identity = CallerIdentity(
      agent: CallerIdentity.unknownAgent, agentSource: .none, workflow: CallerIdentity.defaultWorkflow,
      workflowSource: .none, runSource: .none,
      billing: isSwapped ? provider.billing ?? .metered : login.billing(at: provider),
      upstreamKeyID: isSwapped ? access?.upstreamKeyID : login.keyID, virtualKey: access?.key)
    identity.isSaidRetry = fields.isSaidRetry
    identity.toolDurations = fields.claudeToolDurations
    identity.trace = fields.traceParent.flatMap(TraceContext.init(traceParent:))
    identity.bind()
    identity.take(IdentityClaim(path: path))
    identity.take(try IdentityClaim(explicitIn: fields))
    if let claim = IdentityClaim(claudeCodeIn: fields) ?? IdentityClaim(codexIn: fields) { identity.take(claim) }
    identity.take(IdentityClaim(baggageIn: fields))
    identity.take(IdentityClaim(userAgentIn: fields))
    if identity.agentSource == .none, let key = identity.key { (identity.agent, identity.agentSource) = (key, .key) }
    return identity
  }
}

/// What one source says of the caller.
struct IdentityClaim {
  var source: IdentitySource
  var agent: String?
  var workflow: String?
  var run: String?
  var parentRun: String?
  var node: String?
  var parentNode: String?

  init(path: PathIdentity) {
    source = .path
    agent = path.agent
    workflow = path.workflow
    run = path.run
  }

  init(explicitIn fields: IdentityFields) throws(Refusal) {
    source = .header
    agent = try Self.explicit(fields.agent, from: "x-tollgate-agent")
    workflow = try Self.explicit(fields.workflow, from: "x-tollgate-workflow")
    run = try Self.explicit(fields.run, from: "x-tollgate-run")
    parentRun = try Self.explicit(fields.parentRun, from: "x-tollgate-parent-run")
  }

  /// Claude Code: the session is the run, sub-agents are nodes of its tree and name their type.
  init?(claudeCodeIn fields: IdentityFields) {
    guard fields.hasClaudeCodeField || fields.userAgent?.hasPrefixIgnoringCase("claude-cli/") ?? false else {
      return nil
    }
    source = .claudeCode
    agent = Self.name("claude-code", detail: fields.claudeAgentType)
    run = fields.claudeSession.flatMap(IdentityValue.inferred)
    node = fields.claudeAgent.flatMap(IdentityValue.inferred)
    parentNode = fields.claudeParentAgent.flatMap(IdentityValue.inferred)
  }

  /// Codex, and clients that send its headers under an originator of their own.
  init?(codexIn fields: IdentityFields) {
    let isCodex =
      fields.originator?.hasPrefixIgnoringCase("codex") ?? fields.userAgent?.hasPrefixIgnoringCase("codex_") ?? false
    guard isCodex || fields.originator != nil else { return nil }
    source = .codex
    let base = isCodex ? "codex" : fields.originator.flatMap { IdentityValue.inferred($0.lowercased()) }
    agent = base.flatMap { Self.name($0, detail: fields.codexSubagent) }
    run = (fields.session ?? fields.conversation).flatMap(IdentityValue.inferred)
    node = fields.thread.flatMap(IdentityValue.inferred)
    parentNode = fields.codexParentThread.flatMap(IdentityValue.inferred)
  }

  init(baggageIn fields: IdentityFields) {
    source = .baggage
    agent = fields.baggage.agent
    workflow = fields.baggage.workflow
    run = fields.baggage.run
  }

  init(userAgentIn fields: IdentityFields) {
    source = .userAgent
    agent = fields.userAgent.flatMap(UserAgent.agent)
  }

  /// Drops what its holder may not name.
  mutating func keep(_ mayName: Set<NameableField>) {
    if !mayName.contains(.agent) { agent = nil }
    if !mayName.contains(.workflow) { workflow = nil }
    if !mayName.contains(.run) { (run, parentRun, node, parentNode) = (nil, nil, nil, nil) }
  }

  private static func explicit(_ value: String?, from header: String) throws(Refusal) -> String? {
    guard let value else { return nil }
    return try IdentityValue.explicit(value, from: "header \(header)")
  }

  private static func name(_ base: String, detail: String?) -> String? {
    guard let detail = detail.flatMap(IdentityValue.inferred) else { return base }
    return IdentityValue.inferred("\(base)/\(detail)")
  }
}

extension CallerIdentity {
  /// Takes what the virtual key is bound to.
  fileprivate mutating func bind() {
    guard let grant = virtualKey?.grant else { return }
    if let agent = grant.agent { (self.agent, agentSource) = (agent, .key) }
    if let workflow = grant.workflow { (self.workflow, workflowSource) = (workflow, .key) }
  }

  /// Takes from a claim what no earlier one said, and what the virtual key lets its holder name.
  fileprivate mutating func take(_ claim: IdentityClaim) {
    var claim = claim
    if let mayName = virtualKey?.grant.mayName { claim.keep(mayName) }
    if agentSource == .none, let agent = claim.agent { (self.agent, agentSource) = (agent, claim.source) }
    if workflowSource == .none, let workflow = claim.workflow {
      (self.workflow, workflowSource) = (workflow, claim.source)
    }
    if runSource == .none, let run = claim.run { (self.run, runSource) = (run, claim.source) }
    parentRun = parentRun ?? claim.parentRun
    node = node ?? claim.node
    parentNode = parentNode ?? claim.parentNode
  }
}

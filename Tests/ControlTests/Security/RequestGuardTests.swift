import Ledger
import Metering
import Observability
import Testing

@testable import Control

private let secret = String(repeating: "ab", count: 32)
private let tokens: ControlTokens = {
  let tokens = ControlTokens()
  tokens.setOwner(Secret(secret))
  return tokens
}()
private let guardian = RequestGuard(
  listenHost: "0.0.0.0", allowedHosts: ["Tollgate.example", "10.0.0.9"], tokens: tokens)

/// The status of a refusal; nil where there is none.
private func status(
  isPage: Bool = false, isHealth: Bool = false, _ change: (inout RequestOrigin) -> Void
) -> Int? {
  var origin = RequestOrigin()
  origin.authority = "127.0.0.1:4101"
  origin.peerAddress = "127.0.0.1"
  origin.localAddress = "127.0.0.1"
  change(&origin)
  return guardian.refusal(of: origin, isPage: isPage, isHealth: isHealth)?.status
}

@Suite struct RequestGuardTests {
  @Test(
    "Host must name the loopback, a configured name, or the address that was connected to",
    arguments: [
      ("localhost", nil), ("LOCALHOST:4101", nil), ("localhost.", nil), ("127.0.0.1", nil), ("127.8.9.1:80", nil),
      ("[::1]", nil), ("[::1]:4101", nil), ("tollgate.example:4101", nil), ("10.0.0.9", nil), ("192.0.2.7:4101", nil),
      ("[::ffff:127.0.0.1]", nil), ("", 400), (":4101", 403), ("evil.example", 403), ("127.0.0.1.evil.example", 403),
      ("localhost.evil.example", 403), ("127.1", 403), ("0x7f000001", 403), ("2130706433", 403), ("192.0.2.8", 403),
      ("0.0.0.0", 403), ("[::]", 403), ("localhost evil", 403), ("[::1", 403), ("xn--localhost", 403),
    ] as [(String, Int?)])
  func host(authority: String, refusal: Int?) {
    #expect(
      status {
        $0.authority = authority
        $0.localAddress = "192.0.2.7"
      } == refusal)
  }

  @Test("No Host, and two, are ambiguous")
  func hostCount() {
    #expect(status { $0.authority = nil } == 400)
    #expect(status { $0.hasSecondHost = true } == 400)
  }

  @Test("What a browser sends for another site is refused, a page's own requests and people's are not")
  func sites() {
    #expect(status { $0.origin = "http://127.0.0.1:4101" } == nil)
    #expect(status { $0.origin = "https://127.0.0.1:4101" } == nil)
    for other in ["http://evil.example", "http://127.0.0.1", "http://localhost:4101", "null", "", "file://"] {
      #expect(status { $0.origin = other } == 403, "\(other)")
    }
    #expect(status { $0.fetchSite = "none" } == nil)
    #expect(status { $0.fetchSite = "same-origin" } == nil)
    for other in ["cross-site", "same-site", "Cross-Site", "", "new-value"] {
      #expect(status { $0.fetchSite = other } == 403, "\(other)")
    }
  }

  @Test("A link elsewhere may lead to the page for people, and to nothing else")
  func links() {
    func link(isPage: Bool, mode: String, destination: String) -> Int? {
      status(isPage: isPage) {
        $0.fetchSite = "cross-site"
        $0.fetchMode = mode
        $0.fetchDestination = destination
      }
    }
    #expect(link(isPage: true, mode: "navigate", destination: "document") == nil)
    #expect(link(isPage: true, mode: "navigate", destination: "iframe") == 403)
    #expect(link(isPage: true, mode: "cors", destination: "document") == 403)
    #expect(link(isPage: false, mode: "navigate", destination: "document") == 403)
  }

  @Test("On this machine reading needs no token, from elsewhere it does")
  func peers() {
    for local in ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1", nil] {
      #expect(status { $0.peerAddress = local } == nil, "\(local ?? "a Unix domain socket")")
    }
    for remote in ["10.0.0.1", "::2", "::ffff:10.0.0.1", "192.0.2.1", "fe80::1", "what"] {
      #expect(status { $0.peerAddress = remote } == 401, "\(remote)")
    }
  }

  @Test("What a proxy on this machine passes on comes from elsewhere")
  func forwarded() {
    #expect(status { $0.isForwarded = true } == 401)
  }

  @Test("Only the whole token opens, by whichever spelling of the scheme")
  func token() {
    func with(_ authorization: String) -> Int? {
      status {
        $0.peerAddress = "10.0.0.1"
        $0.authorization = authorization
      }
    }
    #expect(with("Bearer \(secret)") == nil)
    #expect(with("bearer  \(secret)") == nil)
    for wrong in [
      "", "Bearer", "Bearer ", secret, "Basic \(secret)", "Bearer \(secret)0", "Bearer \(secret.dropLast())",
      "Bearer \(secret.uppercased())", "Bearer \(secret) x",
    ] {
      #expect(with(wrong) == 401, "\(wrong)")
    }
  }

  @Test("Where a load balancer passes on what others send, this machine reads by a token too, but for health")
  func behindALoadBalancer() {
    let guardian = RequestGuard(listenHost: "127.0.0.1", allowedHosts: [], trustsLoopback: false, tokens: tokens)
    var origin = RequestOrigin()
    origin.authority = "127.0.0.1:4101"
    origin.peerAddress = "127.0.0.1"
    #expect(guardian.refusal(of: origin, isPage: false, isHealth: false)?.status == 401)
    #expect(guardian.refusal(of: origin, isPage: false, isHealth: true) == nil)
    #expect(!guardian.isTrusted(origin))
    origin.authorization = "Bearer \(secret)"
    #expect(guardian.refusal(of: origin, isPage: false, isHealth: false) == nil)
  }

  @Test(
    "A named token reads and changes what its role is for",
    arguments: [
      (ControlRole.metrics, 403, 403), (.viewer, nil, 403), (.approver, nil, 403), (.admin, nil, nil),
    ] as [(ControlRole, Int?, Int?)])
  func roles(role: ControlRole, reading: Int?, changing: Int?) {
    let tokens = ControlTokens()
    tokens.setOwner(Secret(secret))
    let guardian = RequestGuard(listenHost: "0.0.0.0", allowedHosts: [], tokens: tokens)
    let text = CredentialText(new: .controlToken)
    var token = NamedToken(
      id: text.id, name: "anna", role: role, digest: text.digest,
      created: VirtualKey.Change(at: Timestamp(unixMicroseconds: 0), by: "test"))
    var origin = RequestOrigin()
    origin.authority = "127.0.0.1:4101"
    origin.peerAddress = "10.0.0.1"
    origin.authorization = "Bearer \(text.secret.exposed)"
    func read(_ needed: ControlRole) -> Int? {
      guardian.refusal(of: origin, isPage: false, isHealth: false, role: needed)?.status
    }
    func change() -> Int? {
      do throws(Problem) {
        let actor = try guardian.actor(
          changing: origin, contentType: "application/json", role: .admin, hasBody: true)
        return actor == Actor(name: "anna", role: .admin) ? nil : 0
      } catch {
        return error.status
      }
    }
    #expect(read(.metrics) == 401 && change() == 401, "it is not known yet")
    tokens.replace(with: [token])
    #expect(read(.metrics) == nil)
    #expect(read(.viewer) == reading)
    #expect(change() == changing)
    token.revoked = token.created
    tokens.replace(with: [token])
    #expect(read(.metrics) == 401 && change() == 401)
  }

  @Test("Probes read health from elsewhere without a token, but not as another site")
  func health() {
    #expect(status(isHealth: true) { $0.peerAddress = "10.0.0.1" } == nil)
    #expect(
      status(isHealth: true) {
        $0.peerAddress = "10.0.0.1"
        $0.fetchSite = "cross-site"
      } == 403)
  }
}

import Metering
import NIOCore
import Upstream

extension Call {
  /// Whether the whole body must be here before a byte goes upstream: a signature covers it.
  var isBodySigned: Bool { route.provider.signer != nil }

  /// The request as it goes upstream, signed where the operator gave the credentials for it.
  func upstreamRequest(body: UpstreamBody, at instant: Timestamp) -> UpstreamRequest {
    let provider = route.provider
    var request = UpstreamRequest(
      origin: provider.origin, method: method, target: route.target, headers: headers, body: body)
    if let signer = provider.signer {
      request.headers = signer.headers(
        signing: headers, method: method, origin: provider.origin, target: route.target, body: body.gathered,
        at: instant)
    }
    return request
  }
}

extension UpstreamBody {
  /// The body as far as it is here; nil for none, and for one that is still to come.
  fileprivate var gathered: ByteBuffer? {
    if case .buffered(let bytes) = self { bytes } else { nil }
  }
}

internal import CCurl

/// How far a transfer had come when libcurl ended it.
struct TransferProgress {
  var wasSent: Bool
  /// A byte of a response has come.
  var hasReplyBegun: Bool
  /// The final response's head has come.
  var hasHead: Bool
}

extension TransferFailure {
  /// What a result code of libcurl means. The same code means different things before the request went out, before the reply
  /// began, and within it. Nil: the transfer is whole.
  init?(_ code: CURLcode, _ progress: TransferProgress) {
    switch code {
    case CURLE_OK:
      if progress.hasHead { return nil }
      self = progress.wasSent ? .closedBeforeReply : .internalError
    case CURLE_URL_MALFORMAT: self = .badRequest
    case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_CONTENT_ENCODING:
      self = progress.wasSent ? .badFraming : .badRequest
    case CURLE_OUT_OF_MEMORY:
      // What 7.88 says of a header line over 100 KB.
      self = progress.wasSent && !progress.hasHead ? .headTooLarge : .internalError
    case CURLE_PARTIAL_FILE: self = progress.hasReplyBegun ? .brokenOff : .closedBeforeReply
    default:
      self = progress.wasSent ? Self.afterSending(progress) : Self.beforeSending(code)
    }
  }

  /// libcurl tries again on another connection when a reused one closes before a reply, and is stopped: then the code says how the
  /// second attempt failed, which is nobody's concern. What matters is that the first was sent and not answered.
  private static func afterSending(_ progress: TransferProgress) -> TransferFailure {
    progress.hasReplyBegun ? .brokenOff : .closedBeforeReply
  }

  private static func beforeSending(_ code: CURLcode) -> TransferFailure {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .nameNotResolved
    case CURLE_OPERATION_TIMEDOUT: .connectTimeout
    case CURLE_COULDNT_CONNECT, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_INTERFACE_FAILED: .connectFailed
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_SHUTDOWN_FAILED, CURLE_SSL_INVALIDCERTSTATUS,
      CURLE_SSL_PINNEDPUBKEYNOTMATCH, CURLE_USE_SSL_FAILED, CURLE_SSL_CLIENTCERT:
      .tlsFailed
    default: .internalError
    }
  }
}

import CCurl
import Testing

@testable import Upstream

/// What libcurl's codes mean, by how far the transfer had come.
@Suite struct CurlResultTests {
  private static let unsent = TransferProgress(wasSent: false, hasReplyBegun: false, hasHead: false)
  private static let sent = TransferProgress(wasSent: true, hasReplyBegun: false, hasHead: false)
  private static let begun = TransferProgress(wasSent: true, hasReplyBegun: true, hasHead: false)
  private static let headed = TransferProgress(wasSent: true, hasReplyBegun: true, hasHead: true)

  @Test func `a code means what the table says`() {
    let table: [(CURLcode, TransferProgress, TransferFailure?)] = [
      (CURLE_OK, Self.headed, nil), (CURLE_OK, Self.sent, .closedBeforeReply),
      (CURLE_COULDNT_RESOLVE_HOST, Self.unsent, .nameNotResolved), (CURLE_COULDNT_CONNECT, Self.unsent, .connectFailed),
      (CURLE_COULDNT_CONNECT, Self.sent, .closedBeforeReply), (CURLE_OPERATION_TIMEDOUT, Self.unsent, .connectTimeout),
      (CURLE_OPERATION_TIMEDOUT, Self.sent, .closedBeforeReply), (CURLE_SSL_CONNECT_ERROR, Self.unsent, .tlsFailed),
      (CURLE_PEER_FAILED_VERIFICATION, Self.unsent, .tlsFailed), (CURLE_GOT_NOTHING, Self.sent, .closedBeforeReply),
      (CURLE_RECV_ERROR, Self.unsent, .connectFailed), (CURLE_RECV_ERROR, Self.sent, .closedBeforeReply),
      (CURLE_RECV_ERROR, Self.begun, .brokenOff), (CURLE_RECV_ERROR, Self.headed, .brokenOff),
      (CURLE_SEND_ERROR, Self.sent, .closedBeforeReply), (CURLE_PARTIAL_FILE, Self.headed, .brokenOff),
      (CURLE_ABORTED_BY_CALLBACK, Self.sent, .closedBeforeReply),
      (CURLE_SEND_FAIL_REWIND, Self.sent, .closedBeforeReply),
      (CURLE_WEIRD_SERVER_REPLY, Self.begun, .badFraming), (CURLE_UNSUPPORTED_PROTOCOL, Self.sent, .badFraming),
      (CURLE_BAD_CONTENT_ENCODING, Self.begun, .badFraming), (CURLE_OUT_OF_MEMORY, Self.begun, .headTooLarge),
      (CURLE_OUT_OF_MEMORY, Self.unsent, .internalError), (CURLE_URL_MALFORMAT, Self.unsent, .badRequest),
      (CURLE_BAD_FUNCTION_ARGUMENT, Self.unsent, .internalError),
    ]
    for (code, progress, failure) in table {
      #expect(TransferFailure(code, progress) == failure, "code \(code.rawValue) at \(progress)")
    }
  }

  @Test func `no code turns a transfer without a head into a whole one`() {
    for value in 0..<100 as Range<UInt32> {
      for progress in [Self.unsent, Self.sent, Self.begun] {
        #expect(TransferFailure(CURLcode(rawValue: value), progress) != nil)
      }
    }
  }
}

import Metering
import Observability
import Testing

@Suite("retry-after")
struct RetryAfterTests {
  /// 2026-11-23T05:06:07Z
  private let now = Timestamp(unixMicroseconds: 1_795_410_367_000_000)

  @Test(
    "is seconds, or a date in any of the three forms that HTTP has",
    arguments: [
      ("7", 7), ("0", nil), ("-1", nil), ("+5", nil), ("", nil), ("1.5", nil), ("soon", nil),
      ("99999999999999999999", nil), ("9223372036854775807", Int64.max),
      ("Mon, 23 Nov 2026 05:06:17 GMT", 10), ("Tue, 24 Nov 2026 05:06:07 GMT", 86_400),
      ("Monday, 23-Nov-26 05:06:17 GMT", 10), ("Mon Nov 23 05:06:17 2026", 10), ("Tue Dec  1 05:06:07 2026", 691_200),
      ("Mon, 23 Nov 2026 05:06:07 GMT", nil), ("Sun, 06 Nov 1994 08:49:37 GMT", nil),
      ("Sunday, 06-Nov-94 08:49:37 GMT", nil),
      ("Mon, 23 Nov 2026 05:06:17", nil), ("Mon, 31 Nov 2026 05:06:17 GMT", nil),
      ("Mon, 23 Xyz 2026 05:06:17 GMT", nil),
      ("Mon, 23 Nov 2026 25:06:17 GMT", nil), ("Mon, 23 Nov 20266 05:06:17 GMT", nil),
      ("Mon, 23 Nov 2026 05:06 GMT", nil),
    ] as [(String, Int64?)])
  func forms(text: String, seconds: Int64?) {
    #expect(RetryAfter.seconds(text, now: now) == seconds, "\(text)")
  }

  @Test("rounds up, so that nobody comes too early")
  func roundsUp() {
    let early = Timestamp(unixMicroseconds: now.unixMicroseconds + 1)
    #expect(RetryAfter.seconds("Mon, 23 Nov 2026 05:06:17 GMT", now: early) == 10)
    let earlier = Timestamp(unixMicroseconds: now.unixMicroseconds - 1)
    #expect(RetryAfter.seconds("Mon, 23 Nov 2026 05:06:17 GMT", now: earlier) == 11)
  }
}

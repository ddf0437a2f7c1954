import Testing

@testable import Tollgate

@Suite("What serve says once it listens")
struct BannerTests {
  @Test("Options stand there only where the defaults do not do")
  func options() {
    let usual = Startup.Addresses(dataPlane: ListenSection().dataPlane, control: ListenSection().control)
    let text = Banner(usual, dataDirectory: "./tollgate-data").text
    #expect(text.contains("  export OPENAI_BASE_URL=http://127.0.0.1:4100/openai/v1\n"))
    #expect(text.contains("  tollgate report\n"))
    #expect(text.contains("tollgate env --agent NAME"))

    let other = Startup.Addresses(
      dataPlane: ListenAddress(host: "0.0.0.0", port: 80), control: ListenAddress(host: "::1", port: 81))
    let otherText = Banner(other, dataDirectory: "./tollgate-data").text
    #expect(otherText.contains("  export ANTHROPIC_BASE_URL=http://127.0.0.1:80/anthropic\n"))
    #expect(otherText.contains("tollgate env --listen 0.0.0.0:80 --agent NAME"))
    #expect(otherText.contains("  tollgate report --control http://[::1]:81\n"))
  }
}

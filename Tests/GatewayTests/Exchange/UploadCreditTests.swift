import Testing

@testable import Gateway

@Suite("The credit of a streamed upload")
struct UploadCreditTests {
  @Test("never lets more be read than the upstream has room for")
  func neverTooMuch() {
    var credit = UploadCredit()
    credit.begin()
    var room = 0
    var random = SplitMix(state: 7)
    for _ in 0..<10_000 {
      if random.next() % 2 == 0 {
        let granted = Int(random.next() % 50_000)
        room += granted
        _ = credit.add(granted)
      } else if !credit.holdRead() {
        let read = Int(random.next() % UInt64(UploadCredit.readBytesMax + 1))
        credit.spend(read)
        room -= read
      }
      #expect(room >= 0)
    }
  }

  @Test("says once that a read that was held back is due")
  func readIsDue() {
    var credit = UploadCredit()
    credit.begin()
    let isHeld = credit.holdRead()
    #expect(isHeld)
    let tooEarly = credit.add(UploadCredit.readBytesMax - 1)
    let due = credit.add(1)
    let again = credit.add(1)
    #expect(!tooEarly && due && !again)
  }

  @Test("holds nothing back outside an upload, and lets go at its end")
  func outside() {
    var credit = UploadCredit()
    let isHeldBefore = credit.holdRead()
    #expect(!isHeldBefore)
    credit.begin()
    _ = credit.holdRead()
    let isDue = credit.end()
    let isHeldAfter = credit.holdRead()
    #expect(isDue && !isHeldAfter)
  }
}

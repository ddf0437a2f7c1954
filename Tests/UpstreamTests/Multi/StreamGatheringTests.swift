import Glibc
import Testing

@testable import Upstream

/// Streams beside everything else, with pipes for sockets and times as arguments.
@Suite struct StreamGatheringTests {
  @Test func `while the thread keeps up, the main epoll tells that a stream is ready`() throws {
    let main = try Poller(eventsMax: 8)
    var streams = try StreamGathering()
    streams.begin(in: main)
    let pipe = Pipe()
    streams.watch(pipe.read)
    #expect(streams.contains(pipe.read))
    #expect(main.wait(milliseconds: 0) == 0)
    #expect(streams.takePortion(0) == 0)
    #expect(streams.deadline == nil)
    pipe.fill()
    #expect(main.wait(milliseconds: 0) == 1)
    #expect(main.event(0)?.descriptor == streams.poller.descriptor)
    streams.areReady = true
    #expect(streams.takePortion(0) == 1)
    #expect(streams.poller.event(0)?.descriptor == pipe.read)
    #expect(streams.takePortion(0) == 0)
    streams.ignore(pipe.read)
    #expect(!streams.contains(pipe.read))
    #expect(main.wait(milliseconds: 0) == 0)
  }

  @Test func `while it does not, streams are looked at once a round, and the main epoll says nothing of them`() throws {
    let main = try Poller(eventsMax: 8)
    var streams = try StreamGathering()
    streams.begin(in: main)
    let pipe = Pipe()
    pipe.fill()
    streams.watch(pipe.read)
    streams.setGathering(true, in: main)
    #expect(main.wait(milliseconds: 0) == 0)
    #expect(streams.deadline == 0)
    #expect(streams.takePortion(1000) == 1)
    #expect(streams.deadline == 1045)
    #expect(streams.takePortion(1044) == 0)
    #expect(streams.takePortion(1045) == 1)
    streams.setGathering(false, in: main)
    #expect(main.wait(milliseconds: 0) == 1)
    #expect(streams.deadline == nil)
  }

  @Test func `a round of many streams comes in portions, and ends however often they are ready again`() throws {
    let main = try Poller(eventsMax: 8)
    var streams = try StreamGathering()
    streams.begin(in: main)
    let pipes = (0..<300).map { _ in Pipe() }
    for pipe in pipes {
      pipe.fill()
      streams.watch(pipe.read)
    }
    streams.setGathering(true, in: main)
    var seen: Set<Int32> = []
    var portions: [Int] = []
    repeat {
      let count = streams.takePortion(1000)
      portions.append(count)
      for index in 0..<count { if let event = streams.poller.event(index) { seen.insert(event.descriptor) } }
    } while streams.deadline == .min && portions.count < 10
    #expect(portions == [128, 128, 128])
    #expect(seen == Set(pipes.map(\.read)))
    #expect(streams.deadline == 1045)
  }
}

private final class Pipe {
  let read: Int32
  private let write: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    _ = pipe(&ends)
    self.read = ends[0]
    self.write = ends[1]
  }

  deinit {
    close(self.read)
    close(self.write)
  }

  func fill() {
    var byte: UInt8 = 1
    _ = Glibc.write(self.write, &byte, 1)
  }
}

import Foundation
import GRDB
import Logging
import Metering

/// The thread that owns the connection which writes. No Swift concurrency: it waits for disks.
///
/// Unchecked: `store` is handed from the opening to the thread, and touched by nobody else afterwards.
final class Writer: @unchecked Sendable {
  private let database: DatabaseQueue
  private let core: LedgerCore
  private let setting: WriterLoop.Setting
  private var store: LedgerStore?

  init(database: DatabaseQueue, store: LedgerStore, core: LedgerCore, setting: WriterLoop.Setting) {
    self.database = database
    self.store = store
    self.core = core
    self.setting = setting
  }

  func start() {
    let thread = Thread { [self] in run() }
    thread.name = "ledger-writer"
    thread.stackSize = 1 << 20
    thread.start()
  }

  /// The connection's queue is occupied for as long as the ledger is open, so that every batch is spared the way there.
  private func run() {
    database.writeWithoutTransaction { _ in
      guard let store = store.take() else { return }
      var loop = WriterLoop(core: core, store: store, setting: setting)
      loop.run()
    }
    do {
      try database.close()
    } catch {
      core.logger.error("the database could not be closed", metadata: ["error": "\(error)"])
    }
    core.queue.writerIsDone()
  }
}

import Glibc

/// What the file system of the data directory has left.
struct DiskSpace {
  var directory: String
  /// Below this many free bytes no call is admitted.
  var reserveBytes: Int64

  /// An outage if the file system is read-only or short of space. Once it was short, twice the reserve must be free
  /// before it counts as over, so that a disk at the edge does not flap. A file system that tells no sizes is not
  /// judged.
  func outage(wasShort: Bool) -> Outage? {
    var status = statvfs()
    guard statvfs(directory, &status) == 0 else { return nil }
    if status.f_flag & UInt(ST_RDONLY) != 0 { return .readOnly(directory: directory) }
    guard status.f_blocks > 0 else { return nil }
    let (product, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int64(clamping: status.f_frsize))
    let available = overflow ? Int64.max : product
    guard available < (wasShort ? reserveBytes &* 2 : reserveBytes) else { return nil }
    return .lowSpace(directory: directory, availableBytes: available, reserveBytes: reserveBytes)
  }
}

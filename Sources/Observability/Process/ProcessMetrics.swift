internal import Glibc

extension MetricsRegistry {
  /// Makes the `process_` metrics that every Prometheus client library has, read from the kernel at each scrape.
  public func processMetrics() {
    reading(
      MetricDescriptor("process_cpu_seconds", unit: .seconds, help: "User and system CPU time spent."), .counter,
      read: ProcessStatistics.cpuTime)
    reading(
      MetricDescriptor("process_resident_memory_bytes", unit: .bytes, help: "Resident memory size."), .gauge,
      read: ProcessStatistics.residentMemory)
    reading(
      MetricDescriptor("process_virtual_memory_bytes", unit: .bytes, help: "Virtual memory size."), .gauge,
      read: ProcessStatistics.virtualMemory)
    reading(
      MetricDescriptor("process_open_fds", help: "Open file descriptors."), .gauge,
      read: ProcessStatistics.openDescriptors)
    reading(
      MetricDescriptor("process_max_fds", help: "File descriptors that may be open at once."), .gauge,
      read: ProcessStatistics.descriptorsMax)
    if let start = ProcessStatistics.startTime() {
      reading(
        MetricDescriptor(
          "process_start_time_seconds", unit: .seconds, help: "Start of the process in seconds since the Unix epoch."),
        .gauge, read: { start })
    }
  }
}

/// What Linux tells about the process it runs (man 5 proc).
private enum ProcessStatistics {
  static func cpuTime() -> MetricReading? {
    var usage = rusage()
    guard getrusage(RUSAGE_SELF.rawValue, &usage) == 0 else { return nil }
    let seconds = Int64(usage.ru_utime.tv_sec) + Int64(usage.ru_stime.tv_sec)
    let microseconds = Int64(usage.ru_utime.tv_usec) + Int64(usage.ru_stime.tv_usec)
    return MetricReading(seconds * 1_000_000 + microseconds, fractionDigits: 6)
  }

  static func residentMemory() -> MetricReading? { pages(field: 1) }

  static func virtualMemory() -> MetricReading? { pages(field: 0) }

  private static func pages(field: Int) -> MetricReading? {
    guard let text = contents(of: "/proc/self/statm") else { return nil }
    let fields = text.split(separator: " ")
    guard fields.indices.contains(field), let pages = Int64(fields[field]) else { return nil }
    return MetricReading(pages * Int64(sysconf(Int32(_SC_PAGESIZE))))
  }

  static func openDescriptors() -> MetricReading? {
    guard let directory = opendir("/proc/self/fd") else { return nil }
    defer { closedir(directory) }
    var entries: Int64 = 0
    while readdir(directory) != nil { entries += 1 }
    // Without `.`, `..` and the descriptor of the directory itself.
    return MetricReading(max(0, entries - 3))
  }

  static func descriptorsMax() -> MetricReading? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
    return MetricReading(Int64(clamping: limit.rlim_cur))
  }

  /// The kernel gives the start in clock ticks since boot, and the boot in whole seconds.
  static func startTime() -> MetricReading? {
    guard let stat = contents(of: "/proc/self/stat"), let system = contents(of: "/proc/stat") else { return nil }
    // The second field is the program's name in parentheses, which may hold spaces; the start is field 22.
    guard let nameEnd = stat.lastIndex(of: ")") else { return nil }
    let fields = stat[nameEnd...].split(separator: " ")
    guard fields.count > 20, let ticks = Int64(fields[20]) else { return nil }
    guard let line = system.split(separator: "\n").first(where: { $0.hasPrefix("btime ") }) else { return nil }
    guard let boot = Int64(line.dropFirst("btime ".count)) else { return nil }
    let ticksPerSecond = Int64(sysconf(Int32(_SC_CLK_TCK)))
    guard ticksPerSecond > 0 else { return nil }
    return MetricReading(boot * 100 + ticks * 100 / ticksPerSecond, fractionDigits: 2)
  }

  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while bytes.count < 1_048_576 {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

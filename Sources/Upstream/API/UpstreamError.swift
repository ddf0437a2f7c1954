/// Why a client cannot be made.
public enum UpstreamError: Error, CustomStringConvertible {
  case noDescriptor(errno: Int32)
  case noThread
  /// libcurl cannot be set up: out of memory, say.
  case curl(String)
  case caFileNotReadable(path: String)

  public var description: String {
    switch self {
    case .noDescriptor(let errno): "no descriptor for a curl thread (errno \(errno)): raise the limit of open files"
    case .noThread: "the system has no thread for libcurl: raise the limit of threads"
    case .curl(let text): "libcurl cannot be set up: \(text)"
    case .caFileNotReadable(let path): "the file of CA certificates cannot be read: \(path)"
    }
  }
}

/// How large a request's head may be. NIO's decoder is to be given the same limits, since its own are 2 MiB.
public enum HeadLimits {
  /// Request line and all fields.
  public static let headBytesMax = 64 * 1024
  /// Name and value of one field; also the request target.
  public static let fieldBytesMax = 16 * 1024
  public static let fieldsMax = 128

  static let explanation =
    "The request's head is too large: at most 64 KiB in all, 128 fields, and 16 KiB a field are taken."
}

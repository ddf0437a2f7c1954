internal import CCurl
import Glibc

/// What libcurl calls back. Each function finds its ``EasyTransfer`` behind the pointer that libcurl carries: the thread holds it for as
/// long as libcurl knows the handle. None of them calls libcurl.
extension EasyOptions {
  mutating func setCallbacks(
    _ transfer: UnsafeMutableRawPointer, errorText: UnsafeMutablePointer<CChar>, refusesLookups: Bool
  ) {
    self.set(CURLOPT_PRIVATE, pointer: transfer)
    self.set(CURLOPT_ERRORBUFFER, pointer: errorText)
    self.set(CURLOPT_WRITEDATA, pointer: transfer)
    self.set(CURLOPT_HEADERDATA, pointer: transfer)
    self.set(CURLOPT_READDATA, pointer: transfer)
    self.set(CURLOPT_PREREQDATA, pointer: transfer)
    self.set(CURLOPT_OPENSOCKETDATA, pointer: transfer)
    self.note(ccurl_set_write_function(self.handle, CURLOPT_WRITEFUNCTION, onBody))
    self.note(ccurl_set_write_function(self.handle, CURLOPT_HEADERFUNCTION, onHeaderLine))
    self.note(ccurl_set_read_function(self.handle, onUpload))
    self.note(ccurl_set_prereq_function(self.handle, onRequest))
    self.note(ccurl_set_opensocket_function(self.handle, onOpenSocket))
    if refusesLookups { self.note(ccurl_set_resolver_start_function(self.handle, onResolverStart)) }
  }
}

private func transfer(_ pointer: UnsafeMutableRawPointer?) -> EasyTransfer? {
  guard let pointer else { return nil }
  return Unmanaged<EasyTransfer>.fromOpaque(pointer).takeUnretainedValue()
}

private let onBody: curl_write_callback = { bytes, _, count, pointer in
  guard let transfer = transfer(pointer) else { return 0 }
  switch transfer.receiveBody(UnsafeRawBufferPointer(start: bytes, count: count)) {
  case .taken: return count
  case .paused: return Int(CURL_WRITEFUNC_PAUSE)
  // Fewer than were offered: the transfer ends.
  case .refused: return count == 0 ? 1 : 0
  }
}

private let onHeaderLine: curl_write_callback = { bytes, _, count, pointer in
  guard let transfer = transfer(pointer) else { return 0 }
  return transfer.receiveHeaderLine(UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

private let onUpload: curl_read_callback = { bytes, size, count, pointer in
  guard let transfer = transfer(pointer) else { return Int(CURL_READFUNC_ABORT) }
  switch transfer.sendBody(into: UnsafeMutableRawBufferPointer(start: bytes, count: size &* count)) {
  case .bytes(let count): return count
  case .paused: return Int(CURL_READFUNC_PAUSE)
  case .finished: return 0
  case .refused: return Int(CURL_READFUNC_ABORT)
  }
}

private let onRequest: curl_prereq_callback = { pointer, remoteAddress, _, remotePort, localPort in
  guard let transfer = transfer(pointer) else { return CURL_PREREQFUNC_ABORT }
  let connection = ConnectionName(
    localPort: localPort, remotePort: remotePort, remoteAddress: remoteAddress.map { String(cString: $0) } ?? "")
  return transfer.maySend(on: connection) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

private let onOpenSocket: curl_opensocket_callback = { pointer, _, address in
  guard let transfer = transfer(pointer), let address, transfer.mayConnect(to: NetworkAddress(address)) else {
    return CURL_SOCKET_BAD
  }
  let descriptor = socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
  transfer.opened.append(descriptor)
  return descriptor
}

/// Every name is resolved before libcurl hears of it: where it would ask all the same, the transfer fails instead of the thread. (It is
/// called for an address too, which libcurl reads without asking anyone: those do without it.)
private let onResolverStart: curl_resolver_start_callback = { _, _, _ in 1 }

import Glibc

/// A TLS server on loopback, in a child process of Python, with certificates that openssl makes for the occasion:
/// one for `localhost`, and one that has expired.
final class TLSServer: Sendable {
  /// With the certificate that is good.
  let port: Int
  /// With the one that has expired.
  let expiredPort: Int
  let caFile: String
  private let process: pid_t

  /// Nil where this machine lacks openssl or python3.
  init?() {
    let folder = "/tmp/tollgate-tls-test-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0, let process = Self.spawn(folder, output: ends[1]) else { return nil }
    close(ends[1])
    defer { close(ends[0]) }
    var line = ""
    var byte: UInt8 = 0
    while read(ends[0], &byte, 1) == 1, byte != 10 { line.unicodeScalars.append(Unicode.Scalar(byte)) }
    let ports = line.split(separator: " ").compactMap { Int($0) }
    guard ports.count == 2 else {
      var status: Int32 = 0
      waitpid(process, &status, 0)
      return nil
    }
    self.port = ports[0]
    self.expiredPort = ports[1]
    self.caFile = "\(folder)/ca.pem"
    self.process = process
  }

  func stop() {
    kill(self.process, SIGTERM)
    var status: Int32 = 0
    waitpid(self.process, &status, 0)
  }

  private static func spawn(_ folder: String, output: Int32) -> pid_t? {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    let words = ["/bin/sh", "-c", self.script, "tls-server", folder, self.server]
    var arguments = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var process = pid_t()
    return posix_spawn(&process, "/bin/sh", &actions, nil, &arguments, environ) == 0 ? process : nil
  }

  private static let script = """
    set -e
    command -v openssl >/dev/null && command -v python3 >/dev/null
    mkdir -m 700 "$1"; cd "$1"
    exec 2>log
    key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
    openssl req -x509 $key -keyout ca.key -out ca.pem -days 30 -subj "/CN=Test CA" >&2
    openssl req $key -keyout server.key -out server.csr -subj /CN=localhost -addext subjectAltName=DNS:localhost >&2
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -copy_extensions copy -out good.pem >&2
    touch index.txt; echo 01 >serial
    printf '%s\\n' '[ca]' default_ca=d '[d]' database=index.txt new_certs_dir=. serial=serial default_md=sha256 \\
      policy=p copy_extensions=copy '[p]' commonName=supplied >ca.cnf
    openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -in server.csr -out expired.pem -notext \\
      -startdate 20200101000000Z -enddate 20200102000000Z >&2
    exec python3 -c "$2"
    """

  /// Says on each request whether the TLS session was resumed and how many requests came before it on the connection; `/cut` breaks the
  /// connection off without TLS's own end.
  private static let server = """
    import os, shutil, signal, socket, ssl, sys, threading
    def stop(*_):
        shutil.rmtree(os.getcwd(), ignore_errors=True)
        os._exit(0)
    signal.signal(signal.SIGTERM, stop)
    def serve(connection):
        count = 0
        data = b''
        while True:
            while b'\\r\\n\\r\\n' not in data:
                part = connection.recv(65536)
                if not part: return
                data += part
            head, data = data.split(b'\\r\\n\\r\\n', 1)
            if b'/cut' in head:
                connection.sendall(b'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n4\\r\\npart\\r\\n')
                socket.socket.close(connection)
                return
            body = f'{connection.session_reused} {count}'.encode()
            close = b'/close' in head
            connection.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n%s\\r\\n' % (
                len(body), b'Connection: close\\r\\n' if close else b'') + body)
            if close:
                connection.unwrap()
                return
            count += 1
    def run(context, plain):
        try: serve(context.wrap_socket(plain, server_side=True))
        except OSError: pass
        finally: plain.close()
    def listen(certificate):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, 'server.key')
        listener = socket.create_server(('127.0.0.1', 0))
        def accept():
            while True:
                plain, _ = listener.accept()
                threading.Thread(target=run, args=(context, plain), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        return listener.getsockname()[1]
    print(listen('good.pem'), listen('expired.pem'), flush=True)
    signal.pause()
    """
}

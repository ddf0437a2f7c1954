import Metering
import NIOSSL
import Synchronization

/// The certificate and key of a port that ends TLS itself: those in force, which others take the place of when the files change.
/// Connections keep what they began with.
final class ServerCertificate: Sendable {
  private struct State {
    var loaded: LoadedCertificate
    /// What the files were when they were read last, whether they were taken or not.
    var lookedAt: TransportSecurity.Files.Fingerprint
  }

  let files: TransportSecurity.Files
  /// Of the configuration, for messages: `tls` or `control.tls`.
  private let path: String
  private let state: Mutex<State>

  /// - Throws: ``CommandFailure`` where the files are not a certificate and its key.
  init(_ files: TransportSecurity.Files, path: String) throws(CommandFailure) {
    self.files = files
    self.path = path
    let lookedAt = files.fingerprint()
    state = Mutex(State(loaded: try LoadedCertificate(files, path: path), lookedAt: lookedAt))
  }

  /// Gives what a new connection is secured with.
  var provider: @Sendable () -> NIOSSLContext {
    return { self.state.withLock { $0.loaded.context } }
  }

  /// When the one in force ends.
  var endsAt: Timestamp { state.withLock { $0.loaded.endsAt } }

  /// Whether the files are others than those that were read last.
  func isOutdated(by fingerprint: TransportSecurity.Files.Fingerprint) -> Bool {
    state.withLock { $0.lookedAt != fingerprint }
  }

  /// Reads the files again, and puts them in force.
  ///
  /// - Throws: ``CommandFailure`` where they are not in order, or have expired; then those before them stay in force.
  func reload(at now: Timestamp) throws(CommandFailure) {
    let lookedAt = files.fingerprint()
    state.withLock { $0.lookedAt = lookedAt }
    let loaded = try LoadedCertificate(files, path: path)
    guard loaded.endsAt > now else {
      throw CommandFailure("\(path).cert: \(files.certificate) holds a certificate that has expired")
    }
    state.withLock { $0.loaded = loaded }
  }
}

/// A certificate and its key, as they were read.
private struct LoadedCertificate: Sendable {
  let context: NIOSSLContext
  let endsAt: Timestamp

  init(_ files: TransportSecurity.Files, path: String) throws(CommandFailure) {
    func failure(_ key: String, _ file: String, _ what: String) -> CommandFailure {
      CommandFailure("\(path).\(key): \(file) \(what)", exitCode: .badConfiguration)
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(files.certificate), let own = certificates.first else {
      throw failure("cert", files.certificate, "holds no certificate in PEM form")
    }
    guard let key = try? NIOSSLPrivateKey(file: files.key, format: .pem) else {
      throw failure("key", files.key, "holds no private key in PEM form that needs no passphrase")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw failure("key", files.key, "is not the key of the certificate \(files.certificate)")
    }
    self.context = context
    endsAt = Timestamp(unixMicroseconds: Int64(own.notValidAfter) &* 1_000_000)
  }
}

import NIOSSL

extension TransportSecurity.Files {
  /// What a port that ends TLS itself is configured with.
  ///
  /// - Parameter path: of the configuration, for messages: `tls` or `control.tls`.
  /// - Throws: ``CommandFailure`` where the files are not a certificate and its key.
  func serverConfiguration(path: String) throws(CommandFailure) -> TLSConfiguration {
    func failure(_ key: String, _ file: String, _ what: String) -> CommandFailure {
      CommandFailure("\(path).\(key): \(file) \(what)", exitCode: .badConfiguration)
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(certificate), !certificates.isEmpty else {
      throw failure("cert", certificate, "holds no certificate in PEM form")
    }
    guard let key = try? NIOSSLPrivateKey(file: self.key, format: .pem) else {
      throw failure("key", self.key, "holds no private key in PEM form that needs no passphrase")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    guard (try? NIOSSLContext(configuration: configuration)) != nil else {
      throw failure("key", self.key, "is not the key of the certificate \(certificate)")
    }
    return configuration
  }
}

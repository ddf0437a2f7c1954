// swift-tools-version: 6.2
import PackageDescription

/// Every target of the project is held to the same rules; see "Building" in the README.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
  .treatWarning("DeprecatedDeclaration", as: .warning),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The modules, from the one that knows least to the one that wires everything. A target imports only what stands above it.
let package = Package(
  name: "tollgate",
  platforms: [.macOS(.v26)],
  products: [
    .executable(name: "tollgate", targets: ["Tollgate"]),
    // For Tests/Benchmarks, a package of its own.
    .library(name: "TollgateModules", targets: ["JSON", "Metering", "Tokenizers", "Dialects", "Ledger"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlidec", providers: [.apt(["libbrotli-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CCurl", dependencies: ["CLibcurl"]),
    .target(name: "CPriceBook"),
    .target(name: "CVocabularies", exclude: ["Files"]),
    .target(name: "JSON", swiftSettings: strict),
    .target(name: "Metering", dependencies: ["JSON"], swiftSettings: strict),
    .target(name: "Tokenizers", dependencies: ["CVocabularies"], swiftSettings: strict),
    .target(name: "Dialects", dependencies: ["JSON", "Metering", "Tokenizers"], swiftSettings: strict),
    .target(name: "Budgets", dependencies: ["Metering"], swiftSettings: strict),
    .target(name: "Runs", dependencies: ["Budgets", "Dialects", "Metering"], swiftSettings: strict),
    .target(name: "Observability", dependencies: ["Metering", "Runs", logging], swiftSettings: strict),
    .target(
      name: "Ledger",
      dependencies: ["Budgets", "Metering", "Observability", "Runs", crypto, grdb, grdbSQLite, logging],
      swiftSettings: strict),
    .target(name: "Upstream", dependencies: ["CCurl", "Observability", nioCore, logging], swiftSettings: strict),
    .target(
      name: "Escalation",
      dependencies: [
        "Budgets", "JSON", "Metering", "Observability", "Ledger", "Runs", "Upstream", crypto, lifecycle, logging,
        nioCore,
      ],
      swiftSettings: strict),
    .target(
      name: "Gateway",
      dependencies: [
        "CBrotli", "CZlib", "CZstd", "JSON", "Budgets", "Dialects", "Metering", "Observability", "Ledger", "Runs",
        "Tokenizers", "Upstream",
        crypto, nioCore, nioPosix, nioHTTP1, nioSSL, nioTLS, logging,
      ],
      swiftSettings: strict),
    .target(
      name: "Control",
      dependencies: [
        "JSON", "Budgets", "Metering", "Observability", "Ledger", "Escalation", "Runs", hummingbird, hummingbirdCore,
        httpTypes,
        lifecycle, logging, nioCore, nioSSL,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "Tollgate",
      dependencies: [
        "CPriceBook", "JSON", "Budgets", "Dialects", "Metering", "Observability", "Ledger", "Upstream", "Escalation",
        "Gateway",
        "Control", "Runs",
        argumentParser,
        hummingbird, lifecycle, unixSignals, logging, nioCore, nioPosix, nioHTTP1, nioSSL, yams,
      ],
      swiftSettings: strict),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
    .testTarget(
      name: "MeteringTests", dependencies: ["CPriceBook", "JSON", "Metering"], exclude: ["Fixtures"],
      swiftSettings: strict),
    .testTarget(name: "TokenizersTests", dependencies: ["Tokenizers"], exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(name: "DialectsTests", dependencies: ["Dialects", "Metering", "Tokenizers"], swiftSettings: strict),
    .testTarget(
      name: "BudgetsTests", dependencies: ["Budgets", "Metering"], exclude: ["Fixtures"], swiftSettings: strict),
    .testTarget(
      name: "RunsTests", dependencies: ["Budgets", "Dialects", "Metering", "Runs", "Tokenizers"],
      swiftSettings: strict),
    .testTarget(
      name: "ObservabilityTests", dependencies: ["Observability", "Metering", logging], swiftSettings: strict),
    .testTarget(
      name: "LedgerTests",
      dependencies: ["Budgets", "Ledger", "Metering", "Observability", "Runs", grdbSQLite, logging],
      swiftSettings: strict),
    .testTarget(name: "UpstreamTests", dependencies: ["CCurl", "Upstream", nioCore, nioPosix], swiftSettings: strict),
    .testTarget(
      name: "EscalationTests",
      dependencies: [
        "Budgets", "Escalation", "JSON", "Ledger", "Metering", "Observability", "Runs", "Upstream", crypto, logging,
        nioCore, nioPosix,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "GatewayTests",
      dependencies: [
        "CPriceBook", "Gateway", "Budgets", "Dialects", "Ledger", "Metering", "Observability", "Tokenizers", "Upstream",
        nioCore, nioHTTP1, nioEmbedded,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ControlTests",
      dependencies: [
        "Budgets", "Control", "Dialects", "Escalation", "JSON", "Ledger", "Metering", "Observability", "Runs",
        lifecycle, logging,
        nioCore,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "TollgateTests",
      dependencies: [
        "Tollgate", "Budgets", "Dialects", "Escalation", "Gateway", "Ledger", "Metering", "Observability", "Upstream",
        logging,
      ],
      swiftSettings: strict),
    .testTarget(name: "StyleTests", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

/// Whether this is the build of `make fuzz`: our modules then count what inputs reach, and there is one
/// program more.
let fuzzing = Context.environment["WAYBILL_FUZZ"] == "1"

/// What every target of ours is built with: Swift 6 mode, and no warning survives.
let strict: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
  ] + (fuzzing ? [.unsafeFlags(["-sanitize=fuzzer"])] : [])

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let database: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let yaml: Target.Dependency = .product(name: "Yams", package: "Yams")

/// A library of ours. Which module may import which is held by `make lint` (docs/ARCHITECTURE.md).
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + [argumentParser, system], swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestKit"], swiftSettings: strict)
}

let package = Package(
  name: "waybill",
  products: [
    .executable(name: "waybill-centre", targets: ["waybill-centre"]),
    .executable(name: "waybill-site", targets: ["waybill-site"]),
    .executable(name: "waybill-courier", targets: ["waybill-courier"]),
    .executable(name: "waybill-tuf", targets: ["waybill-tuf"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(
      name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

    library("Intents", []),
    library("Trust", ["Intents", "CSodium", crypto, cryptoExtras]),
    library("HTTP", ["Intents", "CCurl"]),
    library("Bundles", ["Intents", "Trust", "CArchive", "CLinux", "CZstd", system]),
    library("Distribution", ["Intents", "Trust", "Bundles", "HTTP", system]),
    library("Centre", ["Intents", "Trust", "Bundles", database, yaml, logging, system]),
    library(
      "Site", ["Intents", "Trust", "Bundles", "Distribution", database, yaml, logging, system]),
    library("Terminal", ["Intents", "Trust", "Bundles", argumentParser, logging, system]),
    program("waybill-centre", ["Terminal", "Centre", "Bundles", "Trust", "Intents", logging]),
    program(
      "waybill-site", ["Terminal", "Site", "Distribution", "Bundles", "Trust", "Intents", logging]),
    program("waybill-courier", ["Terminal", "Bundles", "Trust", "Intents"]),
    program("waybill-tuf", ["Terminal", "HTTP", "Bundles", "Trust", "Intents"]),

    .target(
      name: "TestKit", dependencies: ["Intents", "Trust", "Bundles", crypto, cryptoExtras, system],
      path: "Tests/TestKit",
      swiftSettings: strict),
    tests("IntentsTests", ["Intents"]),
    tests("TrustTests", ["Trust", "Intents"]),
    tests("HTTPTests", ["HTTP", "Intents", system]),
    tests("BundlesTests", ["Bundles", "Trust", "Intents", system]),
    tests("DistributionTests", ["Distribution", "Bundles", "Trust", "Intents", system]),
    tests("CentreTests", ["Centre", "Bundles", "Trust", "Intents", database, system]),
    tests("SiteTests", ["Site", "Distribution", "Bundles", "Trust", "Intents", database, system]),
    tests("TerminalTests", ["Terminal", "Trust", "Intents"]),
    tests(
      "CommandTests",
      [
        "Trust", "Intents", "Bundles", "Centre", "Site", "waybill-centre", "waybill-site",
        "waybill-courier", "waybill-tuf", database, system,
      ]),

    .target(
      name: "FuzzTargets", dependencies: ["Centre", "Bundles", "Trust", "Intents", "TestKit"],
      path: "Tests/Fuzz", exclude: ["corpus", "Program"], swiftSettings: strict),
    tests("FuzzTests", ["FuzzTargets", system]),
  ]
)

if Context.environment["WAYBILL_BENCH"] == "1" {
  package.targets.append(
    .executableTarget(
      name: "waybill-micro", dependencies: ["Bundles", "Trust", "Intents", system],
      path: "Benchmarks/Micro", swiftSettings: strict))
}

if fuzzing {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/Program/CFuzzer"),
    .executableTarget(
      name: "waybill-fuzz", dependencies: ["FuzzTargets", "CFuzzer"], path: "Tests/Fuzz/Program",
      exclude: ["CFuzzer"], swiftSettings: strict,
      // gold, which Swift links with by default, crashes on libFuzzer.
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
  ]
  // Of the centre only what reads files from outside is fuzzed, and that needs no database: minutes less.
  for target in package.targets where target.name == "Centre" {
    target.sources = [
      "Backup/BackupListing.swift", "Ceremony/Ceremony.swift", "Ceremony/CeremonyRequest.swift",
      "Ceremony/PublicKeyFile.swift", "Configuration", "CentreLimits.swift", "CentreReason.swift",
    ]
    target.dependencies = ["Intents", "Trust", "Bundles", system, yaml]
  }
}

// swift-tools-version: 6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("ExistentialAny"),
]

let package = Package(
  name: "cargo-script",
  products: [
    .executable(name: "cargo-script", targets: ["Host"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // The C boundary.
    .systemLibrary(
      name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"])]),
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .target(name: "CCurl"),
    .target(name: "CPlatform"),
    .target(name: "CCSV"),
    .target(name: "CDemoData", exclude: ["companies.csv", "integrations.csv", "actions.csv"]),
    .target(name: "CJSON", linkerSettings: [.linkedLibrary("simdjson")]),
    .target(
      name: "CPrelude",
      exclude: [
        "batch.lua", "csv.lua", "each.lua", "http.lua", "modules.lua", "progress.lua", "report.lua",
        "tasks.lua", "waterfall.lua", "where.lua",
      ]),
    .target(name: "CLuaHost", dependencies: ["CLua", "CJSON", "CCSV"]),
    .target(name: "CJavaScript", exclude: ["evaluate.js", "lenient.js"]),

    // The house, from the ground up.
    .target(name: "SQLite", dependencies: ["CSQLite"], swiftSettings: swiftSettings),
    .target(
      name: "CargoClient", dependencies: ["CCurl", "CJSON", "CPlatform"],
      swiftSettings: swiftSettings),
    .target(
      name: "LocalWorkspace", dependencies: ["CargoClient", "SQLite", "CCSV", "CDemoData"],
      swiftSettings: swiftSettings),
    .target(
      name: "Evaluation",
      dependencies: ["LocalWorkspace", "CargoClient", "CJavaScript", "CPlatform"],
      swiftSettings: swiftSettings),
    .target(
      name: "Runtime", dependencies: ["CargoClient", "SQLite", "CCSV", "CPlatform"],
      swiftSettings: swiftSettings),
    .target(
      name: "Bindings", dependencies: ["Runtime", "CargoClient", "CLuaHost", "CLua", "CPrelude"],
      swiftSettings: swiftSettings),
    .executableTarget(
      name: "Host",
      dependencies: [
        "Bindings", "Runtime", "LocalWorkspace", "Evaluation", "CargoClient",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: swiftSettings),
    // Writes docs/reference; no part of the command.
    .executableTarget(
      name: "ReferencePages", dependencies: ["LocalWorkspace", "CargoClient"],
      swiftSettings: swiftSettings),

    // Tests, one folder per target.
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite"], swiftSettings: swiftSettings),
    .testTarget(
      name: "CargoClientTests", dependencies: ["CargoClient"], swiftSettings: swiftSettings),
    .testTarget(
      name: "LocalWorkspaceTests",
      dependencies: ["LocalWorkspace", "Evaluation", "CargoClient", "SQLite", "Host"],
      swiftSettings: swiftSettings),
    // Host, because its binary is the helper that evaluates.
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "LocalWorkspace", "CargoClient", "Host"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "RuntimeTests", dependencies: ["Runtime"], exclude: ["GTM/websites.tsv"],
      swiftSettings: swiftSettings),
    .testTarget(
      name: "BindingsTests", dependencies: ["Bindings", "CLuaHost", "CLua"],
      swiftSettings: swiftSettings),
    .testTarget(name: "HostTests", dependencies: ["Host"], swiftSettings: swiftSettings),
    .testTarget(
      name: "Acceptance", dependencies: ["Host"], exclude: ["fixtures", "specs"],
      swiftSettings: swiftSettings),
  ],
  cxxLanguageStandard: .cxx17
)

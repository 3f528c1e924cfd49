// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "satis-operator",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "satis-operator", targets: ["satis-operator"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  // From the top of the house to its cellar: a target depends on those below it only.
  targets: [
    .executableTarget(
      name: "satis-operator",
      dependencies: [
        "ControllerRuntime",
        "SatisAPI",
        "SatisController",
        "SatisPlugin",
        "SatisStatusPage",
        "SatisWebhook",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]
    ),
    .target(
      name: "SatisWebhook",
      dependencies: [
        "SatisAPI",
        "ControllerRuntime",
        "KubernetesClient",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .target(
      name: "SatisPlugin",
      dependencies: [
        "SatisAPI",
        "SatisController",
        "KubernetesClient",
        .product(name: "Yams", package: "Yams"),
      ],
      // Links to `crds`, so that what is checked before an object is applied is what the server checks.
      resources: [.embedInCode("Schemas")]
    ),
    .target(
      name: "SatisStatusPage",
      dependencies: [
        "SatisAPI",
        "ControllerRuntime",
        "KubernetesClient",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Page")]
    ),
    .target(
      name: "SatisController",
      dependencies: [
        "SatisAPI",
        "ControllerRuntime",
        "KubernetesClient",
        "Curl",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Runner")]
    ),
    .target(
      name: "SatisAPI",
      dependencies: ["KubernetesClient", .product(name: "Crypto", package: "swift-crypto")]
    ),
    .target(
      name: "ControllerRuntime",
      dependencies: [
        "KubernetesClient",
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]
    ),
    .target(
      name: "KubernetesClient",
      dependencies: [
        "Curl",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ]
    ),
    .target(name: "Curl", dependencies: ["CCurlShims"]),
    .target(name: "CCurlShims", dependencies: ["CCurl"]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .testTarget(name: "CurlTests", dependencies: ["Curl", "CCurl"]),
    .testTarget(
      name: "KubernetesClientTests",
      dependencies: [
        "KubernetesClient",
        "Curl",
        "SeededRandom",
        "TestSupport",
        .product(name: "InMemoryLogging", package: "swift-log"),
        .product(name: "Logging", package: "swift-log"),
      ]
    ),
    .testTarget(
      name: "ControllerRuntimeTests",
      dependencies: [
        "ControllerRuntime",
        "Curl",
        "SeededRandom",
        "TestSupport",
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
      ]
    ),
    .testTarget(
      name: "SatisAPITests",
      dependencies: ["SatisAPI", "SeededRandom", "TestSupport", .product(name: "Yams", package: "Yams")]
    ),
    .systemLibrary(name: "CMalloc", path: "Tests/CMalloc"),
    .testTarget(
      name: "APIServerTests",
      dependencies: [
        "CMalloc",
        "ControllerRuntime",
        "Curl",
        "SatisController",
        "SatisStatusPage",
        "SatisWebhook",
        "SeededRandom",
        "TestSupport",
        "satis-operator",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "InMemoryLogging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ]
    ),
    .testTarget(
      name: "PodTests",
      dependencies: [
        "Curl",
        "SatisAPI",
        "SeededRandom",
        "TestSupport",
        "satis-operator",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
      ]
    ),
    .target(name: "SeededRandom", path: "Tests/SeededRandom"),
    .target(
      name: "TestSupport",
      dependencies: [
        "ControllerRuntime",
        "SatisAPI",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/TestSupport"
    ),
    // Two programs, as the first is compiled in a minute and the second in ten where a sanitizer has to be built in.
    .executableTarget(
      name: "fuzz-watch", dependencies: ["FuzzSupport", "KubernetesClient"], path: "Tests/Fuzz/Watch"
    ),
    .executableTarget(
      name: "fuzz-webhook",
      dependencies: [
        "FuzzSupport",
        "KubernetesClient",
        "SatisAPI",
        "SatisWebhook",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      path: "Tests/Fuzz/Webhook"
    ),
    .target(name: "FuzzSupport", dependencies: ["SeededRandom"], path: "Tests/Fuzz/Support"),
    .executableTarget(
      name: "benchmarks",
      dependencies: [
        "Curl",
        "KubernetesClient",
        "SatisAPI",
        "SatisController",
        "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Benchmarks",
      // Programs in other languages, which `run` builds.
      exclude: ["run", "install", "Peers/client-go", "Peers/kopf"]
    ),
    .testTarget(name: "BenchmarkTests", dependencies: ["benchmarks", "TestSupport"]),
    .testTarget(
      name: "SatisControllerTests",
      dependencies: [
        "Curl",
        "SatisController",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "MetricsTestKit", package: "swift-metrics"),
      ]
    ),
    .executableTarget(
      name: "simulate",
      dependencies: [
        "Curl",
        "SatisController",
        "SeededRandom",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/Simulation"
    ),
    .testTarget(
      name: "SatisPluginTests",
      dependencies: [
        "SatisPlugin",
        "SeededRandom",
        "TestSupport",
        "satis-operator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ]
    ),
    .testTarget(
      name: "SatisStatusPageTests",
      dependencies: [
        "SatisStatusPage",
        "satis-operator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ]
    ),
    .testTarget(
      name: "SatisWebhookTests",
      dependencies: [
        "SatisWebhook",
        "satis-operator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "InMemoryLogging", package: "swift-log"),
      ],
      // Calls of git hosts, which the tests read where they are.
      exclude: ["Fixtures"]
    ),
  ]
)

// One place for what holds everywhere: a warning is an error, and the stricter rules of later language modes.
for target in package.targets
where target.type == .executable || target.type == .regular || target.type == .test {
  if target.name == "CCurlShims" {
    target.cSettings = [.treatAllWarnings(as: .error)]
    continue
  }
  target.swiftSettings = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  ]
}

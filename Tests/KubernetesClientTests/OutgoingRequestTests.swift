import Curl
import Logging
import Testing

@testable import KubernetesClient

/// What every request takes from the configuration, whatever it asks for.
@Suite struct OutgoingRequestTests {
  private func outgoing(
    _ verb: APIRequest.Verb, _ change: (inout ClusterConfiguration, inout ClientLimits) -> Void
  ) throws -> CurlRequest {
    var configuration = ClusterConfiguration(server: "https://server:6443", origin: "the test")
    var limits = ClientLimits()
    change(&configuration, &limits)
    let client = try KubernetesClient(
      configuration: configuration, fieldManager: "tests", userAgent: "tests", limits: limits,
      logger: Logger(label: "test"), sleep: { _ in })
    let request = APIRequest(verb: verb, on: ConfigMap.resourceType, namespace: "shop")
    return client.transport.curlRequest(
      request, Credential(certificateAuthority: [1], clientCertificate: [2], clientKey: [3]))
  }

  @Test(arguments: [APIRequest.Verb.list, .watch])
  func `a connection is not waited for without end`(verb: APIRequest.Verb) throws {
    let request = try outgoing(verb) { $1.connectTimeout = .seconds(3) }
    #expect(request.connectTimeout == .seconds(3))
  }

  @Test(arguments: [APIRequest.Verb.list, .watch])
  func `proxy, server name and certificates are those of the configuration`(verb: APIRequest.Verb) throws {
    let request = try outgoing(verb) { configuration, _ in
      configuration.proxyURL = "http://proxy:3128"
      configuration.serverName = "kubernetes"
      configuration.skipsCertificateCheck = true
    }
    #expect(request.proxy == "http://proxy:3128")
    #expect(request.tls.serverName == "kubernetes")
    #expect(!request.tls.verifies)
    #expect(request.tls.certificateAuthority == [1])
    #expect(request.tls.clientCertificate == [2])
    #expect(request.tls.clientKey == [3])
  }
}

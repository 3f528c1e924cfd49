import Foundation
import HTTPTypes
import SatisAPI
import Testing

@testable import SatisWebhook

@Suite struct AzureDevOpsTests {
  let fixture = Fixture()
  private static let path = "/satis/packages/azure-devops"

  private func basic(_ pair: String) -> String {
    "Basic \(Data(pair.utf8).base64EncodedString())"
  }

  @Test(arguments: ["satis", "", "somebody"])
  func `the password is the secret, whoever the user is`(user: String) async throws {
    var call = try RecordedCall.unproven("azure-devops/push")
    call.headers["Authorization"] = basic("\(user):\(Fixture.secret)")
    #expect(try await fixture.send(call).status == 202)
  }

  @Test(arguments: ["X-Satis-Token", "Authorization"])
  func `a header of one's own does as well`(header: String) async throws {
    var call = try RecordedCall.unproven("azure-devops/push")
    call.headers[header] = header == "Authorization" ? "Bearer \(Fixture.secret)" : Fixture.secret
    #expect(try await fixture.send(call).status == 202)
    call.headers[header] = header == "Authorization" ? "Bearer wrong" : "wrong"
    #expect(try await fixture.send(call).status == 401)
  }

  @Test(arguments: ["Basic", "Basic ", "Basic !", "Basic aGFsbG8=", "Digest x"])
  func `what is no password is refused`(authorization: String) async throws {
    var call = try RecordedCall.unproven("azure-devops/push")
    call.headers["Authorization"] = authorization
    #expect(try await fixture.send(call).status == 401)
  }

  @Test func `the path says that it is Azure DevOps where no header does`() async throws {
    var call = try RecordedCall.read("azure-devops/push")
    for header in ["User-Agent", "X-Vss-ActivityId", "Request-Id"] { call.headers[header] = nil }
    #expect(try await fixture.send(.post, Self.path, call).status == 202)
    #expect(fixture.store.builds.first?.spec.trigger?.provider == "azure-devops")
  }

  @Test func `its test names a repository of Microsoft's, which is not listed`() async throws {
    let reply = try await fixture.send(.post, Self.path, RecordedCall.read("azure-devops/test"))
    #expect(reply.status == 200)
    #expect(reply["reason"]?.contains("Fabrikam-Fiber-Git") == true)
    #expect(fixture.store.builds.isEmpty)
  }

  @Test func `the user in the URL is no password and is not recorded`() async throws {
    let url = "https://dev.azure.com/acme/Platform/_git/tools"
    fixture.store.add(
      Fixture.repository(secrets: [.init(name: "packages-webhook", key: "secret")], sources: [url]))
    #expect(try await fixture.send(RecordedCall.read("azure-devops/push")).status == 202)
    #expect(fixture.store.builds.first?.spec.source?.url == url)
  }

  @Test func `a call without the details of the resource says what to choose`() async throws {
    var call = try RecordedCall.unproven("azure-devops/push")
    call.body = Array(#"{"id": "1", "eventType": "git.push", "resource": {"repository": {}}}"#.utf8)
    let reply = try await fixture.send(RecordedCall.prove(call, from: "azure-devops"))
    #expect(reply.status == 400)
    #expect(reply["message"]?.contains("choose All for the details of the resource") == true)
  }

  @Test(arguments: [
    "https://acme@dev.azure.com/acme/Platform/_git/tools", "https://dev.azure.com/acme/Platform/_git/tools",
    "https://acme.visualstudio.com/Platform/_git/tools",
    "https://acme.visualstudio.com/DefaultCollection/Platform/_git/tools",
  ])
  func `a repository in the cloud is known by old and new names, by https and ssh`(url: String) {
    let names = Set(AzureRepository.names(of: url).compactMap { SourceURL($0)?.description })
    #expect(
      names == [
        "dev.azure.com/acme/Platform/_git/tools", "acme.visualstudio.com/Platform/_git/tools",
        "acme.visualstudio.com/DefaultCollection/Platform/_git/tools",
        "ssh.dev.azure.com/v3/acme/Platform/tools", "vs-ssh.visualstudio.com/v3/acme/Platform/tools",
      ])
  }

  @Test func `a repository with the name of its project is known by the short name too`() {
    let short = Set(AzureRepository.names(of: "https://dev.azure.com/acme/_git/tools"))
    let long = Set(AzureRepository.names(of: "https://dev.azure.com/acme/tools/_git/tools"))
    #expect(short == long)
    #expect(short.contains("git@ssh.dev.azure.com:v3/acme/tools/tools"))
  }

  @Test(arguments: [
    "https://tfs.example.com/DefaultCollection/Platform/_git/tools", "https://dev.azure.com/acme",
    "https://dev.azure.com/", "https://", "nothing", "https://dev.azure.com/acme/a/b/_git/tools",
    "https://dev.azure.com/acme/Platform/_git", "https://.visualstudio.com",
  ])
  func `what is not in the cloud has the name it is given`(url: String) {
    #expect(AzureRepository.names(of: url) == [url])
  }

  @Test func `a blank in a name stays escaped`() {
    let names = AzureRepository.names(of: "https://dev.azure.com/acme/My%20Project/_git/tools")
    #expect(names.contains("git@ssh.dev.azure.com:v3/acme/My%20Project/tools"))
  }
}

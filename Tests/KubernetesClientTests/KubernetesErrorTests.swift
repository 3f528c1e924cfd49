import KubernetesClient
import Testing

@testable import Curl

@Suite struct KubernetesErrorTests {
  private func refused(_ code: Int, _ reason: String? = nil, _ message: String? = nil) -> KubernetesError {
    KubernetesError(
      request: "get Secret shop/github", cause: .status(.init(code: code, reason: reason, message: message)))
  }

  private func broken(_ phase: CurlError.Phase) -> KubernetesError {
    KubernetesError(
      request: "list pods",
      cause: .transport(CurlError(phase: phase, code: 0, url: "https://10.0.0.1", message: "what happened")))
  }

  private func predicates(_ error: KubernetesError) -> Set<String> {
    let all = [
      ("notFound", error.isNotFound), ("alreadyExists", error.isAlreadyExists),
      ("conflict", error.isConflict),
      ("expired", error.isExpired), ("invalid", error.isInvalid), ("cancelled", error.isCancelled),
    ]
    return Set(all.filter(\.1).map(\.0))
  }

  @Test func `each refusal is exactly what it is`() {
    #expect(predicates(refused(404, "NotFound")) == ["notFound"])
    #expect(predicates(refused(409, "AlreadyExists")) == ["alreadyExists"])
    #expect(predicates(refused(409, "Conflict")) == ["conflict"])
    #expect(predicates(refused(409)) == ["conflict"])
    #expect(predicates(refused(410, "Expired")) == ["expired"])
    #expect(predicates(refused(410, "Gone")) == ["expired"])
    #expect(predicates(refused(422, "Invalid")) == ["invalid"])
    #expect(predicates(refused(400, "BadRequest")) == ["invalid"])
    #expect(predicates(refused(500)).isEmpty)
  }

  @Test func `a connection that breaks is no refusal, and only a cancelled one is cancelled`() {
    for phase in CurlError.Phase.allCases {
      #expect(predicates(broken(phase)) == (phase == .cancelled ? ["cancelled"] : []))
      #expect(broken(phase).status == nil)
    }
  }

  @Test func `a description names the request and the most that is known of the cause`() {
    #expect(
      refused(404, "NotFound", "secrets \"github\" not found").description
        == "get Secret shop/github: secrets \"github\" not found (HTTP 404)")
    #expect(refused(403, "Forbidden").description == "get Secret shop/github: Forbidden (HTTP 403)")
    #expect(refused(502).description == "get Secret shop/github: refused (HTTP 502)")
    #expect(broken(.connect).description == "list pods: what happened")
    #expect(
      KubernetesError(request: "list pods", cause: .unreadable("no JSON")).description
        == "list pods: the answer cannot be read: no JSON")
    #expect(
      KubernetesError(request: "list pods", cause: .configuration("no token")).description
        == "list pods: no token")
  }
}

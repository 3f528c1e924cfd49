import Testing

@testable import KubernetesClient

@Suite struct APIRequestTests {
  private let key = NamespacedName(namespace: "shop", name: "github")

  @Test func `an object of the core group is below its namespace`() {
    let request = APIRequest(verb: .get, on: Secret.resourceType, key: key)
    #expect(request.verb.method == "GET")
    #expect(request.target == "/api/v1/namespaces/shop/secrets/github")
    #expect(request.description == "get Secret shop/github")
  }

  @Test func `an object of a named group has the group in its path`() {
    let request = APIRequest(verb: .delete, on: Job.resourceType, key: key)
    #expect(request.verb.method == "DELETE")
    #expect(request.target == "/apis/batch/v1/namespaces/shop/jobs/github")
  }

  @Test func `a subresource follows the name`() {
    let request = APIRequest(verb: .patch, on: Job.resourceType, key: key, subresource: .status)
    #expect(request.verb.method == "PATCH")
    #expect(request.target == "/apis/batch/v1/namespaces/shop/jobs/github/status")
    #expect(request.description == "patch Job shop/github/status")
  }

  @Test(arguments: [nil, ""])
  func `a collection without a namespace is that of all namespaces`(namespace: String?) {
    let request = APIRequest(verb: .list, on: Pod.resourceType, namespace: namespace)
    #expect(request.target == "/api/v1/pods")
  }

  @Test func `a collection is called by its plural and a new object by its name`() {
    #expect(
      APIRequest(verb: .watch, on: Pod.resourceType, namespace: "shop").description == "watch pods in shop")
    #expect(APIRequest(verb: .list, on: Pod.resourceType, namespace: nil).description == "list pods")
    let creation = APIRequest(verb: .create, on: Pod.resourceType, namespace: "shop", name: "p")
    #expect(creation.verb.method == "POST")
    #expect(creation.description == "create Pod shop/p")
    #expect(creation.target == "/api/v1/namespaces/shop/pods")
  }

  @Test func `query values are escaped and left out when nil`() {
    var request = APIRequest(verb: .list, on: Pod.resourceType, namespace: "shop")
    request.query("labelSelector", "app.kubernetes.io/name=a,b in (c)")
    request.query("continue", nil)
    request.query("fieldManager", "ä&\n~")
    #expect(
      request.target == "/api/v1/namespaces/shop/pods"
        + "?labelSelector=app.kubernetes.io%2Fname%3Da%2Cb%20in%20%28c%29&fieldManager=%C3%A4%26%0A~")
  }

  @Test func `neither a name nor a namespace can lead out of its place in the path`() {
    let name = NamespacedName(namespace: "shop", name: "../../x?y#z")
    #expect(
      APIRequest(verb: .get, on: Secret.resourceType, key: name).target
        == "/api/v1/namespaces/shop/secrets/..%2F..%2Fx%3Fy%23z")
    let namespace = NamespacedName(namespace: "shop/../kube-system", name: "x")
    #expect(
      APIRequest(verb: .get, on: Secret.resourceType, key: namespace).target
        == "/api/v1/namespaces/shop%2F..%2Fkube-system/secrets/x")
  }

  @Test func `a body that JSON cannot hold names the request`() {
    var request = APIRequest(verb: .create, on: Pod.resourceType, namespace: "shop", name: "p")
    let error = #expect(throws: KubernetesError.self) { try request.body(JSONValue.number(.infinity)) }
    #expect(error?.description.hasPrefix("create Pod shop/p: cannot be written as JSON") == true)
  }
}

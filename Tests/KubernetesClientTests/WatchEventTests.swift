import Testing

@testable import KubernetesClient

@Suite struct WatchEventTests {
  private func event(_ line: String) throws -> WatchEvent<Pod> {
    try WatchEvent(line: Array(line.utf8))
  }

  @Test(arguments: ["ADDED", "MODIFIED"])
  func `a new and a changed object are both there now`(type: String) throws {
    let event = try event(
      #"{"type":"\#(type)","object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"shop","#
        + #""resourceVersion":"7"},"status":{"phase":"Running"}}}"#)
    guard case .applied(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.key == NamespacedName(namespace: "shop", name: "p"))
    #expect(pod.status?.phase == "Running")
    #expect(event.resourceVersion == "7")
  }

  @Test func `a deleted object comes with its last version`() throws {
    let event = try event(
      #"{"type":"DELETED","object":{"metadata":{"name":"p","namespace":"shop","resourceVersion":"8"}}}"#)
    guard case .deleted(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.metadata.name == "p")
    #expect(event.resourceVersion == "8")
  }

  @Test func `a bookmark is a version and nothing else`() throws {
    let event = try event(
      #"{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9","creationTimestamp":null},"spec":{"containers":null},"status":{}}}"#
    )
    guard case .bookmark("9", endsInitialEvents: false) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(event.resourceVersion == "9")
  }

  @Test func `the bookmark that closes a streaming list is told from others`() throws {
    for (value, expected) in [("true", true), ("false", false)] {
      let event = try event(
        #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9","annotations":"#
          + #"{"k8s.io/initial-events-end":"\#(value)"}}}}"#)
      guard case .bookmark("9", let endsInitialEvents) = event else {
        Issue.record("\(event)")
        return
      }
      #expect(endsInitialEvents == expected)
    }
  }

  @Test func `the members of an event may come in any order, with others between them`() throws {
    let event = try event(
      #" {"x":[1,{"y":null}],"object":{"metadata":{"name":"p","resourceVersion":"7"}},"type":"ADDED"} "#)
    guard case .applied(let pod) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(pod.metadata.name == "p")
  }

  @Test func `an error carries the server's status and no version`() throws {
    let event = try event(
      #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","#
        + #""message":"too old resource version: 1 (5)","reason":"Expired","code":410}}"#)
    guard case .failure(let status) = event else {
      Issue.record("\(event)")
      return
    }
    #expect(status == .init(code: 410, reason: "Expired", message: "too old resource version: 1 (5)"))
    #expect(event.resourceVersion == nil)
  }

  @Test(arguments: ["ADDED", "MODIFIED", "DELETED"])
  func `an object that does not fit its type is named and keeps its version`(type: String) throws {
    let event = try event(
      #"{"type":"\#(type)","object":{"metadata":{"name":"p","namespace":"shop","resourceVersion":"7"},"#
        + #""status":{"phase":["Running"]}}}"#)
    guard case .unreadable(let object, "7") = event else {
      Issue.record("\(event)")
      return
    }
    #expect(object.key == NamespacedName(namespace: "shop", name: "p"))
    #expect(object.problem.hasSuffix("at status.phase"))
    #expect(object.isDeleted == (type == "DELETED"))
    #expect(object.description.hasPrefix("shop/p: "))
  }

  @Test func `an object without readable metadata does not break the stream either`() throws {
    let event = try event(#"{"type":"ADDED","object":{"metadata":"none"}}"#)
    guard case .unreadable(let object, "") = event else {
      Issue.record("\(event)")
      return
    }
    #expect(object.key == NamespacedName(namespace: "", name: ""))
  }

  @Test(arguments: [
    "", "{}", "not JSON", #"{"type":"GOSSIP","object":{}}"#, #"{"type":"BOOKMARK","object":{}}"#,
    #"{"type":"ADDED"}"#, #"{"object":{"metadata":{"name":"p"}}}"#,
    #"{"type":"ADDED","object":{"metadata":{"name":"p"}}} {}"#,
    #"{"type":"ADDED","object":{"metadata":{"name":"p"}}"#,
  ])
  func `what is no event is refused`(line: String) {
    #expect(throws: JSONCodingError.self) { try event(line) }
  }
}

// SPDX-License-Identifier: Apache-2.0
import HTTP
import Intents
import Trust

/// A token of Entra ID. Shows nothing of itself.
struct AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// For the header `Authorization` and nothing else.
  let text: String
  let expires: Instant

  var description: String { "a token until \(expires)" }
  var debugDescription: String { description }
  var customMirror: Mirror { Mirror(self, children: ["expires": expires]) }
}

/// Gets tokens with client credentials (RFC 6749, 4.4) and keeps the last one, in memory only.
final class GraphSignIn {
  private let credential: ClientCredential
  private let link: GraphLink
  private let address: String
  private let scope: String
  private let client: PatientClient
  private var kept: AccessToken?

  private static let assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

  init(_ credential: ClientCredential, _ link: GraphLink, _ cloud: GraphCloud) {
    self.credential = credential
    self.link = link
    address = "\(cloud.login)/\(credential.tenant)/oauth2/v2.0/token"
    scope = "\(cloud.graph)/.default"
    client = link.client(
      of: cloud.login, probe: "/\(credential.tenant)/v2.0/.well-known/openid-configuration")
  }

  /// The kept token, or a fresh one when that ends soon.
  ///
  /// - Throws: `IntuneReason.signInRefused`, and what a call to the token server can end in.
  func token() throws(Refusal) -> AccessToken {
    let now = link.timing.now()
    if let kept, now.adding(seconds: IntuneLimits.renewal) < kept.expires { return kept }
    let fresh = try ask()
    kept = fresh
    return fresh
  }

  /// Forgets a token that Graph does not take.
  func forget() { kept = nil }

  /// Asks again where that may help, each time with another assertion: one that arrived may not be taken twice.
  private func ask() throws(Refusal) -> AccessToken {
    var waits = IntuneLimits.signInWaits[...]
    while true {
      let now = link.timing.now()
      do throws(Refusal) {
        let request = try request(at: now)
        let response = try client.send(request, repeating: .whenWithoutEffect)
        guard GraphVerdict.isPassing(response.status), !waits.isEmpty else {
          return try token(of: response, at: now)
        }
      } catch {
        guard error.reason as? HTTPReason == .unreachable, !waits.isEmpty else { throw error }
      }
      try link.timing.sleep(waits.removeFirst())
    }
  }

  private func request(at now: Instant) throws(Refusal) -> HTTPRequest {
    let assertion = try ClientAssertion.text(
      for: credential, audience: address, id: link.identify(), at: now)
    let form = PercentEncoding.form([
      "client_id": credential.client.text, "grant_type": "client_credentials", "scope": scope,
      "client_assertion_type": GraphSignIn.assertionType, "client_assertion": assertion,
    ])
    let headers = [
      HTTPHeader("Content-Type", "application/x-www-form-urlencoded"), HTTPHeader.acceptJSON,
    ]
    return HTTPRequest(.post, address, headers: headers, body: form)
  }

  private func token(of response: HTTPResponse, at now: Instant) throws(Refusal) -> AccessToken {
    if [400, 401].contains(response.status) {
      throw Refusal(
        IntuneReason.signInRefused, address, seen: GraphSignIn.error(response),
        expected: "a token")
    }
    if let refusal = GraphVerdict.refusal(of: response, to: "POST \(address)") { throw refusal }
    return try token(in: response, at: now)
  }

  private func token(in response: HTTPResponse, at now: Instant) throws(Refusal) -> AccessToken {
    // Nothing of this answer is repeated in a refusal: what is wrong with it may be the token.
    guard let answer = try? JSONValue(parsing: response.body, named: address),
      case .object(let members) = answer, case .string(let text)? = members["access_token"],
      case .integer(let seconds)? = members["expires_in"], seconds > 0,
      (1...IntuneLimits.token).contains(text.utf8.count),
      text.utf8.allSatisfy({ (33...126).contains($0) })
    else {
      throw Refusal(
        IntuneReason.unusableAnswer, address, seen: "no access_token with expires_in",
        expected: "a token")
    }
    let life = min(seconds, IntuneLimits.longestToken)
    return AccessToken(text: text, expires: now.adding(seconds: life))
  }

  /// `error` and the first line of `error_description`, in which Entra ID names its own code (RFC 6749, 5.2).
  private static func error(_ response: HTTPResponse) -> String {
    guard let answer = try? JSONValue(parsing: response.body, named: "error"),
      case .object(let members) = answer, case .string(let code)? = members["error"]
    else { return "\(response.status)" }
    var text = "\(response.status) \(code)"
    if case .string(let more)? = members["error_description"] {
      text += ": " + more.prefix { !$0.isNewline }
    }
    return String(text.prefix(IntuneLimits.quoted))
  }
}

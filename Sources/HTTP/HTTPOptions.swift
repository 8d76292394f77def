// SPDX-License-Identifier: Apache-2.0

/// What a client is set to. There is no switch that turns the check of certificates or host names off.
package struct HTTPOptions: Sendable {
  package enum SignIn: Sendable {
    case none
    /// As the account that runs the program: Negotiate with a ticket of its Kerberos cache, or NTLM.
    case integrated
  }

  package var signIn: SignIn
  /// Path of a PEM file with the only authorities that are believed; nil means those of the machine.
  package var authorities: String?
  /// Bytes that the body of an answer may have.
  package var cap: Int64
  /// Milliseconds until a connection stands, its TLS handshake included.
  package var connecting: Int
  /// Milliseconds that one request may take in all; nil means as long as bytes come fast enough.
  package var total: Int?

  package init(
    signIn: SignIn = .none, authorities: String? = nil, cap: Int64 = HTTPLimits.body,
    connecting: Int = HTTPLimits.connecting * 1000, total: Int? = HTTPLimits.total * 1000
  ) {
    self.signIn = signIn
    self.authorities = authorities
    self.cap = cap
    self.connecting = connecting
    self.total = total
  }
}

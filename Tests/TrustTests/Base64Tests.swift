// SPDX-License-Identifier: Apache-2.0
import Testing
import Trust

struct Base64Tests {
  /// RFC 4648, 10.
  @Test(
    "base64 follows the test vectors of its RFC",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
      ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func vectors(plain: String, text: String) {
    #expect(Base64.encode(Array(plain.utf8)) == text)
    #expect(Base64.decode(text) == Array(plain.utf8))
  }

  @Test(
    "H23: base64 that is not canonical is refused",
    arguments: [
      "Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm8", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v=", "====",
      "=Zg=",
      "Zg==Zg==", "Zm-v", "Zm_v", "Zm9*", "Zm9é", "A===", "Zg=v", "==", "Zm9vZg=",
    ])
  func refused(text: String) {
    #expect(Base64.decode(text) == nil)
  }

  @Test("every run of bytes comes back, and every other text of its length is another run")
  func roundTrip() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + count) }
      #expect(Base64.decode(Base64.encode(bytes)) == bytes)
    }
  }
}

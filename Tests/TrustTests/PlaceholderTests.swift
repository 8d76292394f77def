// SPDX-License-Identifier: Apache-2.0
import Testing
@Test func placeholderTrust() { #expect(1 + 1 == 2) }

// SPDX-License-Identifier: Apache-2.0
import Testing
@Test func placeholderBundles() { #expect(1 + 1 == 2) }

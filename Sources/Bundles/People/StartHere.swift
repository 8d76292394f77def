// SPDX-License-Identifier: Apache-2.0
package import Intents

/// `START-HERE.html`: what a person who finds the folder reads. Plain and static, no script, nothing loaded.
package enum StartHere {
  package static let name = "START-HERE.html"

  /// A file of the folder, for the table.
  package struct File: Sendable {
    package let name: String
    /// Bytes.
    package let length: Int64
    package let digest: Digest

    package init(name: String, length: Int64, digest: Digest) {
      self.name = name
      self.length = length
      self.digest = digest
    }
  }

  /// The page, the same for the same facts.
  ///
  /// - Parameters:
  ///   - contact: whom to call, one line or several, as the centre's profile says.
  ///   - files: what the folder holds besides this page and the checksum files.
  package static func page(
    _ name: BundleName, contact: String, files: some Sequence<File>
  ) -> [UInt8] {
    let words = StartHereWords(name)
    let lines = contact.split(separator: "\n").map { HTMLText.escape(String($0)) }
    let rows = files.map { file in
      "<tr><td>\(HTMLText.escape(file.name))</td><td class=\"n\">\(file.length)</td>"
        + "<td><code>\(file.digest.hex)</code></td></tr>"
    }
    let page = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(words.title)</title>
      <style>\(style)</style>
      </head>
      <body>
      <h1>\(words.title)</h1>
      <p class="lead">\(words.what)</p>
      <dl>
      <dt>Bundle</dt><dd><code>\(name.text)</code></dd>
      <dt>From</dt><dd>\(words.from)</dd>
      <dt>For</dt><dd>\(words.to)</dd>
      </dl>
      <h2>What to do</h2>
      <ol>
      <li><strong>Hand this medium to \(words.to).</strong> The paper slip travels apart from it.</li>
      <li>Leave everything as it is: do not open, rename, move, delete or add files. Opening this page is fine.</li>
      <li>Nothing here starts by itself, and nothing here needs to be installed.</li>
      <li>If something looks wrong, or you do not know who you are holding this for, call:</li>
      </ol>
      <p class="call">\(lines.joined(separator: "<br>\n"))</p>
      <h2>Is it undamaged?</h2>
      <p>You need not check; the program at the other end does. If you want to, compare the table below with
      what your computer computes. In a command window, inside this folder:</p>
      <table>
      <tr><th>Windows</th><td><code>certutil -hashfile orders.tar SHA256</code></td></tr>
      <tr><th>PowerShell</th><td><code>Get-FileHash *.tar -Algorithm SHA256 | Format-List</code></td></tr>
      <tr><th>Linux</th><td><code>sha256sum -c SHA256SUMS</code></td></tr>
      <tr><th>macOS</th><td><code>shasum -a 256 -c SHA256SUMS</code></td></tr>
      </table>
      <p>Capital or small letters make no difference. If a number differs, or a file is missing, ask for another copy.</p>
      <table class="sums">
      <tr><th>File</th><th class="n">Bytes</th><th>SHA-256</th></tr>
      \(rows.joined(separator: "\n"))
      </table>
      <p class="warn"><strong>Equal numbers show that nothing was damaged on the way. They do not show who made
      this</strong>: whoever changes the files can change this page too. Only the program at the other end
      checks the origin.</p>
      </body>
      </html>

      """
    return Array(page.utf8)
  }

  private static let style = """
    body{font:16px/1.5 "Segoe UI",Arial,sans-serif;color:#111;background:#fff;max-width:50em;\
    margin:2em auto;padding:0 1em}
    h1{font-size:1.7em;line-height:1.2}h2{font-size:1.2em;margin-top:1.6em}
    .lead{font-size:1.1em}
    dl{display:grid;grid-template-columns:6em 1fr;margin:1em 0}dt{font-weight:bold}dd{margin:0}
    .call{border:3px solid #111;padding:.7em 1em;font-size:1.2em;font-weight:bold}
    .warn{border-left:6px solid #a40;padding-left:1em}
    table{border-collapse:collapse;margin:1em 0}th,td{border:1px solid #999;padding:.3em .6em;\
    text-align:left;vertical-align:top}
    .n{text-align:right}code{font-family:Consolas,"DejaVu Sans Mono",monospace;word-break:break-all}
    .sums code{font-size:.85em}
    @media print{body{margin:0;max-width:none;font-size:11pt}h2{break-after:avoid}\
    tr,li,.call,.warn{break-inside:avoid}}
    """
}

/// What differs between a bundle on its way out and one on its way back. All of it is ours or made of
/// `[a-z0-9-]`, so nothing needs escaping.
private struct StartHereWords {
  let title: String
  let what: String
  let from: String
  let to: String

  init(_ name: BundleName) {
    let site = name.siteID.text
    switch name {
    case .out(_, let n):
      title = "Software delivery \(n) for site \(site)"
      what =
        "This medium carries signed software and instructions to a site that has no network. "
        + "The administrator there imports it with a program that checks every byte."
      from = "the centre"
      to = "the administrator of site \(site)"
    case .back(_, _, let seq):
      title = "Report \(seq) from site \(site)"
      what =
        "This medium carries a signed report from a site that has no network back to the centre. "
        + "The operator there reads it with a program that checks every byte."
      from = "site \(site)"
      to = "the operators of the centre"
    }
  }
}

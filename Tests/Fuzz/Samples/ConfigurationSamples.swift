// SPDX-License-Identifier: Apache-2.0

extension Samples {
  /// What people write, so here no writer makes it.
  static let configurations: [[UInt8]] = [
    #"""
    waybill: content/1
    name: Tool
    version: '1.2'
    counter: 3
    publisher_scope: [site-class:air-gapped]
    programs:
      - name: install
        command_line: install.cmd /quiet
        account: user
        exit_codes: {success: [0, 1707], soft-reboot: [3010], retry: [1618]}
        detection:
          - {kind: file, path: 'C:\Program Files\tool\tool.exe', version: 1.2.0.0}
          - {kind: registry, key: SOFTWARE\Tool, value: Version, equals: "1.2"}
          - kind: product
            code: '{00000000-0000-0000-0000-000000000000}'
        critical: true
        maximum_runtime: 30

    """#,
    """
    # What every device of two sites shall have.
    waybill: intent/1
    id: tool
    sites: [fjord-3, oslo-2]
    content: Tool
    version: &version 1.2
    program: install
    collection: Air-Gapped-Site-1-Devices
    purpose: required
    available_from: 2026-11-01T00:00:00Z
    deadline: ~
    scope:
      - site-class:air-gapped
    rollback: false

    """,
    """
    {waybill: policy/1, site: fjord-3, sealing: none, egress: full, removals: approved,
     operators: 1, collections: [Air-Gapped-Site-1-Devices], scope_ceiling: [site-class:air-gapped]}

    """,
  ].map { Array($0.utf8) }
}

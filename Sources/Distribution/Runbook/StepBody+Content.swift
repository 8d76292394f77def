// SPDX-License-Identifier: Apache-2.0
import Intents

/// The steps that bring a package's content to distribution points, or take it away.
struct ContentText {
  let package: PowerShellText

  init(_ package: StepID) throws(Refusal) { self.package = try package.expression(.packageID) }

  /// Names of points as literals. A step is about one point at least.
  private static func list(_ points: [StepText]) throws(Refusal) -> [PowerShellLiteral] {
    guard !points.isEmpty else {
      throw Refusal(
        DistributionReason.valueRefused, "distribution points", seen: "none",
        expected: "at least one")
    }
    var literals: [PowerShellLiteral] = []
    for point in points {
      try point.expect(.host, "distribution point")
      literals.append(try PowerShellLiteral(point.text, of: "distribution point"))
    }
    return literals
  }

  func update(_ stamp: StepMark) throws(Refusal) -> PowerShellText {
    let stamped = try stamp.literal
    let comment = try stamp.comment
    let content = try stamp.contentLiteral
    return """
        $packageId = \(package)
        $package = Get-OnePackage $packageId
        $ids = [ordered]@{ PackageID = $packageId }
        if (-not (Test-Stamped $package $package.Description \(stamped))) { throw 'waybill-policy: the package is not ours' }
        Assert-Age $package.Description \(stamp.age)
        if ((Get-StampPart $package.Description 1) -ceq \(content)) {
          return @{ outcome = 'already'; ids = $ids }
        }
        $arguments = @{ PackageId = $packageId; WhatIf = $WhatIfPreference }
        $null = Update-CMDistributionPoint @arguments
        # Only now: a run that ends before this line reads the folder again.
        $arguments = @{ Id = $packageId; Description = \(comment); WhatIf = $WhatIfPreference }
        $null = Set-CMPackage @arguments
        return @{ outcome = 'done'; ids = $ids }
      """
  }

  func distribute(_ points: [StepText]) throws(Refusal) -> PowerShellText {
    let names = try ContentText.list(points)
    return """
        $packageId = \(package)
        $rows = @(Get-ContentRow $packageId)
        $outcome = 'already'
        foreach ($name in \(list: names)) {
          $point = Get-OnePoint $name
          $held = @($rows | Where-Object { $_.ServerNALPath -eq $point.NALPath })
          if ($held.Count -eq 0) {
            $arguments = @{
              PackageId = $packageId
              DistributionPointName = $name
              WhatIf = $WhatIfPreference
            }
            $null = Start-CMContentDistribution @arguments
            $outcome = 'done'
          }
        }
        return @{ outcome = $outcome; ids = [ordered]@{ PackageID = $packageId } }
      """
  }

  func withdraw(_ points: [StepText]) throws(Refusal) -> PowerShellText {
    let names = try ContentText.list(points)
    return """
        $packageId = \(package)
        $rows = @(Get-ContentRow $packageId)
        $outcome = 'already'
        foreach ($name in \(list: names)) {
          $point = Get-OnePoint $name
          $held = @($rows | Where-Object { $_.ServerNALPath -eq $point.NALPath })
          if ($held.Count -gt 0) {
            # Approved with the plan: no question is asked.
            $arguments = @{
              PackageId = $packageId
              DistributionPointName = $name
              Force = $true
              WhatIf = $WhatIfPreference
            }
            $null = Remove-CMContentDistribution @arguments
            $outcome = 'done'
          }
        }
        return @{ outcome = $outcome; ids = [ordered]@{ PackageID = $packageId } }
      """
  }

  /// `State` 0 and the package's own `SourceVersion`, at every point (configmgr.md, 3.7).
  func read(_ points: [StepText]) throws(Refusal) -> PowerShellText {
    let names = try ContentText.list(points)
    return """
        $packageId = \(package)
        $package = Get-OnePackage $packageId
        $rows = @(Get-ContentRow $packageId)
        $ready = 0
        foreach ($name in \(list: names)) {
          $point = Get-OnePoint $name
          $held = @($rows | Where-Object { $_.ServerNALPath -eq $point.NALPath })
          if ($held.Count -eq 1) {
            $state = $held[0].State
            if ($state -eq 3 -or $state -eq 6) { throw ('the distribution point reports a failure: ' + $name) }
            if ($state -eq 0 -and $held[0].SourceVersion -eq $package.SourceVersion) { $ready += 1 }
          }
        }
        if ($ready -lt \(Int64(names.count))) {
          throw ('waybill-wait: distribution points that have the content: ' + [string]$ready)
        }
        $ids = [ordered]@{ PackageID = $packageId; SourceVersion = [string]$package.SourceVersion }
        return @{ outcome = 'done'; ids = $ids }
      """
  }
}

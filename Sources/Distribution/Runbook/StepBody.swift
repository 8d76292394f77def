// SPDX-License-Identifier: Apache-2.0
import Intents

extension SiteStep {
  /// What the step's function does. It answers a table of `outcome` and `ids`, or throws.
  ///
  /// Cmdlets and parameters are those of configmgr.md, 4.1; each change has `WhatIf`.
  func body() throws(Refusal) -> PowerShellText {
    switch action {
    case .package(let step): try step.body(key)
    case .update(let package, let stamp): try ContentText(package).update(stamp)
    case .distribute(let package, let points): try ContentText(package).distribute(points)
    case .withdraw(let package, let points): try ContentText(package).withdraw(points)
    case .readContent(let package, let points): try ContentText(package).read(points)
    case .program(let step): try step.body()
    case .disableProgram(let package, let name, let stamp):
      try ProgramStep.disabling(name, of: package, stamp)
    case .collection(let step): try step.body()
    case .member(let collection, let resource):
      try CollectionStep.member(resource, of: collection)
    case .deployment(let step): try step.body()
    case .removeDeployment(let id, let stamp): try DeploymentStep.removing(id, stamp)
    case .readDeployment(let deployment, let collection):
      try DeploymentStep.reading(deployment, collection, key)
    }
  }
}

extension StepID {
  /// An expression that is the id.
  ///
  /// - Parameter name: of the id in the answer of the step that mints it.
  func expression(_ name: StepAnswer.Name) throws(Refusal) -> PowerShellText {
    switch self {
    case .known(let id):
      let literal = try PowerShellLiteral(id.text, of: "id")
      return "\(literal)"
    case .answer(let key):
      let literal = try PowerShellLiteral(key.description, of: "key")
      let name = try PowerShellLiteral(name.rawValue, of: "name of an id")
      return "(Get-AnswerID \(literal) \(name))"
    }
  }
}

extension StepMark {
  /// What finds the object, as a literal.
  var literal: PowerShellLiteral {
    get throws(Refusal) { try PowerShellLiteral(stamp, of: "stamp") }
  }

  /// The whole comment, as a literal.
  var comment: PowerShellLiteral {
    get throws(Refusal) { try PowerShellLiteral("\(stamp) \(content) \(age)", of: "stamp") }
  }

  var contentLiteral: PowerShellLiteral {
    get throws(Refusal) { try PowerShellLiteral(content, of: "stamp") }
  }
}

extension PackageStep {
  fileprivate func body(_ key: StepKey) throws(Refusal) -> PowerShellText {
    let name = try PowerShellLiteral(name.text, of: "package name")
    let version = try PowerShellLiteral(version.text, of: "package version")
    let source = try PowerShellLiteral(source.text, of: "source folder")
    let known = try PowerShellLiteral(known?.text ?? "", of: "package id")
    let stamped = try stamp.literal
    let comment = try stamp.comment
    let content = try stamp.contentLiteral
    return """
        $source = \(source)
        $stamp = \(stamped)
        $known = \(known)
        if (-not [System.IO.Directory]::Exists($source)) {
          throw 'waybill-wait: the source folder of this package is not there'
        }
        $found = @(Get-CMPackage -Fast | Where-Object { Test-Stamped $_ $_.Description $stamp })
        if ($found.Count -gt 1) { throw 'waybill-policy: two packages carry one stamp' }
        if ($found.Count -eq 0) {
          $named = @(Get-CMPackage -Name \(name) -DisableWildcardHandling -Fast)
          $others = @($named | Where-Object { $_.Name -ceq \(name) -and -not (Test-Ours $_.Description) -and -not (Test-Ours $_.ISVString) })
          if ($others.Count -gt 0) { throw 'waybill-policy: a package of this name is not ours' }
          $arguments = @{
            Name = \(name)
            Path = $source
            Version = \(version)
            Description = \(comment)
            WhatIf = $WhatIfPreference
          }
          $made = New-CMPackage @arguments
          if ($WhatIfPreference) { return @{ outcome = 'planned'; ids = @{} } }
          return @{ outcome = 'done'; ids = [ordered]@{ PackageID = $made.PackageID } }
        }
        $package = $found[0]
        if ($known -cne '' -and $package.PackageID -cne $known) {
          throw 'waybill-policy: the package with this stamp has another id than before'
        }
        Assert-Age $package.Description \(stamp.age)
        $ids = [ordered]@{ PackageID = $package.PackageID }
        $content = Get-StampPart $package.Description 1
        if ($package.PkgSourcePath -ceq $source -and $content -ceq \(content)) {
          return @{ outcome = 'already'; ids = $ids }
        }
        # The comment follows when the site has read the folder: until then the content is the old one.
        $arguments = @{
          Id = $package.PackageID
          Path = $source
          Version = \(version)
          WhatIf = $WhatIfPreference
        }
        $null = Set-CMPackage @arguments
        return @{ outcome = 'done'; ids = $ids }
      """
  }
}

extension ProgramStep {
  fileprivate func body() throws(Refusal) -> PowerShellText {
    let package = try package.expression(.packageID)
    let name = try PowerShellLiteral(name.text, of: "program name")
    let command = try PowerShellLiteral(commandLine.text, of: "command line")
    let stamped = try stamp.literal
    let comment = try stamp.comment
    let content = try stamp.contentLiteral
    let runMode: PowerShellText
    let runType: PowerShellText
    switch account {
    case .system:
      runMode = "'RunWithAdministrativeRights'"
      runType = "'WhetherOrNotUserIsLoggedOn'"
    case .user:
      runMode = "'RunWithUserRights'"
      runType = "'OnlyWhenUserIsLoggedOn'"
    }
    return """
        $packageId = \(package)
        $stamp = \(stamped)
        $command = \(command)
        $ids = [ordered]@{ PackageID = $packageId }
        $named = @(Get-CMProgram -PackageId $packageId -ProgramName \(name) -DisableWildcardHandling)
        $found = @($named | Where-Object { $_.ProgramName -ceq \(name) })
        if ($found.Count -gt 1) { throw 'waybill-policy: two programs have one name' }
        if ($found.Count -eq 0) {
          $arguments = @{
            PackageId = $packageId
            StandardProgramName = \(name)
            CommandLine = $command
            Duration = \(duration)
            RunMode = \(runMode)
            ProgramRunType = \(runType)
            RunType = 'Hidden'
            DriveMode = 'RunWithUnc'
            UserInteraction = $false
            WhatIf = $WhatIfPreference
          }
          $null = New-CMProgram @arguments
          if ($WhatIfPreference) { return @{ outcome = 'planned'; ids = @{} } }
        } else {
          $held = $found[0].Comment
          # Without a comment it is from a run that was interrupted, if it runs the same.
          $isInterrupted = [string]$held -ceq '' -and $found[0].CommandLine -ceq $command
          if (-not $isInterrupted -and -not (Test-Stamp $held $stamp)) {
            throw 'waybill-policy: a program of this name is not ours'
          }
          Assert-Age $held \(stamp.age)
          $content = Get-StampPart $held 1
          if ($found[0].CommandLine -ceq $command -and $content -ceq \(content)) {
            return @{ outcome = 'already'; ids = $ids }
          }
        }
        $arguments = @{
          StandardProgram = $true
          PackageId = $packageId
          ProgramName = \(name)
          CommandLine = $command
          Duration = \(duration)
          RunMode = \(runMode)
          ProgramRunType = \(runType)
          RunType = 'Hidden'
          DriveMode = 'RunWithUnc'
          UserInteraction = $false
          RunOnAnyPlatform = $true
          SuppressProgramNotification = $true
          DisableProgram = $false
          Comment = \(comment)
          WhatIf = $WhatIfPreference
        }
        $null = Set-CMProgram @arguments
        return @{ outcome = 'done'; ids = $ids }
      """
  }

  /// Nothing in the facts takes a program away; one that is disabled runs nowhere.
  fileprivate static func disabling(
    _ name: Name, of package: StepID, _ stamp: StepMark
  ) throws(Refusal) -> PowerShellText {
    let package = try package.expression(.packageID)
    let name = try PowerShellLiteral(name.text, of: "program name")
    let stamped = try stamp.literal
    let comment = try stamp.comment
    let content = try stamp.contentLiteral
    return """
        $packageId = \(package)
        $ids = [ordered]@{ PackageID = $packageId }
        $named = @(Get-CMProgram -PackageId $packageId -ProgramName \(name) -DisableWildcardHandling)
        $found = @($named | Where-Object { $_.ProgramName -ceq \(name) })
        if ($found.Count -eq 0) { return @{ outcome = 'already'; ids = $ids } }
        $held = $found[0].Comment
        if (-not (Test-Stamp $held \(stamped))) { throw 'waybill-policy: a program of this name is not ours' }
        Assert-Age $held \(stamp.age)
        if ((Get-StampPart $held 1) -ceq \(content)) { return @{ outcome = 'already'; ids = $ids } }
        $arguments = @{
          StandardProgram = $true
          PackageId = $packageId
          ProgramName = \(name)
          DisableProgram = $true
          Comment = \(comment)
          WhatIf = $WhatIfPreference
        }
        $null = Set-CMProgram @arguments
        return @{ outcome = 'done'; ids = $ids }
      """
  }
}

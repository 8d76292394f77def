// SPDX-License-Identifier: Apache-2.0
import Intents

extension CollectionStep {
  func body() throws(Refusal) -> PowerShellText {
    switch origin {
    case .existing(let id): try existing(id)
    case .made(let limiting, let stamp): try made(below: limiting, stamp)
    }
  }

  private func existing(_ id: PackageID) throws(Refusal) -> PowerShellText {
    let id = try PowerShellLiteral(id.text, of: "collection id")
    let name = try PowerShellLiteral(name.text, of: "collection")
    var text: PowerShellText = """
        $found = @(Get-CMDeviceCollection -Id \(id))
        if ($found.Count -ne 1) { throw 'waybill-policy: no collection has the id of the approved mapping' }
        if ($found[0].Name -cne \(name)) {
          throw 'waybill-policy: the collection of this id has another name than the approved mapping'
        }

      """
    if let members {
      text += """
          $count = $found[0].MemberCount
          if ($count -lt \(members.lowerBound) -or $count -gt \(members.upperBound)) {
            throw ('waybill-policy: the collection has a number of members out of bounds: ' + [string]$count)
          }

        """
    }
    text += """
        return @{ outcome = 'already'; ids = [ordered]@{ CollectionID = $found[0].CollectionID } }
      """
    return text
  }

  private func made(below limiting: PackageID, _ stamp: StepMark) throws(Refusal) -> PowerShellText
  {
    let limiting = try PowerShellLiteral(limiting.text, of: "limiting collection")
    let name = try PowerShellLiteral(name.text, of: "collection")
    let stamped = try stamp.literal
    let comment = try stamp.comment
    return """
        $stamp = \(stamped)
        $all = @(Get-CMDeviceCollection)
        $found = @($all | Where-Object { $_.Name -ceq \(name) -or (Test-Stamped $_ $_.Comment $stamp) })
        if ($found.Count -gt 1) { throw 'waybill-policy: two collections carry one name or one stamp' }
        if ($found.Count -eq 1) {
          if (-not (Test-Stamped $found[0] $found[0].Comment $stamp) -or $found[0].Name -cne \(name)) {
            throw 'waybill-policy: a collection of this name is not ours'
          }
          if ($found[0].LimitToCollectionID -cne \(limiting)) {
            throw 'waybill-policy: the collection is limited by another one'
          }
          return @{ outcome = 'already'; ids = [ordered]@{ CollectionID = $found[0].CollectionID } }
        }
        $arguments = @{
          Name = \(name)
          LimitingCollectionId = \(limiting)
          Comment = \(comment)
          RefreshType = 'Manual'
          WhatIf = $WhatIfPreference
        }
        $made = New-CMDeviceCollection @arguments
        if ($WhatIfPreference) { return @{ outcome = 'planned'; ids = @{} } }
        return @{ outcome = 'done'; ids = [ordered]@{ CollectionID = $made.CollectionID } }
      """
  }

  /// A resource id is a number when a rule is added and text when it is looked up (configmgr.md, 4.2).
  static func member(_ resource: Int32, of collection: StepID) throws(Refusal) -> PowerShellText {
    let collection = try collection.expression(.collectionID)
    let text = try PowerShellLiteral(String(resource), of: "resource")
    return """
        $collectionId = \(collection)
        $ids = [ordered]@{ CollectionID = $collectionId }
        $held = @(Get-CMDeviceCollectionDirectMembershipRule -CollectionId $collectionId -ResourceId \(text))
        if ($held.Count -gt 0) { return @{ outcome = 'already'; ids = $ids } }
        $devices = @(Get-CMDevice -ResourceId \(Int64(resource)) -Fast)
        if ($devices.Count -ne 1) { throw 'no device has this resource id' }
        $arguments = @{
          CollectionId = $collectionId
          ResourceId = \(Int64(resource))
          WhatIf = $WhatIfPreference
        }
        $null = Add-CMDeviceCollectionDirectMembershipRule @arguments
        return @{ outcome = 'done'; ids = $ids }
      """
  }
}

extension DeploymentStep {
  func body() throws(Refusal) -> PowerShellText {
    let package = try package.expression(.packageID)
    let collection = try collection.expression(.collectionID)
    let program = try PowerShellLiteral(program.text, of: "program")
    let stamped = try stamp.literal
    let comment = try stamp.comment
    let content = try stamp.contentLiteral
    return """
        $packageId = \(package)
        $collectionId = \(collection)
        $stamp = \(stamped)
        $collection = @(Get-CMDeviceCollection -Id $collectionId)
        if ($collection.Count -ne 1) { throw 'waybill-policy: the collection is gone' }
        if ($collection[0].CurrentStatus -ne 1) { throw 'waybill-wait: the collection is still evaluated' }
        $all = @(Get-CMPackageDeployment -PackageId $packageId)
        $held = @($all | Where-Object { Test-Stamp $_.Comment $stamp })
        foreach ($each in $held) { Assert-Age $each.Comment \(stamp.age) }
        $here = @($all | Where-Object { $_.CollectionID -ceq $collectionId -and $_.ProgramName -ceq \(program) })
        $same = @($here | Where-Object { (Test-Stamp $_.Comment $stamp) -and (Get-StampPart $_.Comment 1) -ceq \(content) })
        if ($same.Count -gt 1) { throw 'waybill-policy: two deployments carry one stamp' }
        $deploymentId = ''
        $outcome = 'already'
        if ($same.Count -eq 1) {
          $deploymentId = $same[0].AdvertisementID
        } else {
          $others = @($here | Where-Object { -not (Test-Ours $_.Comment) })
          if ($others.Count -gt 0) { throw 'waybill-policy: a deployment of this program there is not ours' }
      \(try creation(program: program, comment: comment))
        }
        # What an earlier revision deployed goes once this one is there; approved with the plan.
        foreach ($each in $held) {
          if ($each.AdvertisementID -cne $deploymentId) {
            $arguments = @{
              DeploymentId = $each.AdvertisementID
              Force = $true
              WhatIf = $WhatIfPreference
            }
            $null = Remove-CMPackageDeployment @arguments
            $outcome = 'done'
          }
        }
        if ($deploymentId -ceq '') { return @{ outcome = 'planned'; ids = @{} } }
        return @{ outcome = $outcome; ids = [ordered]@{ DeploymentID = $deploymentId } }
      """
  }

  /// The branch that makes the deployment, four blanks in.
  private func creation(
    program: PowerShellLiteral, comment: PowerShellLiteral
  ) throws(Refusal) -> PowerShellText {
    var text: PowerShellText = """
          $arguments = @{
            StandardProgram = $true
            PackageId = $packageId
            ProgramName = \(program)
            CollectionId = $collectionId
            RerunBehavior = 'RerunIfFailedPreviousAttempt'
            FastNetworkOption = 'DownloadContentFromDistributionPointAndRunLocally'
            SlowNetworkOption = 'DownloadContentFromDistributionPointAndLocally'
            SoftwareInstallation = $false
            SystemRestart = $false
            AllowFallback = $false
            UseMeteredNetwork = $false
            Comment = \(comment)
            WhatIf = $WhatIfPreference

      """
    switch (purpose, deadline) {
    case (.available, _): text += "      DeployPurpose = 'Available'\n    }\n"
    case (.required, nil):
      text += """
              DeployPurpose = 'Required'
              ScheduleEvent = 'AsSoonAsPossible'
            }

        """
    case (.required, let deadline?):
      let moment = try Self.moment(deadline)
      text += """
              DeployPurpose = 'Required'
            }
            # The deadline is the schedule: -DeadlineDateTime would mean when the deployment expires. The schedule is
            # made in memory only, so it is made under -WhatIf too.
            $schedule = @{
              Start = (ConvertTo-Moment \(moment))
              Nonrecurring = $true
              IsUtc = $true
              WhatIf = $false
            }
            $arguments['Schedule'] = New-CMSchedule @schedule

        """
    }
    if let availableFrom {
      let moment = try Self.moment(availableFrom)
      text += """
            $arguments['AvailableDateTime'] = ConvertTo-Moment \(moment)
            $arguments['UseUtcForAvailableSchedule'] = $true

        """
    }
    text += """
          $made = New-CMPackageDeployment @arguments
          if (-not $WhatIfPreference) { $deploymentId = $made.AdvertisementID }
          $outcome = 'done'
      """
    return text
  }

  /// `YYYY-MM-DDTHH:MM:SS` of UTC, without the letter that would make PowerShell turn it into local time.
  private static func moment(_ instant: Instant) throws(Refusal) -> PowerShellLiteral {
    try PowerShellLiteral(String(instant.description.dropLast()), of: "moment")
  }

  static func removing(_ id: PackageID, _ stamp: StepMark) throws(Refusal) -> PowerShellText {
    let id = try PowerShellLiteral(id.text, of: "deployment id")
    let stamped = try stamp.literal
    return """
        $found = @(Get-CMPackageDeployment -DeploymentId \(id))
        if ($found.Count -eq 0) { return @{ outcome = 'already'; ids = @{} } }
        if (-not (Test-Stamp $found[0].Comment \(stamped))) {
          throw 'waybill-policy: the deployment of this id is not ours'
        }
        Assert-Age $found[0].Comment \(stamp.age)
        $arguments = @{ DeploymentId = \(id); Force = $true; WhatIf = $WhatIfPreference }
        $null = Remove-CMPackageDeployment @arguments
        return @{ outcome = 'done'; ids = @{} }
      """
  }

  /// One line of the result for each device; one that was not heard of is unknown (configmgr.md, 5.1).
  static func reading(
    _ deployment: StepID, _ collection: StepID, _ key: StepKey
  ) throws(Refusal) -> PowerShellText {
    let deployment = try deployment.expression(.deploymentID)
    let collection = try collection.expression(.collectionID)
    let key = try PowerShellLiteral(key.description, of: "key")
    return """
        $deploymentId = \(deployment)
        $arguments = @{ DeploymentId = $deploymentId; WhatIf = $WhatIfPreference }
        $null = Invoke-CMDeploymentSummarization @arguments
        $heard = @{}
        foreach ($status in @(Get-CMPackageDeploymentStatus -DeploymentId $deploymentId)) {
          foreach ($row in @(Get-CMDeploymentStatusDetails -InputObject $status)) {
            $heard[$row.DeviceName] = $true
            Write-Line ([ordered]@{ key = \(key); device = $row.DeviceName; status = [int]$row.StatusType })
          }
        }
        foreach ($member in @(Get-CMCollectionMember -CollectionId \(collection))) {
          if (-not $heard.ContainsKey($member.Name)) {
            Write-Line ([ordered]@{ key = \(key); device = $member.Name; status = 4 })
          }
        }
        return @{ outcome = 'done'; ids = [ordered]@{ DeploymentID = $deploymentId } }
      """
  }
}

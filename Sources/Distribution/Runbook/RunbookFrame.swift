// SPDX-License-Identifier: Apache-2.0

/// What every runbook has in common: text of this source and nothing else.
enum RunbookFrame {
  static let advice: PowerShellText = """
    #
    # Run it as a file, in Windows PowerShell 5.1, on a machine with the Configuration Manager console; first with
    # -WhatIf, which changes nothing. It may be run again at any time: what is done already is left alone. It writes
    # its result beside itself or into -ResultFolder; carry that file back. A file waybill-stop there stops it.
    # It may be signed (Authenticode); nothing else in it may change, or its result is refused.

    """

  static let parameters: PowerShellText = """
    [CmdletBinding(SupportsShouldProcess)]
    param(
      # A whole path; the folder of this script when it is left out.
      [string] $ResultFolder = '',
      # The machine of the SMS Provider, when it is not this one.
      [string] $Provider = ''
    )

    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'

    """

  static let functions: PowerShellText = """
    # Whether a comment carries the stamp.
    function Test-Stamp {
      param([string] $Text, [string] $Stamp)
      return $Text -ceq $Stamp -or $Text.StartsWith($Stamp + ' ', [System.StringComparison]::Ordinal)
    }

    # Whether an object carries the stamp: in its comment, or where the AdminService puts it.
    function Test-Stamped {
      param($Object, [string] $Comment, [string] $Stamp)
      return (Test-Stamp $Comment $Stamp) -or $Object.ISVString -ceq $Stamp
    }

    # Whether a comment carries any stamp of ours.
    function Test-Ours {
      param([string] $Text)
      return $Text.StartsWith('waybill:1:', [System.StringComparison]::Ordinal)
    }

    # A part of a comment: 1 is the content, 2 the age.
    function Get-StampPart {
      param([string] $Text, [int] $Index)
      $parts = @($Text.Split(' '))
      if ($parts.Count -gt $Index) { return $parts[$Index] }
      return ''
    }

    # An older script never undoes what a later one did.
    function Assert-Age {
      param([string] $Text, [long] $Age)
      $held = Get-StampPart $Text 2
      if ($held -cmatch '^[0-9]{1,15}$') {
        if ([long]$held -gt $Age) { throw 'waybill-policy: something later has been here' }
      }
    }

    # An id that an earlier step of this run answered.
    function Get-AnswerID {
      param([string] $Key, [string] $Name)
      $id = $script:Answers[$Key][$Name]
      if ($id -cnotmatch '^[A-Z0-9]{8}$') { throw ('no id was answered by ' + $Key) }
      return $id
    }

    function Get-OnePackage {
      param([string] $Id)
      $found = @(Get-CMPackage -Id $Id -Fast)
      if ($found.Count -ne 1) { throw ('no package has the id ' + $Id) }
      return $found[0]
    }

    function Get-OnePoint {
      param([string] $Name)
      $found = @(Get-CMDistributionPoint -SiteSystemServerName $Name -DisableWildcardHandling)
      if ($found.Count -ne 1) { throw ('no distribution point has the name ' + $Name) }
      return $found[0]
    }

    # One row for each distribution point that has the package or shall have it.
    function Get-ContentRow {
      param([string] $Id)
      if ($Id -cnotmatch '^[A-Z0-9]{8}$') { throw 'a package id is malformed' }
      $query = @{
        Namespace = $Namespace
        ClassName = 'SMS_PackageStatusDistPointsSummarizer'
        Filter = ('PackageID = ''{0}''' -f $Id)
      }
      if ($Provider -cne '') { $query['ComputerName'] = $Provider }
      return Get-CimInstance @query
    }

    # The wall clock of UTC, as -IsUtc and -UseUtc read it.
    function ConvertTo-Moment {
      param([string] $Text)
      $culture = [System.Globalization.CultureInfo]::InvariantCulture
      return [System.DateTime]::ParseExact($Text, 'yyyy-MM-ddTHH:mm:ss', $culture)
    }

    function Get-Now {
      $culture = [System.Globalization.CultureInfo]::InvariantCulture
      return [System.DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ', $culture)
    }

    # SHA-256 of this file as it was issued: a signature behind its last line is left out.
    function Get-OwnDigest {
      $latin = [System.Text.Encoding]::GetEncoding(28591)
      $bytes = [System.IO.File]::ReadAllBytes($PSCommandPath)
      $text = $latin.GetString($bytes)
      $last = '# end of run' + 'book' + [char]13 + [char]10
      $end = $text.LastIndexOf($last, [System.StringComparison]::Ordinal)
      if ($end -ge 0) {
        $rest = $text.Substring($end + $last.Length).Trim()
        if ($rest.StartsWith('# SIG # ', [System.StringComparison]::Ordinal)) {
          $bytes = $latin.GetBytes($text.Substring(0, $end + $last.Length))
        }
      }
      $hash = [System.Security.Cryptography.SHA256]::Create().ComputeHash($bytes)
      return [System.BitConverter]::ToString($hash).Replace('-', '').ToLowerInvariant()
    }

    # One line of the result; under -WhatIf it is only shown.
    function Write-Line {
      param($Line)
      $text = ConvertTo-Json -InputObject $Line -Compress -Depth 4
      if ($WhatIfPreference) {
        [System.Console]::WriteLine($text)
      } else {
        [System.IO.File]::AppendAllText($script:ResultFile, $text + [char]10)
      }
      $script:Lines += 1
    }

    function Get-Fault {
      param($Record)
      $exception = $Record.Exception
      $message = $exception.Message
      $type = $exception.GetType().FullName
      if ($message.StartsWith('waybill-policy: ', [System.StringComparison]::Ordinal)) { $type = 'policy_violation' }
      if ($message.StartsWith('waybill-wait: ', [System.StringComparison]::Ordinal)) { $type = 'transient' }
      if ($message.Length -gt 500) { $message = $message.Substring(0, 500) }
      return [ordered]@{ type = $type; hresult = ('0x{0:X8}' -f $exception.HResult); message = $message }
    }

    # Runs a step unless one that it needs has no answer; a failure is noted and the next step follows.
    function Invoke-Step {
      param([string] $Kind, [string] $Key, [string] $Intent, [string[]] $Needs, [scriptblock] $Body)
      if ([System.IO.File]::Exists($script:StopFile)) { throw 'the file waybill-stop stops this run' }
      $line = [ordered]@{ step = $Kind; intent = $Intent; key = $Key; outcome = 'skipped'; ids = @{} }
      $missing = @($Needs | Where-Object { -not $script:Answers.ContainsKey($_) })
      if ($missing.Count -gt 0) {
        $line['needs'] = $missing[0]
      } else {
        try {
          $answer = & $Body
          $line['outcome'] = $answer['outcome']
          $line['ids'] = $answer['ids']
          if ($answer['outcome'] -cne 'planned') { $script:Answers[$Key] = $answer['ids'] }
        } catch {
          $line['outcome'] = 'failed'
          $line['error'] = Get-Fault $_
        }
      }
      $line['at'] = Get-Now
      Write-Line $line
    }

    """

  static let preflight: PowerShellText = """
    if ($PSVersionTable.PSEdition -cne 'Desktop') { throw 'run this in Windows PowerShell 5.1, not in PowerShell 7' }
    if (-not $PSCommandPath) { throw 'run this as a file' }
    if (-not $env:SMS_ADMIN_UI_PATH) { throw 'the Configuration Manager console is not installed here' }
    if ($ResultFolder -ceq '') { $ResultFolder = [System.IO.Path]::GetDirectoryName($PSCommandPath) }
    if (-not [System.IO.Path]::IsPathRooted($ResultFolder)) { throw '-ResultFolder takes a whole path' }
    if (-not [System.IO.Directory]::Exists($ResultFolder)) { throw 'the folder of the result is not there' }
    $script:StopFile = [System.IO.Path]::Combine($ResultFolder, 'waybill-stop')
    if ([System.IO.File]::Exists($script:StopFile)) { throw 'the file waybill-stop stops this run' }
    $script:ResultFile = [System.IO.Path]::Combine($ResultFolder, ('waybill-result-{0}.ndjson' -f $PlanDigest))
    $script:OwnDigest = Get-OwnDigest
    $script:Answers = @{}
    $script:Lines = 0

    Import-Module -Name (Join-Path -Path (Split-Path -Path $env:SMS_ADMIN_UI_PATH) -ChildPath 'ConfigurationManager.psd1')
    Push-Location
    try {
      # The cmdlets work on the drive of their site only; files are reached by whole paths.
      Set-Location -Path $SiteDrive
      $sites = @(Get-CMSite -SiteCode $SiteCode)
      if ($sites.Count -ne 1 -or $sites[0].SiteCode -cne $SiteCode) { throw 'this is not the site that the runbook is for' }
      # A result of an earlier run of this script gives way to this one's.
      if (-not $WhatIfPreference) { [System.IO.File]::WriteAllText($script:ResultFile, '') }

    """

  static let end: PowerShellText = """
      Write-Line ([ordered]@{
        count = $script:Lines
        plan = $PlanDigest
        script = $script:OwnDigest
        at = Get-Now
      })
    } finally {
      Pop-Location
    }
    # end of runbook

    """
}

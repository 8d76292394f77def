// SPDX-License-Identifier: Apache-2.0
import Glibc
import SystemPackage

// The calls that swift-system does not wrap. Each returns 0 or -1 with errno, as its manual page (2) says.

func renamePath(_ source: FilePath, _ target: FilePath) -> CInt {
  source.withPlatformString { from in target.withPlatformString { to in Glibc.rename(from, to) } }
}

func unlinkPath(_ path: FilePath) -> CInt { path.withPlatformString { Glibc.unlink($0) } }

func removeFolderPath(_ path: FilePath) -> CInt { path.withPlatformString { Glibc.rmdir($0) } }

func makePath(_ path: FilePath, _ permissions: FilePermissions) -> CInt {
  path.withPlatformString { Glibc.mkdir($0, permissions.rawValue) }
}

func changeMode(_ path: FilePath, _ permissions: FilePermissions) -> CInt {
  path.withPlatformString { Glibc.chmod($0, permissions.rawValue) }
}

func fsyncDescriptor(_ descriptor: FileDescriptor) -> CInt { Glibc.fsync(descriptor.rawValue) }

func fchmodPermissions(_ descriptor: FileDescriptor, _ permissions: FilePermissions) -> CInt {
  Glibc.fchmod(descriptor.rawValue, permissions.rawValue)
}

/// Asks the kernel to drop clean pages of the file, so that the next read comes from the device.
func dropCache(_ descriptor: FileDescriptor) -> CInt {
  Glibc.posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_DONTNEED)
}

func currentErrno() -> CInt { Glibc.errno }

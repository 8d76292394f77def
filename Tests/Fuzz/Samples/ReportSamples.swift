// SPDX-License-Identifier: Apache-2.0
import Trust

extension Samples {
  /// Exported reports as Python's zipfile packs them.
  static let reports = [storedReport, packedReport].map { known(Base64.decode($0)) }

  private static let storedReport = """
    UEsDBBQAAAAAAABAYV0+k7ydzgAAAM4AAAAFAAAAYS5jc3ZEZXZpY2VOYW1lLERldmljZUlkLEFwcEluc3RhbGxTdGF0\
    ZSxBcHBJbnN0YWxsU3RhdGVEZXRhaWxzLEFwcFZlcnNpb24sRXJyb3JDb2RlLExhc3RNb2RpZmllZERhdGVUaW1lDQpG\
    Sk9SRC0wMDEsMDAwMDAwZGQtMDAwMC00MDAwLTgwMDAtMDAwMDAwMDAwMDAxLDEsImEgIiJxdW90ZWQiIiwgdGV4dCIs\
    MS42Miw5NTI1MywyMDI2LTEwLTAyIDExOjIyOjMzLjcNClBLAQIUAxQAAAAAAABAYV0+k7ydzgAAAM4AAAAFAAAAAAAA\
    AAAAAACAAQAAAABhLmNzdlBLBQYAAAAAAQABADMAAADxAAAAAAA=
    """

  /// With dynamic codes.
  private static let packedReport = """
    UEsDBBQAAAAIAABAYV1T1u6OJgEAALADAAAFAAAAYS5jc3aN0s1Kw0AQB/B7oe9Qcp6Undnv3sQoVPwALd6Du0KgbWqy\
    iu/mwUfyFUwUnCAEdg6zH8zyO+z/6+Ozim/NU7ytDxF+t9sAZ6fT9tiner9/SHWK/89VTHWz78frx9j1TXuEi65ru/M2\
    RLiu+3TThua5iaEahnfNIS4Xl1d391UpBIL4qRDKcSnV2NzYBBcCQlGviuLltU0xFAWsUnxPBeDaEHhNWgIJMiUOz2iF\
    uCHaSLm27FCOQ0BzDlnwQqNmR7KDiiGZA0mQc5Dz4LS1liHFECFDKgdSoOYgrcChkJ4hPYEcQzoHGobmIPRgjRw+8Q8y\
    DEnNkMmBzHwWHIJFbSZZsAwpYsjmQHY+DMqAMY4mYXATyDPkciA3HwZEMCTcJAyeIW2Wi29QSwECFAMUAAAACAAAQGFd\
    U9bujiYBAACwAwAABQAAAAAAAAAAAAAAgAEAAAAAYS5jc3ZQSwUGAAAAAAEAAQAzAAAASQEAAAAA
    """
}

// SPDX-License-Identifier: Apache-2.0

/// Keys and signatures over `waybill` as securesystemslib and pyca/cryptography make them.
enum KeyVectors {
  static let ecdsa =
    """
    -----BEGIN PUBLIC KEY-----
    MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE8ROlHu/05aXdvAyr7TpV2OulVfUm
    /ELIqgP1snho1BKRpEsWBYiPYRqgP1jZaOdzihtcy/Gga52lsYi4bR1h7g==
    -----END PUBLIC KEY-----

    """
  static let ecdsaID = "5d6b820e4391107fc1585707ad3aa4aff25b0384f8c30aa86196cc847b98e0c6"
  static let ecdsaSignature =
    "3044022026ab4ae177d371a9f540e3c26bd5ca2e49e30e5f821f4fc3107ce834b3655d53022023d5303d1a46"
    + "ee6e84e9a1a2bf314b85456feffcdb801e27087a0938189d4bf6"
  static let rsa =
    """
    -----BEGIN PUBLIC KEY-----
    MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAluSNRYChc4ER4Qb+nnGb
    D5BPvGpVsWcuX1JKU4ibDT44btGkhS1332/zfLw9VNv09Rx4TrGOxegXVfOIhBF7
    ck2WtkaiI221/xkRlWQcLkOjZxqqxkwPlvd3h90btQt4FfLPVTMIgZDTL4kiUxa9
    CgMnV7bOtElukHcmnhtfBEABwpCX9CwUn5xJ0n6QApjeSCZVkLv2Zuiexy7VocFA
    ebhRJkDz5EoDPJu6DYEv/Kpk7CEnoF8SZBbycQJauePfwhEUTsAYnxEUWJwYpf5C
    D3IlyIsiuUGCSwpnFe6ktkUoqFc1TNM1+yF3MBn++98rfCVVn+umU6YCuOtpXS6e
    hwIDAQAB
    -----END PUBLIC KEY-----

    """
  static let rsaID = "ea57c0e8d93f4dfa380198d76838104f95878e2ea36d6e60d98c0e1b93042f58"
  static let rsaSignature =
    "6451b763f1b7ce1365ca3ba5e9b7de8bb6885b048f9d23ed411268a2a6b5723a5e234d947673fac1608b77f9"
    + "87c5bc9e2d46f3fdf36b2b46b2001f2da61d240514d00c847b82781774aa0ee53a26e08039589f62a7e7cc73"
    + "000385603f54564c457ef8858ef64319bbcbe87fd89459454e48e784eb47f642b5d5fe699f2e78292c3342f3"
    + "24d447d51a6680519294fd5bac983bc981553af91643713fbd2abe611bdf438d909b51b3fbdbfb8e076ab85e"
    + "1f08d1fbd18b2726ed832a554b35a4eee305ab04e55576d3e00343b93f8e7b6f884a02a81006d87f5ba36fb9"
    + "5c8b53e169328404932a7944e49991a3e01ece27a1ef09edd60606f1853438d963abb4b5"
  /// By the same RSA key, and not what the scheme says.
  static let otherRSASignatures: [(what: String, signature: String)] = [
    (
      "no salt",
      "5cbfc05b55ec791055816523f6a1d9e3a97eee263833cd67273f58c134c972f2e51304304a15ce2f5649fb8b"
        + "cce492f096a66c79a80daf73e3be9624bb2df18ed4718631fe8fcad2c26d1878b2072fa74c89fd578e707566"
        + "4c4f239da1c791cc7efa74e30952d29785043521fc472b5b93f7c15f34c8e625a710eeb5b9981fcf0c1285a1"
        + "7dc2ff8c0a27ef91d82277bf1fc4570de5ab70bc6ad2caa60710b439f485ec6c608896b8fbfb7e62c2103cf1"
        + "3f3798bbfe6ac30e54b91bc52aa5b3cb358b118bdcd84e4d2d63ffa0b53afbfded0fe04134d1f88c6016d717"
        + "46026abd6d655397e20e1413f8ac542217b51677c52afbda7168a50ef50dde77d01e36e8"
    ),
    (
      "a salt of 20 bytes",
      "84904f1361192c98220dc3e20e6465f44563053c9d43e9ba3fa3209e9ca91e7ad281f53495d2c94a970764ad"
        + "616d301600e649d616f97ffe3cb70276172c9c6e1590ba690eeebb275fb5ebac8a06ec3a2740c4fff1c211b5"
        + "5ccf054d72637bbac3f8fe4d1a080c9c8b9acdddcdc92cf27fc1b7be4bcc6189c8570164e0b40018cbb7b200"
        + "ac28c4ccfd5c4e2f3ab146c8f9f470631606a52c3f7f17091dd8f448c0a702f8c48ff61769f7da625236edb8"
        + "0c2eb85643c499f94a3427cd098af593e64e21c11f873075bed14b2d88b4e2d57b7c9134443287bbd8520ae4"
        + "f463f413af1cb239459e72ca96b651b7e7ef3a0b5c51a247981505ee27bf329fd48de868"
    ),
    (
      "the longest salt",
      "65960cde58121b861120c51e78ce0fcb8609c40a4b12f269baabcfbed80c86e11b96c12614f80845eab978a3"
        + "2f650c2ba8d6b9d7213a7d26a1ec0aba939bce22fef5d637d95a15ff5e48ba77e333b9601a6b94840bb68554"
        + "35bd22d9c30d5147d840497fdd853f4b39365411c363d884918bf3cbc324bb672a7197b964644f97901ef8f2"
        + "959a070ecece7039202494cd79dcc06c42caac90b991580a981965a9e76ff2d62c46600f944cc8dc0be61d7d"
        + "f7f77fd6ca35bb6a8e1e6c885720a56e20e5c65c92431d8141008d5721f29dd8195d50973491101e6070daad"
        + "6aed1c39dc6042c7b19b2f7e6c3ef50be8748d6b2236166c394b15c26e1515253eb72cb2"
    ),
    (
      "a mask by SHA-1",
      "5b98b62c68a210691e75bdf5c393811fa6b002c916a3e2b463a531db2e2effad6b2c0f1d60c03cc1048d1084"
        + "c4782b68814fe9d02a82399cfe664484c9bb7cbe12031e9485a902d348c54c732d9ac41bf177d883868086d0"
        + "3cad391414afef4620f5d98025b9f8112c4736868eac60c00dd3e67f66014fbd4b94c771058d89909d40e0f5"
        + "7299d6495c9040136999d9f09726b4e12de63d108373fda0b295f62279c8699429afc7257c1931d638ff1214"
        + "dc1d38be2c26f107cc7ac9171cb1b1dccdfa3ee1f75de332a158fb1b90c565e1b5398cec56e8ccfb17a46793"
        + "72efd6bd7d90e1eaa3ce335c28a3906e3804522993f28af5715fd1ed6b4949100dbf57b2"
    ),
    (
      "PKCS #1 v1.5",
      "2c276abfd3b32fed4df9200791218d9ac1d4cb0147ff16535c0ccf23d333ccab8ad75d79e910362487d15c83"
        + "bced9779a0b6797ada18a1305c9caae663b39a557b0d8013a26fb74815e43c36f54f10fefc350dcb42ef20de"
        + "88d000b3f3624eefc8387c48a36637c0eebc406faf56a1a073661c095d5a8662dc1a659925d2bcb5b4621071"
        + "94adb9f6407541846738927214eda9807f4997e55e3f0be45349eca06c3da154f47453bb3253ee4cfb955b62"
        + "6555f7811a461f4d17ac2c0247bc347a02e37ae10b7254ae45f927efe10c82b5763179addc45d82bd27205ba"
        + "b2037726acc55a83003f62f589b17fc839945da0cc0d049668a06db3ba685dbc9fec665a"
    ),
  ]
  /// The same RSA key in its older form.
  static let rsaPKCS1 =
    """
    -----BEGIN RSA PUBLIC KEY-----
    MIIBCgKCAQEAluSNRYChc4ER4Qb+nnGbD5BPvGpVsWcuX1JKU4ibDT44btGkhS13
    32/zfLw9VNv09Rx4TrGOxegXVfOIhBF7ck2WtkaiI221/xkRlWQcLkOjZxqqxkwP
    lvd3h90btQt4FfLPVTMIgZDTL4kiUxa9CgMnV7bOtElukHcmnhtfBEABwpCX9CwU
    n5xJ0n6QApjeSCZVkLv2Zuiexy7VocFAebhRJkDz5EoDPJu6DYEv/Kpk7CEnoF8S
    ZBbycQJauePfwhEUTsAYnxEUWJwYpf5CD3IlyIsiuUGCSwpnFe6ktkUoqFc1TNM1
    +yF3MBn++98rfCVVn+umU6YCuOtpXS6ehwIDAQAB
    -----END RSA PUBLIC KEY-----

    """
  static let rsa1024 =
    """
    -----BEGIN PUBLIC KEY-----
    MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDKKxcbsNw9fMvFUa23Z93n+jxT
    wsqDOPaRTe1svmB6oMf7RZ2w6bmnVmVkm+71mEPOGvPpiuaILQvyiQVkeG69OLxb
    lM7EuoXMy6/IVIv7eBNWKbVh5u3S9ItKeJqxCOmTa7p3clEFtRWWemmehe7xNeOv
    QYFmMLUSu3S1ED1OAQIDAQAB
    -----END PUBLIC KEY-----

    """
  static let p384 =
    """
    -----BEGIN PUBLIC KEY-----
    MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEWyCtwfLnpdi9iY6zp3iH+AhUQfcxBs+z
    9A217WFmzke3JNfzUpq+177KrgPL8NBbEPq0GmZ5K0s9rnn0/rTJ7FYenAq1f2Gk
    V/hPV0+DSQWD7LkgsBvYiiuOfgQmld/i
    -----END PUBLIC KEY-----

    """
}

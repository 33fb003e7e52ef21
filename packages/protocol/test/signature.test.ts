import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { formatKeys, keyIdOf, parseKeys, signatureMessage, signVersion, verifySignature } from '../src/index.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const der = publicKey.export({ format: 'der', type: 'spki' })
const key = { keyId: keyIdOf(der), key: der.toString('base64'), expiresAt: undefined }
const message = signatureMessage('@s/a', '1.0.0', 'sha512-x')

test('a signature verifies with its key, over its message, and with nothing else', () => {
  const signature = signVersion(privateKey, key.keyId, message)
  expect(message).toBe('@s/a@1.0.0:sha512-x')
  expect(verifySignature(key, message, signature)).toBe(true)
  expect(verifySignature(key, `${message}!`, signature)).toBe(false)
  expect(verifySignature({ ...key, keyId: 'SHA256:other' }, message, signature)).toBe(false)
  expect(verifySignature({ ...key, key: 'bm9uc2Vuc2U=' }, message, signature)).toBe(false)
})

test('keys come back as they were; those of another scheme are passed over', () => {
  const document = formatKeys([key, { ...key, keyId: 'SHA256:old', expiresAt: 0 }])
  expect(parseKeys(document, 'keys')).toEqual([key, { ...key, keyId: 'SHA256:old', expiresAt: 0 }])
  expect(parseKeys({ keys: [{ keyid: 'x', key: 'y', scheme: 'rsa' }] }, 'keys')).toEqual([])
  expect(() => parseKeys([], 'the answer')).toThrow('the answer does not list signing keys')
})

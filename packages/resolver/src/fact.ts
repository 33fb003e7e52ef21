/** The facts that derivations rest on: what a manifest says, what a registry lacks. Explanations put them into words. */
import type { PeerRequirement, Version } from '@alkahest/core'
import type { ExternalRequest } from './resolve-input.ts'
import type { Requirement } from './requirement.ts'
import type { Incompatibility, VariableId } from './incompatibility.ts'
import type { VersionSet } from './version-set.ts'

export type Fact =
  /** A member asks, so the slot holds one of the allowed versions. */
  | { readonly kind: 'requirement'; readonly requirement: Requirement; readonly variable: VariableId }
  /** These versions of the dependent ask for it. */
  | {
      readonly kind: 'dependency'
      readonly requirement: Requirement
      readonly dependent: VariableId
      /** Which versions of the dependent. */
      readonly versions: VersionSet
      readonly variable: VariableId
    }
  /** What is asked for does not exist. `dependent` is undefined when a member asks. */
  | {
      readonly kind: 'missing'
      readonly requirement: Requirement
      readonly dependent: VariableId | undefined
      /** Which versions of the dependent. */
      readonly versions: VersionSet | undefined
      readonly reason: MissingReason
    }
  /** The peer of `asker` is bound to `provider` when all of `path` stands between them. */
  | {
      readonly kind: 'peer'
      readonly asker: VariableId | MemberAsker
      /** Which versions of the asker. */
      readonly versions: VersionSet | undefined
      readonly peer: PeerRequirement
      /** From the member or package that provides down to the asker, exclusive of both. */
      readonly path: readonly VariableId[]
      readonly member: string | undefined
      /** Undefined when there is no such package. */
      readonly provider: VariableId | undefined
    }
  /** The registry lists the version but its document cannot be used. */
  | { readonly kind: 'unusable'; readonly variable: VariableId; readonly version: Version }
  /** Said by the lockfile, or asked by the caller for one question (`alk why --not`). */
  | { readonly kind: 'given'; readonly variable: VariableId; readonly text: string }

/** A member whose own peer is meant. */
export type MemberAsker = { readonly member: string }

export type MissingReason =
  | { readonly kind: 'no-package' }
  | { readonly kind: 'no-version'; readonly latest: Version | undefined; readonly tooYoung: readonly Version[] }
  | { readonly kind: 'no-tag'; readonly tag: string }
  | { readonly kind: 'no-member'; readonly found: Version | undefined }
  | { readonly kind: 'no-external'; readonly request: ExternalRequest }
  /** It cannot be read, or a published package points at somebody's disk. */
  | { readonly kind: 'bad-specifier' }

export type Derivation = Incompatibility<Fact>

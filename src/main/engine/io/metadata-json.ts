/** Reads the JSON of `cargo metadata --format-version 1`: what the graph needs, checked, nothing else. Pure. */
import { fail, ok, type Result } from '../../../shared/result.ts'
import type { CargoMetadata, DepKind, MetadataDep, MetadataNode, MetadataPackage } from '../core/cargo-metadata.ts'

type Json = { readonly [key: string]: unknown }

class Unreadable extends Error {}

/** The error is one sentence naming the field. */
export function readMetadataJson(bytes: Uint8Array): Result<CargoMetadata, string> {
  let parsed: unknown
  try {
    parsed = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    return fail(bytes.length === 0 ? 'the output is empty' : (error as Error).message)
  }
  try {
    return ok(metadataOf(object(parsed, 'the output')))
  } catch (error) {
    if (error instanceof Unreadable) return fail(error.message)
    throw error
  }
}

function metadataOf(json: Json): CargoMetadata {
  if (json['resolve'] === null)
    throw new Unreadable('there is no dependency graph (`resolve` is null, as with --no-deps)')
  const resolve = object(json['resolve'], 'resolve')
  return {
    packages: list(json['packages'], 'packages').map(packageOf),
    workspaceMembers: list(json['workspace_members'], 'workspace_members').map(id => text(id, 'workspace_members')),
    workspaceRoot: text(json['workspace_root'], 'workspace_root'),
    resolveNodes: list(resolve['nodes'], 'resolve.nodes').map(nodeOf),
    resolveRoot: textOrNull(resolve['root'], 'resolve.root'),
    workspaceVetMetadata: vetTable(json['metadata']),
    origin: 'cargo',
  }
}

function packageOf(value: unknown): MetadataPackage {
  const json = object(value, 'packages')
  return {
    id: text(json['id'], 'package id'),
    name: text(json['name'], 'package name'),
    version: text(json['version'], 'package version'),
    source: textOrNull(json['source'], 'package source'),
    description: textOrNull(json['description'], 'package description'),
    repository: textOrNull(json['repository'], 'package repository'),
    manifestPath: text(json['manifest_path'], 'package manifest_path'),
    vetMetadata: vetTable(json['metadata']),
    ...(Array.isArray(json['authors']) && { authors: json['authors'].filter(one => typeof one === 'string') }),
  }
}

function nodeOf(value: unknown): MetadataNode {
  const json = object(value, 'resolve.nodes')
  return {
    id: text(json['id'], 'node id'),
    deps: list(json['deps'] ?? [], 'node deps').map(depOf),
    dependencies: list(json['dependencies'] ?? [], 'node dependencies').map(id => text(id, 'node dependencies')),
    ...(Array.isArray(json['features']) ? { hasDefaultFeatures: json['features'].includes('default') } : {}),
  }
}

function depOf(value: unknown): MetadataDep {
  const json = object(value, 'node deps')
  const kinds: DepKind[] = []
  for (const one of list(json['dep_kinds'] ?? [], 'dep_kinds')) {
    const stated = object(one, 'dep_kinds')['kind'] ?? 'normal'
    if (stated !== 'normal' && stated !== 'build' && stated !== 'dev') continue // PARITY: cargo-vet ignores unknown kinds
    if (!kinds.includes(stated)) kinds.push(stated)
  }
  return { pkg: text(json['pkg'], 'node deps'), kinds }
}

function vetTable(metadata: unknown): unknown {
  return typeof metadata === 'object' && metadata !== null && 'vet' in metadata ? (metadata.vet ?? null) : null
}

function object(value: unknown, where: string): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Unreadable(`${where} is not an object`)
  return value as Json
}

function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Unreadable(`${where} is not a list`)
  return value
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new Unreadable(`${where} is not a text`)
  return value
}

const textOrNull = (value: unknown, where: string): string | null =>
  value === null || value === undefined ? null : text(value, where)

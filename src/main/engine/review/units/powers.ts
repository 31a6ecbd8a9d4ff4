/**
 * Which paths of the standard library and of well-known crates reach outside the program: processes, network, files,
 * environment, clock, loaded libraries, memory by force. A list of words, not a proof: a name re-exported by another
 * crate is not seen here, which is why the page never says "none", only "none found".
 */
import type { UnitKind } from '../../../../shared/review-units.ts'

type Power = Extract<
  UnitKind,
  'process' | 'network' | 'file-system' | 'environment' | 'clock' | 'dynamic-loading' | 'transmute' | 'ffi'
>

/** Longest prefix wins; `std` stands for `core` and `alloc` as well. */
const PREFIXES: readonly (readonly [string, Power])[] = [
  ['std::process', 'process'],
  ['std::os::unix::process', 'process'],
  ['std::os::windows::process', 'process'],
  ['tokio::process', 'process'],
  ['async_std::process', 'process'],
  ['async_process', 'process'],
  ['smol::process', 'process'],
  ['duct', 'process'],
  ['nix::unistd', 'process'],
  ['nix::sys::signal', 'process'],
  ['rustix::process', 'process'],
  ['rustix::runtime', 'process'],

  ['std::net', 'network'],
  ['std::os::unix::net', 'network'],
  ['std::os::fd', 'file-system'],
  ['tokio::net', 'network'],
  ['async_std::net', 'network'],
  ['smol::net', 'network'],
  ['mio::net', 'network'],
  ['socket2', 'network'],
  ['hyper', 'network'],
  ['reqwest', 'network'],
  ['ureq', 'network'],
  ['curl', 'network'],
  ['attohttpc', 'network'],
  ['isahc', 'network'],
  ['minreq', 'network'],
  ['native_tls', 'network'],
  ['tungstenite', 'network'],
  ['nix::sys::socket', 'network'],
  ['rustix::net', 'network'],
  ['trust_dns_resolver', 'network'],
  ['hickory_resolver', 'network'],

  ['std::fs', 'file-system'],
  ['std::os::unix::fs', 'file-system'],
  ['std::os::windows::fs', 'file-system'],
  ['std::os::unix::io', 'file-system'],
  ['std::os::windows::io', 'file-system'],
  ['tokio::fs', 'file-system'],
  ['async_std::fs', 'file-system'],
  ['async_fs', 'file-system'],
  ['smol::fs', 'file-system'],
  ['fs_err', 'file-system'],
  ['tempfile', 'file-system'],
  ['memmap', 'file-system'],
  ['memmap2', 'file-system'],
  ['walkdir', 'file-system'],
  ['glob', 'file-system'],
  ['dirs', 'file-system'],
  ['nix::fcntl', 'file-system'],
  ['nix::sys::stat', 'file-system'],
  ['rustix::fs', 'file-system'],
  ['cap_std::fs', 'file-system'],

  ['std::env', 'environment'],
  ['dotenv', 'environment'],
  ['dotenvy', 'environment'],

  ['std::time::SystemTime', 'clock'],
  ['std::time::Instant', 'clock'],
  ['chrono::Utc', 'clock'],
  ['chrono::Local', 'clock'],
  ['time::OffsetDateTime::now_utc', 'clock'],
  ['time::OffsetDateTime::now_local', 'clock'],
  ['rustix::time', 'clock'],

  ['libloading', 'dynamic-loading'],
  ['dlopen', 'dynamic-loading'],
  ['dlopen2', 'dynamic-loading'],
  ['sharedlib', 'dynamic-loading'],

  ['std::mem::transmute', 'transmute'],
  ['std::mem::transmute_copy', 'transmute'],
  ['std::intrinsics', 'transmute'],
]

/** C functions by their own name, wherever they are declared: `libc::open`, `c::connect`, `ffi::dlopen`. */
const C_NAMES: readonly (readonly [Power, RegExp])[] = [
  [
    'process',
    /^(v?fork|exec(l|le|lp|v|ve|vp|vpe|veat)|posix_spawnp?|system|popen|kill|clone3?|ptrace|waitpid|CreateProcess(A|W)?|ShellExecute(Ex)?(A|W)?|WinExec)$/,
  ],
  [
    'network',
    /^(socket|socketpair|connect|bind|listen|accept4?|sendto|recvfrom|sendmsg|recvmsg|getaddrinfo|gethostbyname|WSASocket(A|W)|WSAConnect|WSAStartup)$/,
  ],
  [
    'file-system',
    /^(open|open64|openat|openat64|openat2|creat|unlink|unlinkat|rename|renameat2?|mkdir|mkdirat|rmdir|link|linkat|symlink|symlinkat|chmod|fchmod|chown|fchown|truncate|ftruncate|opendir|readdir|mmap|mmap64|mkstemp|CreateFile(A|W|2)?|DeleteFile(A|W)|MoveFile(Ex)?(A|W)|CreateFileMapping(A|W))$/,
  ],
  [
    'environment',
    /^(getenv|secure_getenv|setenv|unsetenv|putenv|environ|GetEnvironmentVariable(A|W)|SetEnvironmentVariable(A|W))$/,
  ],
  [
    'clock',
    /^(clock_gettime|gettimeofday|mach_absolute_time|clock_get_time|QueryPerformanceCounter|GetSystemTime\w*)$/,
  ],
  [
    'dynamic-loading',
    /^(dlopen|dlmopen|dlsym|dlvsym|LoadLibrary(Ex)?(A|W)?|GetProcAddress|GetModuleHandle(Ex)?(A|W)?)$/,
  ],
]
const C_HOMES =
  /^(libc|c|ffi|sys|nix|winapi|windows_sys|windows|windows_targets|rustix|linux_raw_sys|kernel32|bindings|raw|imp)$/

const BY_HEAD = new Map<string, (readonly [readonly string[], Power])[]>()
for (const [prefix, power] of PREFIXES) {
  const parts = prefix.split('::')
  const head = parts[0] ?? ''
  BY_HEAD.set(head, [...(BY_HEAD.get(head) ?? []), [parts, power] as const])
}
for (const rules of BY_HEAD.values()) rules.sort((a, b) => b[0].length - a[0].length)

/** Types and constants of these modules that do nothing by themselves. */
const HARMLESS =
  /^std::(net::(Ipv?[46]?Addr|IpAddr|Ipv4Addr|Ipv6Addr|SocketAddr(V[46])?|AddrParseError|Shutdown)|env::(consts|VarError|ArgsOs?|Vars(Os)?|JoinPathsError|SplitPaths)|fs::(FileType|Permissions|Metadata)|process::(ExitStatus|Output|ExitCode|Termination)|os::fd::\w*Fd|os::unix::io::(RawFd|AsRawFd|AsFd|BorrowedFd|OwnedFd|IntoRawFd)|os::windows::io::\w+)(::|$)/

/** What a whole path (aliases resolved, no generics) can do; null when the list knows nothing about it. */
export function powerOf(path: readonly string[]): Power | null {
  const head = path[0] ?? ''
  const parts = head === 'core' || head === 'alloc' ? ['std', ...path.slice(1)] : path
  const found = BY_HEAD.get(parts[0] ?? '')?.find(([prefix]) => prefix.every((part, i) => parts[i] === part))
  if (found !== undefined) return HARMLESS.test(parts.join('::')) ? null : found[1]
  const last = parts.at(-1) ?? ''
  if (parts.length > 1 && parts.slice(0, -1).some(part => C_HOMES.test(part))) {
    return C_NAMES.find(([, names]) => names.test(last))?.[0] ?? null
  }
  return null
}
